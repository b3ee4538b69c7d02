using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>Method 28: sectors are announced and a deposit is locked (builtin-actors <c>pre_commit_sector_batch_inner</c>).</summary>
internal static class PreCommit
{
    /// <summary>Announces a batch.</summary>
    public static void Run(MinerCall call, PreCommitSectorBatch2Params parameters)
    {
        IReadOnlyList<SectorPreCommitInfo> sectors = parameters.Sectors;
        if (sectors.Count == 0 || sectors.Count > call.Policy.PreCommitBatchMax)
            throw ActorException.Illegal($"precommit: expected 1 to {call.Policy.PreCommitBatchMax} sectors, found {sectors.Count}");
        call.Execution.Charge(GasSchedule.Sector * sectors.Count);
        Bitfield numbers = Bitfield.Of(sectors.Select(sector => sector.SectorNumber));
        if (numbers.Count != (ulong)sectors.Count)
            throw ActorException.Illegal("precommit: a sector number twice");
        foreach (SectorPreCommitInfo sector in sectors)
            Check(call, sector);

        // The available balance has the debt taken off already.
        TokenAmount available = call.AvailableBalance;
        call.RepayDebt();
        call.RequireController();
        MinerState state = call.State;
        if (call.Epoch <= state.Info.ConsensusFaultElapsed.Value)
            throw new ActorException(ExitCode.Forbidden, $"precommit: barred by a consensus fault until {state.Info.ConsensusFaultElapsed}");
        TokenAmount deposit = call.Economics.PreCommitDeposit(state.Info.SectorSize), total = deposit * sectors.Count;
        if (available < total)
            throw new ActorException(ExitCode.ActorInsufficientFunds, $"precommit: a deposit of {total} is needed, {available} are available");
        Bitfield taken = state.AllocatedSectors.Intersect(numbers);
        if (!taken.IsEmpty)
            throw ActorException.Illegal($"precommit: sector numbers {taken} were used before");
        call.State = state with
        {
            PreCommitDeposits = state.PreCommitDeposits + total,
            AllocatedSectors = state.AllocatedSectors.Union(numbers),
            PreCommits = state.PreCommits.AddRange(sectors.Select(sector => KeyValuePair.Create(
                sector.SectorNumber, new SectorPreCommitOnChainInfo(sector, deposit, call.Epoch)))),
        };
    }

    /// <summary>The rules of a sector's lifetime (builtin-actors <c>validate_expiration</c>).</summary>
    /// <exception cref="ActorException">The expiration breaks one.</exception>
    public static void CheckExpiration(NetworkPolicy policy, long epoch, long activation, long expiration)
    {
        if (expiration - activation < policy.MinSectorExpiration)
            throw ActorException.Illegal($"expiration {expiration} is {expiration - activation} epochs after activation {activation}, at least {policy.MinSectorExpiration} are needed");
        if (expiration > epoch + policy.MaxSectorExpirationExtension)
            throw ActorException.Illegal($"expiration {expiration} is more than {policy.MaxSectorExpirationExtension} epochs after {epoch}");
        if (expiration - activation > policy.MaxSectorLifetime)
            throw ActorException.Illegal($"expiration {expiration} is more than a lifetime of {policy.MaxSectorLifetime} epochs after activation {activation}");
    }

    private static void Check(MinerCall call, SectorPreCommitInfo sector)
    {
        NetworkPolicy policy = call.Policy;
        string what = $"precommit of sector {sector.SectorNumber}";
        if (sector.SealProof is < (long)RegisteredSealProof.StackedDrg2KiBV1_1 or > (long)RegisteredSealProof.StackedDrg64GiBV1_1_Feat_SyntheticPoRep)
            throw ActorException.Illegal($"{what}: seal proof {sector.SealProof} is not allowed");
        if ((long)((RegisteredSealProof)sector.SealProof).WindowPoSt() != call.State.Info.WindowPoStProofType)
            throw ActorException.Illegal($"{what}: seal proof {sector.SealProof} does not fit the miner's window PoSt {call.State.Info.WindowPoStProofType}");
        if (sector.SectorNumber > long.MaxValue)
            throw ActorException.Illegal($"{what}: the number is above 2^63 - 1");
        if (!sector.SealedCID.TryGetSealedCommitment(out _))
            throw ActorException.Illegal($"{what}: {sector.SealedCID} is no CID of a sealed sector");
        if (sector.UnsealedCid is { } unsealed && !unsealed.TryGetPieceCommitment(out _))
            throw ActorException.Illegal($"{what}: {unsealed} is no CID of unsealed data");
        if (sector.DealIDs.Count > 0)
            throw ActorException.Illegal($"{what}: deals are not supported");
        if (sector.SealRandEpoch.Value >= call.Epoch)
            throw ActorException.Illegal($"{what}: ticket epoch {sector.SealRandEpoch} is not before {call.Epoch}");
        if (sector.SealRandEpoch.Value < call.Epoch - policy.MaxPreCommitRandomnessLookback)
            throw ActorException.Illegal($"{what}: ticket epoch {sector.SealRandEpoch} is more than {policy.MaxPreCommitRandomnessLookback} epochs before {call.Epoch}");

        // As if it were proven in the last epoch allowed.
        CheckExpiration(policy, call.Epoch, call.Epoch + policy.MaxProveCommitDuration(sector.SealProof)!.Value, sector.Expiration.Value);
    }
}
