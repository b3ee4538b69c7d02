using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>Whatever messages come in whatever epochs, money, power and places of sectors add up.</summary>
public sealed class StateMachineTests
{
    private static readonly NetworkPolicy Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(1), deadlines: 4, challengeWindow: 3, preCommitChallengeDelay: 2) with
    {
        FaultMaxAgePeriods = 2,
        ProveCommitWindow = 12,
        ExpiredPreCommitCleanUpDelay = 3,
    };

    [Fact]
    public void Everything_adds_up_after_any_messages()
    {
        Gen<Step> step = from kind in Gen.Choose(0, 15) from a in Gen.Choose(0, 1000) from b in Gen.Choose(0, 1000) select new Step(kind, a, b);
        Prop.ForAll(step.ListOf(140).ToArbitrary(), steps => Run([.. steps])).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    private static void Run(Step[] steps)
    {
        var verifier = new FakeVerifier();
        var chain = new TestChain(verifier, verifier, Policy);
        chain.CreateMiner();
        chain.Seal(100, 101, 102);
        foreach (Step step in steps)
        {
            StateTree before = chain.State;
            Message? message = step.ToMessage(chain);
            AppliedMessage[] applied = [.. message is null ? chain.Next() : chain.Next(message)];
            AssertAddsUp(chain);

            // The same messages on the same state lead to the same state, message by message.
            var executor = new Executor(chain.Rules);
            IReadOnlyList<Message> messages = message is null ? [] : [message];
            ExecutionResult again = executor.Apply(before, chain.Context(messages));
            Assert.Equal(chain.State.Root, again.State.Root);
            Assert.Equal(applied.Select(result => result.Receipt.ExitCode), again.Messages.Select(result => result.Receipt.ExitCode));

            // A message that failed left the miner as an epoch without messages does.
            if (applied is [{ Receipt.ExitCode: not ExitCode.Ok }])
                Assert.Equal(executor.Apply(before, chain.Context()).State.Miners[chain.MinerId].Root, chain.MinerState.Root);
        }
    }

    private static void AssertAddsUp(TestChain chain)
    {
        StateTree state = chain.State;
        MinerState miner = chain.MinerState;
        Assert.Equal(state.Supply.Atto, state.Actors.Values.Aggregate(BigInteger.Zero, (sum, actor) => sum + actor.Balance.Atto));
        Assert.All(state.Actors.Values, actor => Assert.True(actor.Balance >= default(TokenAmount)));

        Partition[] partitions = [.. miner.Deadlines.SelectMany(deadline => deadline.Partitions)];
        Assert.All(partitions, partition =>
        {
            Assert.InRange(partition.Sectors.Count, 1UL, miner.Info.WindowPoStPartitionSectors);
            Assert.True(partition.Sectors.IsSupersetOf(partition.Terminated));
            Assert.True(partition.Live.IsSupersetOf(partition.Faults.Union(partition.Unproven)));
            Assert.True(partition.Faults.IsSupersetOf(partition.Recoveries));
            Assert.True(partition.Faults.Intersect(partition.Unproven).IsEmpty);
            Assert.Equal(partition.Faults, Bitfield.Of(partition.FaultExpirations.Keys));
        });
        Assert.Equal(miner.Sectors.Keys, partitions.SelectMany(partition => partition.Sectors.Bits()).Order());

        ulong active = partitions.Aggregate(0UL, (sum, partition) => sum + partition.Active.Count);
        Assert.Equal((BigInteger)active * miner.Info.SectorSize, state.Power[chain.MinerId].Raw.Atto);
        Assert.Equal(
            partitions.SelectMany(partition => partition.Live.Bits()).Aggregate(default(TokenAmount), (sum, sector) => sum + miner.Sectors[sector].InitialPledge),
            miner.InitialPledge);
        Assert.Equal(miner.PreCommits.Values.Aggregate(default(TokenAmount), (sum, precommit) => sum + precommit.PreCommitDeposit), miner.PreCommitDeposits);
        Assert.True(miner.AllocatedSectors.IsSupersetOf(Bitfield.Of(miner.PreCommits.Keys.Concat(miner.Sectors.Keys))));
        Assert.True(state.Actors[chain.MinerId].Balance >= miner.PreCommitDeposits + miner.InitialPledge);
        Assert.True(miner.FeeDebt >= default(TokenAmount));
    }

    /// <summary>A message, made of numbers so that a failing run can be shrunk.</summary>
    private sealed record Step(int Kind, int A, int B)
    {
        public Message? ToMessage(TestChain chain)
        {
            MinerState miner = chain.MinerState;
            DeadlineInfo open = chain.NextDeadline;
            ulong deadline = (ulong)(A % 4), partition = (ulong)(B % 3);
            Bitfield sectors = Choose(miner, (int)deadline, (int)partition);
            return Kind switch
            {
                0 or 1 => To(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params(
                    [.. Enumerable.Range(A % 40, 1 + (B % 3)).Select(number => chain.PreCommitInfo((ulong)number, chain.Epoch + 45 + (B % 40)))])),
                2 or 3 when miner.PreCommits.Count > 0 => To(MinerMethods.ProveCommitSectors3, TestChain.ProveCommitOf(
                    A % 2 == 0, [.. miner.PreCommits.Keys.Where(number => (number + (ulong)B) % 3 > 0)
                        .Select(number => (number, B % 5 == 0 && number % 2 == 0 ? FakeVerifier.Invalid : FakeVerifier.Valid))])),
                >= 4 and <= 8 => To(MinerMethods.SubmitWindowedPoSt, PoSt(chain, miner, open)),
                9 => To(MinerMethods.DeclareFaults, new DeclareFaultsParams([new FaultDeclaration(deadline, partition, sectors)])),
                10 => To(MinerMethods.DeclareFaultsRecovered, new DeclareFaultsRecoveredParams([new RecoveryDeclaration(deadline, partition, sectors)])),
                11 => To(MinerMethods.DisputeWindowedPoSt, new DisputeWindowedPoStParams(deadline, (ulong)(B % 2))),
                12 when B % 4 == 0 => To(MinerMethods.TerminateSectors, new TerminateSectorsParams([new TerminationDeclaration(deadline, partition, sectors)])),
                13 => To(MinerMethods.ExtendSectorExpiration2, new ExtendSectorExpiration2Params(
                    [new ExpirationExtension2(deadline, partition, sectors, [], chain.Epoch + 60 + B)])),
                14 => To(MinerMethods.WithdrawBalance, new WithdrawBalanceParams(TokenAmount.FromFil(B)), TestChain.Owner),
                _ => null,
            };

            Message To<T>(ulong method, T parameters, Address? from = null)
                where T : ICborValue<T> => chain.Message(chain.Miner, method, DagCbor.Encode(parameters), from);
        }

        private SubmitWindowedPoStParams PoSt(TestChain chain, MinerState miner, DeadlineInfo open)
        {
            int partitions = Math.Max(1, miner.Deadlines[(int)open.Index].Partitions.Length);
            Bitfield skipped = A % 3 == 0 ? Choose(miner, (int)open.Index, 0) : Bitfield.Empty;
            return chain.WindowPoSt(
                B % 6 == 0 ? FakeVerifier.Invalid : FakeVerifier.Valid,
                [.. Enumerable.Range(0, 1 + (B % partitions)).Select(partition => ((ulong)partition, partition == 0 ? skipped : Bitfield.Empty))]);
        }

        private Bitfield Choose(MinerState miner, int deadline, int partition) => partition < miner.Deadlines[deadline].Partitions.Length
            ? miner.Deadlines[deadline].Partitions[partition].Sectors.Slice((ulong)(A % 2), (ulong)(1 + (B % 2)))
            : Bitfield.Of((ulong)A);
    }
}
