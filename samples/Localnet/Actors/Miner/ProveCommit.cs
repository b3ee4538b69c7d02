using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>Method 34: precommitted sectors are proven and get a place in a deadline (builtin-actors <c>prove_commit_sectors3</c>).</summary>
internal static class ProveCommit
{
    /// <summary>Proves a batch. The return says which sectors failed: the message succeeds when one did.</summary>
    public static BatchReturn Run(MinerCall call, ProveCommitSectors3Params parameters)
    {
        call.RequireController();
        SectorPreCommitOnChainInfo[] precommits = [.. parameters.SectorActivations.Select(activation => Find(call, activation.SectorNumber))];
        SealProofs.CheckShape(call, parameters, precommits);
        call.Execution.Charge((GasSchedule.Sector * precommits.Length) + SealProofs.Gas(parameters));
        long[] codes = new long[precommits.Length];
        for (int i = 0; i < precommits.Length; i++)
        {
            string? failure = Validate(call, precommits[i])
                ?? (parameters.AggregateProof.IsEmpty ? SealProofs.Check(call, precommits[i], parameters.SectorProofs[i]) : null);
            codes[i] = failure is null ? ExitCode.Ok : ExitCode.IllegalArgument;
            if (failure is not null && parameters.RequireActivationSuccess)
                throw ActorException.Illegal($"sector {precommits[i].Info.SectorNumber}: {failure}, and activation of all is required");
        }

        if (codes.All(code => code != ExitCode.Ok))
            throw ActorException.Illegal("no sector has a valid precommit and proof");
        if (!parameters.AggregateProof.IsEmpty)
            SealProofs.CheckAggregate(call, precommits, parameters.AggregateProof);
        for (int i = 0; i < precommits.Length; i++)
        {
            if (codes[i] == ExitCode.Ok)
                codes[i] = CheckData(precommits[i].Info, parameters.SectorActivations[i], parameters);
        }

        int[] proven = [.. Enumerable.Range(0, codes.Length).Where(i => codes[i] == ExitCode.Ok)];
        if (proven.Length == 0)
            throw ActorException.Illegal("the data of no sector could be activated");
        Activate(call, [.. proven.Select(i => (precommits[i], parameters.SectorActivations[i]))]);
        return new BatchReturn((ulong)proven.Length,
            [.. codes.Select((code, i) => new FailCode((ulong)i, code)).Where(failed => failed.Code != ExitCode.Ok)]);
    }

    private static SectorPreCommitOnChainInfo Find(MinerCall call, ulong sector) => call.State.PreCommits.TryGetValue(sector, out SectorPreCommitOnChainInfo? found)
        ? found : throw new ActorException(ExitCode.NotFound, $"sector {sector} is not precommitted");

    private static string? Validate(MinerCall call, SectorPreCommitOnChainInfo precommit)
    {
        long due = precommit.PreCommitEpoch.Value + call.Policy.MaxProveCommitDuration(precommit.Info.SealProof)!.Value;
        long seed = precommit.PreCommitEpoch.Value + call.Policy.PreCommitChallengeDelay;
        if (call.Epoch <= seed)
            throw new ActorException(ExitCode.Forbidden, $"too early to prove sector {precommit.Info.SectorNumber}: the seed is of epoch {seed}, now is {call.Epoch}");
        return call.Epoch > due ? $"the proof was due at {due}, now is {call.Epoch}" : null;
    }

    // Pieces that do not make up the declared CommD fail the message, as in the actor; allocations and notifications fail their sector.
    private static long CheckData(SectorPreCommitInfo info, SectorActivationManifest activation, ProveCommitSectors3Params parameters)
    {
        SectorSize size = PoRepConfig.For((RegisteredSealProof)info.SealProof).SectorSize;
        Commitment computed;
        try
        {
            computed = DataCommitment.Compute(size, [.. activation.Pieces.Select(PieceOf)]);
        }
        catch (PieceException e)
        {
            throw ActorException.Illegal($"sector {info.SectorNumber}: {e.Message}");
        }

        if (computed != SealProofs.CommD(info))
            throw ActorException.Illegal($"sector {info.SectorNumber}: the pieces give CommD {computed}, precommitted was {SealProofs.CommD(info)}");
        if (parameters.RequireNotificationSuccess && activation.Pieces.Any(piece => piece.Notify.Count > 0))
            throw ActorException.Illegal($"sector {info.SectorNumber}: no actor here takes notifications");
        if (activation.Pieces.All(piece => piece.VerifiedAllocationKey is null))
            return ExitCode.Ok;
        return parameters.RequireActivationSuccess
            ? throw new ActorException(ExitCode.NotFound, $"sector {info.SectorNumber}: there are no verified allocations here")
            : ExitCode.NotFound;
    }

    private static PieceInfo PieceOf(PieceActivationManifest piece)
    {
        if (!piece.CID.TryGetPieceCommitment(out ReadOnlySpan<byte> commitment))
            throw ActorException.Illegal($"{piece.CID} is no piece CID");
        return new PieceInfo(Commitment.FromBytes(commitment), PieceSize.FromPadded((long)Math.Min(piece.Size, long.MaxValue)));
    }

    private static void Activate(MinerCall call, (SectorPreCommitOnChainInfo PreCommit, SectorActivationManifest Activation)[] proven)
    {
        MinerState state = call.State;
        TokenAmount pledge = call.Economics.InitialPledge(state.Info.SectorSize), deposits = default;
        var sectors = new List<SectorOnChainInfo>();
        foreach ((SectorPreCommitOnChainInfo precommit, SectorActivationManifest activation) in proven.OrderBy(entry => entry.PreCommit.Info.SectorNumber))
        {
            SectorPreCommitInfo info = precommit.Info;
            long duration = info.Expiration.Value - call.Epoch;
            if (duration < call.Policy.MinSectorExpiration)
                throw ActorException.Illegal($"sector {info.SectorNumber} would live {duration} epochs, at least {call.Policy.MinSectorExpiration} are needed");
            deposits += precommit.PreCommitDeposit;
            sectors.Add(new SectorOnChainInfo
            {
                SectorNumber = info.SectorNumber,
                SealProof = info.SealProof,
                SealedCID = info.SealedCID,
                Activation = call.Epoch,
                Expiration = info.Expiration,
                DealWeight = new TokenAmount(activation.Pieces.Aggregate(System.Numerics.BigInteger.Zero, (sum, piece) => sum + piece.Size) * duration),
                InitialPledge = pledge,
                PowerBaseEpoch = call.Epoch,
                Flags = 1,
                DailyFee = TokenAmount.Zero,
            });
        }

        TokenAmount total = pledge * sectors.Count;
        call.State = DeadlinePlaces.Place(call.Policy, call.Epoch, state, sectors) with
        {
            PreCommitDeposits = state.PreCommitDeposits - deposits,
            InitialPledge = state.InitialPledge + total,
            PreCommits = state.PreCommits.RemoveRange(sectors.Select(sector => sector.SectorNumber)),
        };
        if (call.UnlockedBalance < default(TokenAmount))
            throw new ActorException(ExitCode.ActorInsufficientFunds, $"a pledge of {total} is needed, {call.UnlockedBalance + total} are unlocked");
    }
}
