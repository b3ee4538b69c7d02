using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Tests.Shared.Groth16;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>Prove-commit with one proof for all sectors.</summary>
public sealed class AggregateRulesTests(AggregationRoom room) : IClassFixture<AggregationRoom>
{
    [Fact]
    public void An_aggregate_proves_all_sectors_in_the_message_s_order()
    {
        var fake = new FakeVerifier();
        TestChain chain = Precommitted(fake, 5, 3, 9, 4, 8);
        TokenAmount balance = chain.Balance(chain.Miner);
        AppliedMessage applied = chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(true, FakeVerifier.Valid, 5, 3, 9, 4, 8));
        Assert.Null(applied.Error);
        Assert.Equal(5UL, DagCbor.Decode<BatchReturn>(applied.Receipt.Return.Span).SuccessCount);
        Assert.Equal([5UL, 3UL, 9UL, 4UL, 8UL], fake.LastAggregate);
        Assert.Equal([3UL, 4UL, 5UL, 8UL, 9UL], chain.MinerState.Sectors.Keys.Order());

        // The miner pays no fee for aggregation any more (FIP-0100).
        Assert.Equal(balance, chain.Balance(chain.Miner));
    }

    [Fact]
    public void A_wrong_aggregate_proves_nothing()
    {
        foreach (bool requireAll in (bool[])[true, false])
        {
            TestChain chain = Precommitted(new FakeVerifier(), 1, 2, 3, 4);
            AppliedMessage applied = chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(requireAll, FakeVerifier.Invalid, 1, 2, 3, 4));
            Assert.Equal(ExitCode.IllegalArgument, applied.Receipt.ExitCode);
            Assert.Contains("does not hold", applied.Error, StringComparison.Ordinal);
            Assert.Empty(chain.MinerState.Sectors);
        }
    }

    [Fact]
    public void The_shape_of_an_aggregate_is_checked()
    {
        TestChain chain = Precommitted(new FakeVerifier(), TestChain.Policy with { MaxAggregatedSectors = 4 }, 1, 2, 3, 4, 5);
        ProveCommitSectors3Params good = Aggregate(true, FakeVerifier.Valid, 1, 2, 3, 4);
        foreach ((ProveCommitSectors3Params bad, string why) in new[]
        {
            (good with { AggregateProofType = 0 }, "type must be 1"),
            (good with { AggregateProofType = null }, "type must be 1"),
            (good with { SectorProofs = [FakeVerifier.Valid] }, "exactly one"),
            (good with { AggregateProof = new byte[81_961] }, "81961 bytes"),
            (Aggregate(true, FakeVerifier.Valid, 1, 2, 3), "an aggregate of 3 sectors, 4 to 4"),
            (Aggregate(true, FakeVerifier.Valid, 1, 2, 3, 4, 5), "an aggregate of 5 sectors, 4 to 4"),
        })
            Assert.Contains(why, chain.Send(MinerMethods.ProveCommitSectors3, bad).Error, StringComparison.Ordinal);
        Assert.Null(chain.Send(MinerMethods.ProveCommitSectors3, good).Error);
    }

    [Fact]
    public void A_sector_that_comes_too_late_is_a_witness_of_the_others()
    {
        var fake = new FakeVerifier();
        TestChain chain = Precommitted(fake, 1);
        long due = chain.Epoch - chain.Rules.Policy.PreCommitChallengeDelay + chain.Rules.Policy.MaxProveCommitDuration(5)!.Value;
        chain.AdvanceTo(due - 5);
        Precommit(chain, 2, 3, 4);
        chain.AdvanceTo(Math.Max(chain.Epoch, due + 1));
        Assert.Contains("activation of all", chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(true, FakeVerifier.Valid, 1, 2, 3, 4)).Error, StringComparison.Ordinal);
        AppliedMessage applied = chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(false, FakeVerifier.Valid, 1, 2, 3, 4));
        Assert.Null(applied.Error);
        Assert.Equal([1UL, 2UL, 3UL, 4UL], fake.LastAggregate);
        BatchReturn result = DagCbor.Decode<BatchReturn>(applied.Receipt.Return.Span);
        Assert.Equal((3UL, new FailCode(0, ExitCode.IllegalArgument)), (result.SuccessCount, Assert.Single(result.FailCodes)));
        Assert.Equal([2UL, 3UL, 4UL], chain.MinerState.Sectors.Keys.Order());
    }

    [Fact]
    public void A_real_aggregate_is_verified_for_the_chain_s_sectors()
    {
        var chain = new TestChain(new SealVerifier(room.Store), new PoStVerifier(room.Store), aggregates: new SealAggregateVerifier(room.Store));
        chain.CreateMiner();
        ulong[] numbers = [1, 2, 3, 4, 6];
        long ticketEpoch = chain.Epoch - 5;
        Precommit(chain, numbers);
        long seedEpoch = chain.Epoch;
        SealProofClaim[] claims = [.. numbers.Select(number => room.Claim(InfoOf(chain, number, ticketEpoch, seedEpoch), room.Config))];
        byte[] aggregate = new SealAggregator(room.Store).Aggregate(room.Config, SnarkPackVersion.V2, claims);
        byte[] ofOthers = new SealAggregator(room.Store).Aggregate(room.Config, SnarkPackVersion.V2, [.. claims.Reverse()]);
        byte[] version1 = new SealAggregator(room.Store).Aggregate(room.Config, SnarkPackVersion.V1, claims);
        byte[] flipped = [.. aggregate];
        flipped[^1] ^= 1;
        foreach (byte[] wrong in (byte[][])[ofOthers, version1, flipped, aggregate[..^1], [.. aggregate, 0], claims[0].Proof.ToArray()])
            Assert.Contains("does not hold", chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(false, wrong, numbers)).Error, StringComparison.Ordinal);
        Assert.Null(chain.Send(MinerMethods.ProveCommitSectors3, Aggregate(true, aggregate, numbers)).Error);
        Assert.Equal(numbers, chain.MinerState.Sectors.Keys.Order());
    }

    private static SealVerifyInfo InfoOf(TestChain chain, ulong number, long ticketEpoch, long seedEpoch)
    {
        TestChain.SealedCid(number).TryGetSealedCommitment(out ReadOnlySpan<byte> commR);
        return new SealVerifyInfo(
            ProverId.FromActorId(chain.MinerId), new SectorNumber(number),
            Proving.Sectors.Ticket.FromBytes(chain.Randomness.FromTickets(ChainRandomness.SealTag, ticketEpoch, chain.Entropy)),
            Seed.FromBytes(chain.Randomness.FromBeacon(ChainRandomness.InteractiveSealTag, seedEpoch, chain.Entropy)),
            Proving.Pieces.ZeroCommitments.OfSector(SectorSize.KiB2), Commitment.FromBytes(commR));
    }

    private static TestChain Precommitted(FakeVerifier fake, params ulong[] sectors) => Precommitted(fake, TestChain.Policy, sectors);

    private static TestChain Precommitted(FakeVerifier fake, NetworkPolicy policy, params ulong[] sectors)
    {
        var chain = new TestChain(fake, fake, policy, aggregates: fake);
        chain.CreateMiner();
        Precommit(chain, sectors);
        return chain;
    }

    /// <summary>Precommits and goes on until the sectors can be proven: the epoch is that of the seed then.</summary>
    private static void Precommit(TestChain chain, params ulong[] sectors)
    {
        Assert.Null(chain.Send(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params([.. sectors.Select(sector => chain.PreCommitInfo(sector))])).Error);
        chain.AdvanceTo(chain.Epoch + chain.Rules.Policy.PreCommitChallengeDelay);
    }

    private static ProveCommitSectors3Params Aggregate(bool requireAll, byte[] proof, params ulong[] sectors) => new(
        [.. sectors.Select(sector => new SectorActivationManifest(sector, []))], [], proof, (ulong)SnarkPackVersion.V2, requireAll, false);
}
