using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>Precommit and prove-commit against a verifier that takes what it is told to.</summary>
public sealed class SealingRulesTests
{
    private readonly TestChain _chain = new(new FakeVerifier(), new FakeVerifier());

    public SealingRulesTests() => _chain.CreateMiner();

    [Fact]
    public void A_precommit_locks_its_deposit_and_takes_its_number()
    {
        AppliedMessage applied = PreCommit(_chain.PreCommitInfo(7));
        Assert.Null(applied.Error);
        var queries = new StateQueries(_chain.Rules, _chain.State, _chain.Epoch);
        SectorPreCommitOnChainInfo info = queries.PreCommitInfo(_chain.Miner, 7)!;
        Assert.Equal(_chain.Epoch, info.PreCommitEpoch.Value);
        Assert.True(info.PreCommitDeposit > default(TokenAmount));
        Assert.Equal(info.PreCommitDeposit, _chain.MinerState.PreCommitDeposits);
        Assert.Equal(_chain.Balance(_chain.Miner) - info.PreCommitDeposit, queries.AvailableBalance(_chain.Miner));
        Assert.True(queries.Allocated(_chain.Miner).Contains(7));

        AppliedMessage again = PreCommit(_chain.PreCommitInfo(7));
        Assert.Equal(ExitCode.IllegalArgument, again.Receipt.ExitCode);
        Assert.Contains("used before", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Precommits_that_break_a_rule_are_refused()
    {
        NetworkPolicy policy = _chain.Rules.Policy;
        SectorPreCommitInfo good = _chain.PreCommitInfo(1);
        foreach ((SectorPreCommitInfo bad, string why) in new[]
        {
            (good with { SealProof = 0 }, "not allowed"),
            (good with { SealProof = 8 }, "does not fit"),
            (good with { SectorNumber = 1UL << 63 }, "above"),
            (good with { SealedCID = ActorEntry.CodeOf(ActorKind.Miner) }, "sealed"),
            (good with { UnsealedCid = good.SealedCID }, "unsealed"),
            (good with { DealIDs = [1] }, "deals"),
            (good with { SealRandEpoch = _chain.Epoch + 50 }, "not before"),
            (good with { SealRandEpoch = _chain.Epoch - policy.MaxPreCommitRandomnessLookback - 50 }, "more than"),
            (good with { Expiration = _chain.Epoch + 5 }, "at least"),
            (good with { Expiration = _chain.Epoch + policy.MaxSectorExpirationExtension + 50 }, "more than"),
        })
        {
            AppliedMessage applied = PreCommit(bad);
            Assert.Equal(ExitCode.IllegalArgument, applied.Receipt.ExitCode);
            Assert.Contains(why, applied.Error, StringComparison.Ordinal);
        }

        Assert.Contains("twice", PreCommit(_chain.PreCommitInfo(1), _chain.PreCommitInfo(1)).Error, StringComparison.Ordinal);
        Assert.Contains("1 to 256", PreCommit().Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Forbidden, _chain.Send(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params([_chain.PreCommitInfo(1)]), TestChain.Stranger).Receipt.ExitCode);
        Assert.Equal(ExitCode.Serialization, _chain.Send(_chain.Miner, MinerMethods.PreCommitSectorBatch2, new byte[] { 0xff }).Receipt.ExitCode);
        Assert.Equal(ExitCode.UnhandledMessage, _chain.Send(_chain.Miner, 6).Receipt.ExitCode);
        Assert.True(_chain.MinerState.AllocatedSectors.IsEmpty);
    }

    [Fact]
    public void A_poor_miner_cannot_precommit()
    {
        TokenAmount available = new StateQueries(_chain.Rules, _chain.State, _chain.Epoch).AvailableBalance(_chain.Miner);
        Assert.Null(_chain.Send(MinerMethods.WithdrawBalance, new WithdrawBalanceParams(available), TestChain.Owner).Error);
        AppliedMessage applied = PreCommit(_chain.PreCommitInfo(1));
        Assert.Equal(ExitCode.ActorInsufficientFunds, applied.Receipt.ExitCode);
    }

    [Fact]
    public void A_precommit_that_is_not_proven_in_time_burns_its_deposit()
    {
        PreCommit(_chain.PreCommitInfo(1));
        TokenAmount deposit = _chain.MinerState.PreCommitDeposits, balance = _chain.Balance(_chain.Miner);
        long due = _chain.Epoch + _chain.Rules.Policy.MaxProveCommitDuration(5)!.Value;
        _chain.AdvanceTo(due);
        Assert.Contains("was due", ProveCommit(true, 1).Error, StringComparison.Ordinal);
        _chain.AdvanceTo(due + _chain.Rules.Policy.ExpiredPreCommitCleanUpDelay + _chain.Rules.Policy.WPoStChallengeWindow);
        Assert.Empty(_chain.MinerState.PreCommits);
        Assert.Equal(default, _chain.MinerState.PreCommitDeposits);
        Assert.Equal(balance - deposit, _chain.Balance(_chain.Miner));
        Assert.Contains("used before", PreCommit(_chain.PreCommitInfo(1)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proven_sector_gets_a_place_and_a_pledge_instead_of_its_deposit()
    {
        PreCommit(_chain.PreCommitInfo(1));
        Assert.Equal(ExitCode.Forbidden, ProveCommit(true, 1).Receipt.ExitCode);
        _chain.AdvanceTo(_chain.Epoch + _chain.Rules.Policy.PreCommitChallengeDelay);
        AppliedMessage applied = ProveCommit(true, 1);
        Assert.Null(applied.Error);
        BatchReturn result = DagCbor.Decode<BatchReturn>(applied.Receipt.Return.Span);
        Assert.Equal(1UL, result.SuccessCount);
        Assert.Empty(result.FailCodes);

        var queries = new StateQueries(_chain.Rules, _chain.State, _chain.Epoch);
        SectorOnChainInfo sector = queries.SectorInfo(_chain.Miner, 1)!;
        Assert.Equal(_chain.Epoch, sector.Activation.Value);
        Assert.Equal(sector.InitialPledge, _chain.MinerState.InitialPledge);
        Assert.Equal(default, _chain.MinerState.PreCommitDeposits);
        Assert.Null(queries.PreCommitInfo(_chain.Miner, 1));
        Assert.NotNull(queries.SectorPartition(_chain.Miner, 1));
        Assert.Equal(default, queries.Power(_chain.Miner).MinerPower.RawBytePower);
        Assert.Equal(ExitCode.NotFound, ProveCommit(true, 1).Receipt.ExitCode);
    }

    [Fact]
    public void A_wrong_proof_fails_its_sector_or_the_message()
    {
        PreCommit(_chain.PreCommitInfo(1), _chain.PreCommitInfo(2));
        _chain.AdvanceTo(_chain.Epoch + _chain.Rules.Policy.PreCommitChallengeDelay);
        Assert.Contains("activation of all", Prove(true, (1, FakeVerifier.Valid), (2, FakeVerifier.Invalid)).Error, StringComparison.Ordinal);
        Assert.Equal(2, _chain.MinerState.PreCommits.Count);

        AppliedMessage applied = Prove(false, (1, FakeVerifier.Valid), (2, FakeVerifier.Invalid));
        BatchReturn result = DagCbor.Decode<BatchReturn>(applied.Receipt.Return.Span);
        Assert.Equal(1UL, result.SuccessCount);
        Assert.Equal(new FailCode(1, ExitCode.IllegalArgument), Assert.Single(result.FailCodes));
        Assert.Contains("no sector", Prove(false, (2, FakeVerifier.Invalid)).Error, StringComparison.Ordinal);
        Assert.Null(Prove(false, (2, FakeVerifier.Valid)).Error);
    }

    [Fact]
    public void The_shape_of_a_prove_commit_is_checked()
    {
        PreCommit(_chain.PreCommitInfo(1), _chain.PreCommitInfo(2));
        _chain.AdvanceTo(_chain.Epoch + _chain.Rules.Policy.PreCommitChallengeDelay);
        ProveCommitSectors3Params good = TestChain.ProveCommitOf(true, (1UL, FakeVerifier.Valid), (2UL, FakeVerifier.Valid));
        foreach ((ProveCommitSectors3Params bad, string why) in new[]
        {
            (good with { SectorProofs = [] }, "exactly one"),
            (good with { AggregateProof = FakeVerifier.Valid }, "exactly one"),
            (good with { SectorProofs = [], AggregateProof = FakeVerifier.Valid, AggregateProofType = 1 }, "4 to 819 are allowed"),
            (good with { AggregateProofType = 1 }, "without an aggregate"),
            (good with { SectorProofs = [FakeVerifier.Valid] }, "2 sectors and 1 proofs"),
            (good with { SectorActivations = [good.SectorActivations[0], good.SectorActivations[0]] }, "twice"),
            (good with { SectorActivations = [] }, "no sectors"),
            (good with { SectorProofs = [FakeVerifier.Valid, new byte[193]] }, "193 bytes"),
        })
            Assert.Contains(why, _chain.Send(MinerMethods.ProveCommitSectors3, bad).Error, StringComparison.Ordinal);
        Assert.Null(_chain.Send(MinerMethods.ProveCommitSectors3, good).Error);
    }

    [Fact]
    public void The_pieces_must_make_up_the_precommitted_data()
    {
        var piece = new PieceInfo(Commitment.FromBytes([7, .. new byte[31]]), PieceSize.FromPadded(1024));
        Cid commD = Cid.FromPieceCommitment(DataCommitment.Compute(SectorSize.KiB2, piece).Span);
        PreCommit(_chain.PreCommitInfo(1, unsealedCid: commD), _chain.PreCommitInfo(2));
        _chain.AdvanceTo(_chain.Epoch + _chain.Rules.Policy.PreCommitChallengeDelay);
        var manifest = new PieceActivationManifest(piece.Cid, 1024, null, []);
        ProveCommitSectors3Params one = TestChain.ProveCommitOf(true, (1UL, FakeVerifier.Valid));

        Assert.Contains("CommD", _chain.Send(MinerMethods.ProveCommitSectors3, one).Error, StringComparison.Ordinal);
        Assert.Contains("no piece CID", With(manifest with { CID = TestChain.SealedCid(3) }).Error, StringComparison.Ordinal);
        Assert.Contains("power of two", With(manifest with { Size = 1000 }).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, With(manifest with { VerifiedAllocationKey = new VerifiedAllocationKey(100, 1) }).Receipt.ExitCode);
        Assert.Null(With(manifest).Error);
        SectorOnChainInfo sector = _chain.MinerState.Sectors[1];
        Assert.Equal(new TokenAmount(1024) * (sector.Expiration - sector.Activation), sector.DealWeight);

        AppliedMessage With(PieceActivationManifest pieces) => _chain.Send(
            MinerMethods.ProveCommitSectors3, one with { SectorActivations = [new SectorActivationManifest(1, [pieces])] });
    }

    [Fact]
    public void Sectors_fill_partitions_of_two_and_spread_over_deadlines()
    {
        _chain.Seal([.. Enumerable.Range(1, 12).Select(i => (ulong)i)]);
        Deadline[] deadlines = [.. _chain.MinerState.Deadlines];
        Assert.All(deadlines.SelectMany(deadline => deadline.Partitions), partition => Assert.InRange(partition.Sectors.Count, 1UL, 2UL));
        Assert.Equal(12UL, deadlines.Aggregate(0UL, (sum, deadline) => sum + deadline.TotalSectors));
        Assert.True(deadlines.Count(deadline => deadline.TotalSectors > 0) >= 2);
        Assert.Equal(12, _chain.MinerState.Sectors.Keys.Select(_chain.Find).Count());
    }

    private AppliedMessage PreCommit(params SectorPreCommitInfo[] sectors) => _chain.Send(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params(sectors));

    private AppliedMessage ProveCommit(bool requireAll, params ulong[] sectors) => Prove(requireAll, [.. sectors.Select(sector => (sector, FakeVerifier.Valid))]);

    private AppliedMessage Prove(bool requireAll, params (ulong Sector, byte[] Proof)[] sectors) =>
        _chain.Send(MinerMethods.ProveCommitSectors3, TestChain.ProveCommitOf(requireAll, sectors));
}
