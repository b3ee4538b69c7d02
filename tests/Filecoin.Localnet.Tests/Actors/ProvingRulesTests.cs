using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>Window PoSts, faults, recoveries, disputes and the ends of sectors against a verifier that takes what it is told to.</summary>
public sealed class ProvingRulesTests
{
    private static readonly NetworkPolicy Policy = TestChain.Policy with { FaultMaxAgePeriods = 3 };
    private readonly FakeVerifier _verifier = new();
    private readonly TestChain _chain;

    public ProvingRulesTests()
    {
        _chain = new TestChain(_verifier, _verifier, Policy);
        _chain.CreateMiner();
        _chain.Seal(1, 2);
    }

    private int DeadlineOf(ulong sector) => _chain.Find(sector).Deadline;

    private Partition PartitionOf(ulong sector)
    {
        (int deadline, int partition) = _chain.Find(sector);
        return _chain.MinerState.Deadlines[deadline].Partitions[partition];
    }

    private long Power => (long)_chain.State.Power[_chain.MinerId].Raw.Atto;

    [Fact]
    public void Power_comes_with_the_first_proof()
    {
        Assert.Equal(0, Power);
        Prove(1);
        Assert.Equal(4096, Power);
        var queries = new StateQueries(_chain.Rules, _chain.State, _chain.Epoch);
        Assert.Equal([1UL, 2UL], queries.ActiveSectors(_chain.Miner).Select(sector => sector.SectorNumber));
        Assert.True(queries.Power(_chain.Miner).HasMinPower);
        Assert.Equal(1UL, queries.Deadlines(_chain.Miner)[DeadlineOf(1)].PostSubmissions.Count);
        Assert.Empty(_verifier.LastPoSt);
    }

    [Fact]
    public void Window_PoSts_that_break_a_rule_are_refused()
    {
        _chain.AdvanceToDeadline((ulong)DeadlineOf(1));
        SubmitWindowedPoStParams good = _chain.WindowPoSt(FakeVerifier.Valid, (0, Bitfield.Empty));
        DeadlineInfo open = _chain.NextDeadline;
        foreach ((Func<SubmitWindowedPoStParams, SubmitWindowedPoStParams> spoil, string why) in new (Func<SubmitWindowedPoStParams, SubmitWindowedPoStParams>, string)[]
        {
            (p => p with { Proofs = [] }, "exactly one"),
            (p => p with { Proofs = [p.Proofs[0], p.Proofs[0]] }, "exactly one"),
            (p => p with { Proofs = [new PoStProof(5, FakeVerifier.Valid)] }, "type"),
            (p => p with { Proofs = [p.Proofs[0] with { ProofBytes = new byte[193] }] }, "193 bytes"),
            (p => p with { Deadline = (p.Deadline + 1) % 4 }, "not open"),
            (p => p with { Deadline = 48 }, "48 of 4"),
            (p => p with { Partitions = [new PoStPartition(9, Bitfield.Empty)] }, "no partition 9"),
            (p => p with { Partitions = [p.Partitions[0], p.Partitions[0]] }, "twice"),
            (p => p with { Partitions = [.. Enumerable.Range(0, 4).Select(i => new PoStPartition((ulong)i, Bitfield.Empty))] }, "at most 3"),
            (p => p with { Partitions = [] }, "0 partitions"),
            (p => p with { Partitions = [new PoStPartition(0, Bitfield.Of(1, 2))] }, "left to prove"),
            (p => p with { Partitions = [new PoStPartition(0, Bitfield.Of(77))] }, "does not have"),
            (p => p with { ChainCommitRand = new byte[32] }, "another"),
            (p => p with { ChainCommitRand = new byte[33] }, "32 bytes"),
            (p => p with { ChainCommitEpoch = open.Challenge - 1 }, "not from"),
            (p => p with { ChainCommitEpoch = _chain.Epoch + 1 }, "not from"),
        })
        {
            SubmitWindowedPoStParams bad = spoil(good);
            AppliedMessage called = new Executor(_chain.Rules).Call(
                _chain.State, _chain.Context() with { Epoch = _chain.Epoch + 1 },
                _chain.Message(_chain.Miner, MinerMethods.SubmitWindowedPoSt, DagCbor.Encode(bad)));
            Assert.NotEqual(ExitCode.Ok, called.Receipt.ExitCode);
            Assert.Contains(why, called.Error, StringComparison.Ordinal);
        }

        Assert.Equal(ExitCode.Forbidden, _chain.Send(MinerMethods.SubmitWindowedPoSt, good, TestChain.Stranger).Receipt.ExitCode);
        Assert.Null(_chain.Send(MinerMethods.SubmitWindowedPoSt, good).Error);
        Assert.Contains("already", _chain.Send(MinerMethods.SubmitWindowedPoSt, good).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_sectors_are_faulty_and_the_rest_has_power()
    {
        Prove(1, skipped: Bitfield.Of(2));
        Assert.Equal(2048, Power);
        Assert.Equal(Bitfield.Of(2), PartitionOf(1).Faults);
        Assert.Equal(Bitfield.Of(1), PartitionOf(1).Active);
    }

    [Fact]
    public void A_missed_proof_makes_faults_that_cost_from_the_next_day_on()
    {
        Prove(1);
        TokenAmount balance = _chain.Balance(_chain.Miner);
        MissWindow();
        Assert.Equal(0, Power);
        Assert.Equal(Bitfield.Of(1, 2), PartitionOf(1).Faults);
        Assert.Equal(balance, _chain.Balance(_chain.Miner));
        MissWindow();
        Assert.True(_chain.Balance(_chain.Miner) < balance);
    }

    [Fact]
    public void A_declared_recovery_is_proven_at_once_and_brings_the_power_back()
    {
        Prove(1);
        MissWindow();
        AdvancePastCutoffOfOthers();
        (int deadline, int partition) = _chain.Find(1);
        var recovery = new DeclareFaultsRecoveredParams([new RecoveryDeclaration((ulong)deadline, (ulong)partition, Bitfield.Of(1, 2))]);
        Assert.Null(_chain.Send(MinerMethods.DeclareFaultsRecovered, recovery).Error);
        Assert.Equal(Bitfield.Of(1, 2), new StateQueries(_chain.Rules, _chain.State, _chain.Epoch).Recoveries(_chain.Miner));
        _chain.AdvanceToDeadline((ulong)deadline);
        Assert.Contains("late", _chain.Send(MinerMethods.DeclareFaultsRecovered, recovery).Error, StringComparison.Ordinal);
        Assert.Contains("invalid", Submit(1, FakeVerifier.Invalid, Bitfield.Empty).Error, StringComparison.Ordinal);
        Assert.Equal(0, Power);
        Assert.Null(Submit(1, FakeVerifier.Valid, Bitfield.Of(2)).Error);
        Assert.Equal([1UL], _verifier.LastPoSt);
        Assert.Equal(2048, Power);
        Assert.Equal(Bitfield.Of(2), PartitionOf(1).Faults);
        Assert.True(PartitionOf(1).Recoveries.IsEmpty);
    }

    [Fact]
    public void Declared_faults_lose_power_at_once()
    {
        Prove(1);
        (int deadline, int partition) = _chain.Find(1);
        AdvancePastCutoffOfOthers();
        var declaration = new DeclareFaultsParams([new FaultDeclaration((ulong)deadline, (ulong)partition, Bitfield.Of(2))]);
        Assert.Null(_chain.Send(MinerMethods.DeclareFaults, declaration).Error);
        Assert.Equal(2048, Power);
        Assert.Contains("no partition", _chain.Send(MinerMethods.DeclareFaults, new DeclareFaultsParams([new FaultDeclaration((ulong)deadline, 5, Bitfield.Of(2))])).Error, StringComparison.Ordinal);
        Assert.Contains("are not in", _chain.Send(MinerMethods.DeclareFaults, new DeclareFaultsParams([new FaultDeclaration((ulong)deadline, 0, Bitfield.Of(50))])).Error, StringComparison.Ordinal);
        Assert.Contains("at most 25000", _chain.Send(MinerMethods.DeclareFaults, new DeclareFaultsParams([new FaultDeclaration((ulong)deadline, 0, Bitfield.OfRange(0, 1UL << 60))])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_proof_is_accepted_until_somebody_disputes_it()
    {
        Prove(1, FakeVerifier.Invalid);
        Assert.Equal(4096, Power);
        ulong deadline = (ulong)DeadlineOf(1);
        var dispute = new DisputeWindowedPoStParams(deadline, 0);
        Assert.Equal(ExitCode.Forbidden, _chain.Send(MinerMethods.DisputeWindowedPoSt, dispute, TestChain.Stranger).Receipt.ExitCode);
        _chain.AdvanceToDeadline((deadline + 1) % 4);
        Assert.Equal(1UL, new StateQueries(_chain.Rules, _chain.State, _chain.Epoch).Deadlines(_chain.Miner)[(int)deadline].DisputableProofCount);
        TokenAmount miner = _chain.Balance(_chain.Miner), reporter = _chain.Balance(TestChain.Owner);
        AppliedMessage applied = _chain.Send(MinerMethods.DisputeWindowedPoSt, dispute, TestChain.Owner);
        Assert.Null(applied.Error);
        Assert.Equal(0, Power);
        Assert.Equal(Bitfield.Of(1, 2), PartitionOf(1).Faults);
        Assert.True(miner - _chain.Balance(_chain.Miner) >= TokenAmount.FromFil(24));
        Assert.True(_chain.Balance(TestChain.Owner) - reporter > TokenAmount.FromFil(3));
        Assert.Contains("no proof 0", _chain.Send(MinerMethods.DisputeWindowedPoSt, dispute, TestChain.Owner).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_that_holds_cannot_be_disputed_nor_an_old_one()
    {
        Prove(1);
        ulong deadline = (ulong)DeadlineOf(1);
        long closed = _chain.NextDeadline.Close.Value;
        _chain.AdvanceToDeadline((deadline + 1) % 4);
        var dispute = new DisputeWindowedPoStParams(deadline, 0);
        Assert.Contains("holds", _chain.Send(MinerMethods.DisputeWindowedPoSt, dispute).Error, StringComparison.Ordinal);
        Assert.Equal([1UL, 2UL], _verifier.LastPoSt);
        _chain.AdvanceTo(closed + Policy.WPoStDisputeWindow - 1);
        Assert.Equal(ExitCode.Forbidden, _chain.Send(MinerMethods.DisputeWindowedPoSt, dispute).Receipt.ExitCode);
    }

    [Fact]
    public void With_the_switch_every_proof_is_checked_at_once()
    {
        var chain = new TestChain(_verifier, _verifier, Policy, verifyEvery: true);
        chain.CreateMiner();
        chain.Seal(1);
        chain.AdvanceToDeadline((ulong)chain.Find(1).Deadline);
        Assert.Contains("invalid", chain.Send(MinerMethods.SubmitWindowedPoSt, chain.WindowPoSt(FakeVerifier.Invalid, (0, Bitfield.Empty))).Error, StringComparison.Ordinal);
        Assert.Null(chain.Send(MinerMethods.SubmitWindowedPoSt, chain.WindowPoSt(FakeVerifier.Valid, (0, Bitfield.Empty))).Error);
    }

    [Fact]
    public void Sectors_that_stay_faulty_too_long_are_terminated_for_a_fee()
    {
        Prove(1);
        TokenAmount pledge = _chain.MinerState.InitialPledge;
        for (int i = 0; i < 4; i++)
        {
            Assert.True(PartitionOf(1).Terminated.IsEmpty);
            Assert.Equal(pledge, _chain.MinerState.InitialPledge);
            MissWindow();
        }

        Assert.Equal(Bitfield.Of(1, 2), PartitionOf(1).Terminated);
        Assert.True(PartitionOf(1).Faults.IsEmpty);
        Assert.Equal(default, _chain.MinerState.InitialPledge);
    }

    [Fact]
    public void Sectors_expire_with_the_deadline_after_their_expiration_and_free_their_pledge()
    {
        long expiration = _chain.MinerState.Sectors[1].Expiration.Value;
        while (_chain.Epoch < expiration + Policy.WPoStProvingPeriod)
        {
            if (_chain.NextDeadline.Index == (ulong)DeadlineOf(1) && !PartitionOf(1).Live.IsEmpty)
                Prove(1);
            MoveOn();
        }

        Assert.True(PartitionOf(1).Live.IsEmpty);
        Assert.Equal(0, Power);
        Assert.Equal(default, _chain.MinerState.InitialPledge);
        Assert.Equal(default, _chain.MinerState.FeeDebt);
    }

    [Fact]
    public void Termination_ends_sectors_outside_the_open_and_next_deadline()
    {
        Prove(1);
        (int deadline, int partition) = _chain.Find(1);
        var end = new TerminateSectorsParams([new TerminationDeclaration((ulong)deadline, (ulong)partition, Bitfield.Of(1))]);
        Assert.Contains("open or next", _chain.Send(MinerMethods.TerminateSectors, end).Error, StringComparison.Ordinal);
        _chain.AdvanceToDeadline((ulong)(deadline + 1) % 4);
        TokenAmount before = _chain.Balance(_chain.Miner);
        AppliedMessage applied = _chain.Send(MinerMethods.TerminateSectors, end);
        Assert.True(DagCbor.Decode<TerminateSectorsReturn>(applied.Receipt.Return.Span).Done);
        Assert.Equal(2048, Power);
        Assert.True(_chain.Balance(_chain.Miner) < before);
        Assert.Equal(_chain.MinerState.Sectors[2].InitialPledge, _chain.MinerState.InitialPledge);
        Assert.Contains("ended already", _chain.Send(MinerMethods.TerminateSectors, end).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Active_sectors_can_be_extended_not_shortened()
    {
        (int deadline, int partition) = _chain.Find(1);
        ChainEpoch expiration = _chain.MinerState.Sectors[1].Expiration;
        Assert.Contains("not active", Extend(expiration + 100).Error, StringComparison.Ordinal);
        Prove(1);
        Assert.Contains("shorten", Extend(expiration - 1).Error, StringComparison.Ordinal);
        Assert.Contains("more than", Extend(expiration + Policy.MaxSectorExpirationExtension).Error, StringComparison.Ordinal);
        Assert.Null(Extend(expiration + 100).Error);
        Assert.Equal(expiration + 100, _chain.MinerState.Sectors[1].Expiration);
        Assert.Equal(4096, Power);

        AppliedMessage Extend(ChainEpoch to) => _chain.Send(MinerMethods.ExtendSectorExpiration2, new ExtendSectorExpiration2Params(
            [new ExpirationExtension2((ulong)deadline, (ulong)partition, Bitfield.Of(1), [], to)]));
    }

    [Fact]
    public void The_worker_changes_after_a_finality()
    {
        var change = new ChangeWorkerAddressParams(TestChain.Stranger, [TestChain.Owner, TestChain.Worker]);
        Assert.Equal(ExitCode.Forbidden, _chain.Send(MinerMethods.ChangeWorkerAddress, change).Receipt.ExitCode);
        Assert.Null(_chain.Send(MinerMethods.ChangeWorkerAddress, change, TestChain.Owner).Error);
        Address before = _chain.MinerState.Info.Worker;
        Assert.Equal(2, _chain.MinerState.Info.ControlAddresses.Count);
        Assert.Null(_chain.Send(_chain.Miner, MinerMethods.ConfirmChangeWorkerAddress, from: TestChain.Owner).Error);
        Assert.Equal(before, _chain.MinerState.Info.Worker);
        _chain.AdvanceTo(_chain.Epoch + Policy.ChainFinality);
        Assert.Null(_chain.Send(_chain.Miner, MinerMethods.ConfirmChangeWorkerAddress, from: TestChain.Owner).Error);
        Assert.NotEqual(before, _chain.MinerState.Info.Worker);
    }

    private AppliedMessage Submit(ulong sector, byte[] proof, Bitfield skipped) => _chain.Send(
        MinerMethods.SubmitWindowedPoSt, _chain.WindowPoSt(proof, ((ulong)_chain.Find(sector).Partition, skipped)));

    private void Prove(ulong sector, byte[]? proof = null, Bitfield? skipped = null)
    {
        _chain.AdvanceToDeadline((ulong)DeadlineOf(sector));
        Assert.Null(Submit(sector, proof ?? FakeVerifier.Valid, skipped ?? Bitfield.Empty).Error);
    }

    /// <summary>Goes past the end of the sectors' next window without a proof; a window that is open and proven ends first.</summary>
    private void MissWindow()
    {
        int deadline = DeadlineOf(1);
        if (_chain.NextDeadline.Index == (ulong)deadline && !_chain.MinerState.Deadlines[deadline].PartitionsPoSted.IsEmpty)
            MoveOn();
        _chain.AdvanceToDeadline((ulong)deadline);
        MoveOn();
    }

    private void MoveOn() => _chain.AdvanceTo(_chain.NextDeadline.Close.Value - 1);

    private void AdvancePastCutoffOfOthers() => _chain.AdvanceToDeadline((ulong)(DeadlineOf(1) + 1) % 4);
}
