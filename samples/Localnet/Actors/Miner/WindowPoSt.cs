using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>
/// Method 5: a window PoSt (builtin-actors <c>submit_windowed_post</c>). One that recovers sectors is checked at once; others are accepted
/// as they are, kept, and can be disputed after the window.
/// </summary>
internal static class WindowPoSt
{
    /// <summary>Accepts a proof for partitions of the open deadline.</summary>
    public static void Run(MinerCall call, SubmitWindowedPoStParams parameters)
    {
        DeadlineInfo current = Check(call, parameters);
        int index = (int)current.Index;
        Deadline deadline = call.State.Deadlines[index];
        Bitfield partitions = Bitfield.Of(parameters.Partitions.Select(partition => partition.Index));
        if (partitions.Count != (ulong)parameters.Partitions.Count)
            throw ActorException.Illegal("a partition twice");
        Bitfield again = deadline.PartitionsPoSted.Intersect(partitions);
        if (!again.IsEmpty)
            throw ActorException.Illegal($"partitions {again} are proven already");

        long power = 0;
        ulong recovered = 0;
        Bitfield proven = Bitfield.Empty;
        long faultExpiration = current.Last() + call.Policy.FaultMaxAge;
        foreach (Filecoin.ChainCo.Chain.Actors.PoStPartition entry in parameters.Partitions)
        {
            if (entry.Index >= (ulong)deadline.Partitions.Length)
                throw new ActorException(ExitCode.NotFound, $"deadline {index} has no partition {entry.Index}");
            Partition partition = deadline.Partitions[(int)entry.Index];
            if (!partition.Sectors.IsSupersetOf(entry.Skipped))
                throw ActorException.Illegal($"sectors are skipped that partition {entry.Index} does not have");
            (partition, long lost) = partition.RecordFaults(entry.Skipped, faultExpiration);
            recovered += partition.Recoveries.Count;
            (partition, long gained) = partition.RecordProven();
            power += lost + gained;
            proven = proven.Union(partition.Active);
            deadline = deadline with { Partitions = deadline.Partitions.SetItem((int)entry.Index, partition) };
        }

        if (proven.IsEmpty)
            throw ActorException.Illegal("no sector of the partitions is left to prove");
        deadline = deadline with { PartitionsPoSted = deadline.PartitionsPoSted.Union(partitions) };
        if (recovered > 0 || call.Execution.Rules.VerifyEveryWindowPoSt)
        {
            call.Execution.Charge(GasSchedule.PoStProof * parameters.Partitions.Count);
            if (!Verify(call, current, proven, call.State.Sectors, parameters.Proofs[0]))
                throw ActorException.Illegal("invalid window PoSt");
        }
        else
        {
            deadline = deadline with { Submissions = deadline.Submissions.Add(new PoStSubmission(partitions, parameters.Proofs[0])) };
        }

        call.State = call.State.WithDeadline(index, deadline);
        call.Execution.UpdatePower(call.Id, power * (long)call.State.Info.SectorSize);
    }

    /// <summary>Whether a proof over these sectors holds for a deadline's challenge. Malformed proofs do not.</summary>
    public static bool Verify(
        MinerCall call, DeadlineInfo deadline, Bitfield proven, ImmutableSortedDictionary<ulong, SectorOnChainInfo> sectors, PoStProof proof)
    {
        byte[] randomness = call.Execution.Randomness.FromBeacon(ChainRandomness.WindowPoStTag, deadline.Challenge, call.Entropy);
        try
        {
            var inputs = new PoStPublicInputs(
                PoStRandomness.FromChain(randomness), [.. proven.Bits().Select(number => PublicOf(sectors[number]))]);
            return call.Execution.Rules.PoStVerifier.Verify(PoStConfig.For((RegisteredPoStProof)proof.Type), inputs, proof.ProofBytes.Span);
        }
        catch (Exception e) when (e is MalformedProofException or NonCanonicalFieldElementException)
        {
            return false;
        }
    }

    /// <summary>What a verifier knows of a sector.</summary>
    public static PoStSector PublicOf(SectorOnChainInfo sector)
    {
        sector.SealedCID.TryGetSealedCommitment(out ReadOnlySpan<byte> commR);
        return new PoStSector(new SectorNumber(sector.SectorNumber), Commitment.FromBytes(commR));
    }

    private static DeadlineInfo Check(MinerCall call, SubmitWindowedPoStParams parameters)
    {
        NetworkPolicy policy = call.Policy;
        if (parameters.Proofs.Count != 1)
            throw ActorException.Illegal($"expected exactly one proof, found {parameters.Proofs.Count}");
        if (parameters.Deadline >= (ulong)policy.WPoStPeriodDeadlines)
            throw ActorException.Illegal($"deadline {parameters.Deadline} of {policy.WPoStPeriodDeadlines}");
        if (parameters.ChainCommitRand.Length > 32)
            throw ActorException.Illegal($"expected at most 32 bytes of chain randomness, found {parameters.ChainCommitRand.Length}");
        call.RequireController();
        MinerInfoState info = call.State.Info;
        if (parameters.Proofs[0].Type != info.WindowPoStProofType)
            throw ActorException.Illegal($"expected a window PoSt of type {info.WindowPoStProofType}, found {parameters.Proofs[0].Type}");
        int limit = Math.Min(policy.PoStedPartitionsMax, (int)Math.Min((ulong)policy.AddressedPartitionsMax, (ulong)policy.AddressedSectorsMax / info.WindowPoStPartitionSectors));
        if (parameters.Partitions.Count > limit)
            throw ActorException.Illegal($"{parameters.Partitions.Count} partitions, at most {limit} are allowed");
        if (parameters.Proofs[0].ProofBytes.Length > parameters.Partitions.Count * Groth16Proof.Size)
            throw ActorException.Illegal($"a proof of {parameters.Proofs[0].ProofBytes.Length} bytes for {parameters.Partitions.Count} partitions");
        call.Execution.Charge(GasSchedule.Partition * parameters.Partitions.Count);

        DeadlineInfo current = call.CurrentDeadline;
        if (parameters.Deadline != current.Index)
            throw ActorException.Illegal($"deadline {parameters.Deadline} is not open at {call.Epoch}, {current.Index} is");
        if (parameters.ChainCommitEpoch < current.Challenge || parameters.ChainCommitEpoch.Value >= call.Epoch)
            throw ActorException.Illegal($"chain commit epoch {parameters.ChainCommitEpoch} is not from the challenge at {current.Challenge} to before {call.Epoch}");
        byte[] expected = call.Execution.Randomness.FromTickets(ChainRandomness.PoStChainCommitTag, parameters.ChainCommitEpoch, []);
        if (!parameters.ChainCommitRand.Span.SequenceEqual(expected))
            throw ActorException.Illegal($"the chain randomness of epoch {parameters.ChainCommitEpoch} is another");
        return current;
    }
}
