using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Native.Fields;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>The proofs of a prove-commit: one a sector, or one aggregate of all (builtin-actors <c>validate_seal_proofs</c>, <c>verify_aggregate_seal</c>).</summary>
internal static class SealProofs
{
    /// <summary>Refuses parameters that are neither a proof for each sector nor an aggregate that may be one.</summary>
    public static void CheckShape(MinerCall call, ProveCommitSectors3Params parameters, SectorPreCommitOnChainInfo[] precommits)
    {
        if (precommits.Length == 0)
            throw ActorException.Illegal("no sectors to prove");
        if (precommits.DistinctBy(precommit => precommit.Info.SectorNumber).Count() != precommits.Length)
            throw ActorException.Illegal("a sector twice");
        if (parameters.SectorProofs.Count == 0 == parameters.AggregateProof.IsEmpty)
            throw ActorException.Illegal("exactly one of sector proofs and aggregate proof is needed");
        if (parameters.SectorProofs.Count == 0)
            CheckAggregateShape(call.Policy, parameters);
        else if (parameters.AggregateProofType is not null)
            throw ActorException.Illegal("an aggregate proof type without an aggregate");
        else if (parameters.SectorProofs.Count != precommits.Length)
            throw ActorException.Illegal($"{precommits.Length} sectors and {parameters.SectorProofs.Count} proofs");
        if (precommits.Any(precommit => precommit.Info.SealProof != precommits[0].Info.SealProof))
            throw new ActorException(ExitCode.IllegalState, "sectors of several seal proofs in one message");
    }

    /// <summary>Gas for the proofs of a message.</summary>
    public static long Gas(ProveCommitSectors3Params parameters) => parameters.AggregateProof.IsEmpty
        ? GasSchedule.SealProof * parameters.SectorProofs.Count
        : GasSchedule.AggregateProof + (GasSchedule.AggregatedSector * parameters.SectorActivations.Count);

    /// <summary>Checks one sector's own proof.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(MinerCall call, SectorPreCommitOnChainInfo precommit, ReadOnlyMemory<byte> proof)
    {
        PoRepConfig config = ConfigOf(precommit);
        if (proof.Length > config.ProofBytes)
            throw ActorException.Illegal($"sector {precommit.Info.SectorNumber}: a proof of {proof.Length} bytes, at most {config.ProofBytes} are allowed");
        try
        {
            return call.Execution.Rules.SealVerifier.Verify(config, InfoOf(call, precommit), proof.Span) ? null : "the proof does not hold";
        }
        catch (Exception e) when (e is MalformedProofException or NonCanonicalFieldElementException)
        {
            return e.Message;
        }
    }

    /// <summary>Checks the aggregate of all sectors of the message, in its order; those that come too late are proven with the others.</summary>
    public static void CheckAggregate(MinerCall call, IReadOnlyList<SectorPreCommitOnChainInfo> precommits, ReadOnlyMemory<byte> proof)
    {
        try
        {
            SealVerifyInfo[] sectors = [.. precommits.Select(precommit => InfoOf(call, precommit))];
            if (!call.Execution.Rules.AggregateVerifier.VerifyAggregate(ConfigOf(precommits[0]), SnarkPackVersion.V2, sectors, proof.Span))
                throw ActorException.Illegal("the aggregate does not hold");
        }
        catch (Exception e) when (e is MalformedProofException or NonCanonicalFieldElementException)
        {
            throw ActorException.Illegal($"the aggregate does not hold: {e.Message}");
        }
        catch (ParameterFileException e) when (e.Error == ParameterFileError.TooSmall)
        {
            // The network's reference string has room for every aggregate that is allowed; that of a development network may not have.
            throw ActorException.Illegal(e.Message);
        }
    }

    /// <summary>The commitment to a sector's data: what the precommit says, or that of zeros.</summary>
    public static Commitment CommD(SectorPreCommitInfo info) =>
        info.UnsealedCid is { } unsealed && unsealed.TryGetPieceCommitment(out ReadOnlySpan<byte> commitment)
            ? Commitment.FromBytes(commitment)
            : ZeroCommitments.OfSector(PoRepConfig.For((RegisteredSealProof)info.SealProof).SectorSize);

    private static void CheckAggregateShape(NetworkPolicy policy, ProveCommitSectors3Params parameters)
    {
        if (parameters.AggregateProofType != (ulong)SnarkPackVersion.V2)
            throw ActorException.Illegal($"the aggregate proof type must be {(ulong)SnarkPackVersion.V2}");
        int sectors = parameters.SectorActivations.Count;
        if (sectors < policy.MinAggregatedSectors || sectors > policy.MaxAggregatedSectors)
            throw ActorException.Illegal($"an aggregate of {sectors} sectors, {policy.MinAggregatedSectors} to {policy.MaxAggregatedSectors} are allowed");
        if (parameters.AggregateProof.Length > policy.MaxAggregatedProofSize)
            throw ActorException.Illegal($"an aggregate of {parameters.AggregateProof.Length} bytes, at most {policy.MaxAggregatedProofSize} are allowed");
    }

    private static PoRepConfig ConfigOf(SectorPreCommitOnChainInfo precommit) => PoRepConfig.For((RegisteredSealProof)precommit.Info.SealProof);

    private static SealVerifyInfo InfoOf(MinerCall call, SectorPreCommitOnChainInfo precommit)
    {
        SectorPreCommitInfo info = precommit.Info;
        info.SealedCID.TryGetSealedCommitment(out ReadOnlySpan<byte> commR);
        byte[] ticket = call.Execution.Randomness.FromTickets(ChainRandomness.SealTag, info.SealRandEpoch, call.Entropy);
        byte[] seed = call.Execution.Randomness.FromBeacon(
            ChainRandomness.InteractiveSealTag, precommit.PreCommitEpoch + call.Policy.PreCommitChallengeDelay, call.Entropy);
        return new SealVerifyInfo(
            ProverId.FromActorId(call.Id), new SectorNumber(info.SectorNumber), Proving.Sectors.Ticket.FromBytes(ticket), Seed.FromBytes(seed),
            CommD(info), Commitment.FromBytes(commR));
    }
}
