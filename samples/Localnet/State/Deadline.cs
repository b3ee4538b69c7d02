using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.Samples.Localnet.State;

/// <summary>A window PoSt that was accepted without a check.</summary>
/// <param name="Partitions">What it proves.</param>
/// <param name="Proof">The proof.</param>
internal sealed record PoStSubmission(Bitfield Partitions, PoStProof Proof);

/// <summary>What disputes of the last window need: everything as it was when the window closed.</summary>
/// <param name="Submissions">Proofs by their index; a proof that was disputed successfully is gone.</param>
/// <param name="Partitions">The partitions then.</param>
/// <param name="Sectors">The sectors then.</param>
internal sealed record DisputeSnapshot(
    ImmutableSortedDictionary<int, PoStSubmission> Submissions, ImmutableArray<Partition> Partitions,
    ImmutableSortedDictionary<ulong, SectorOnChainInfo> Sectors);

/// <summary>One deadline of the proving period (builtin-actors <c>deadline_state.rs</c>).</summary>
internal sealed record Deadline
{
    /// <summary>Without partitions.</summary>
    public static Deadline Empty { get; } = new();

    /// <summary>The partitions.</summary>
    public ImmutableArray<Partition> Partitions { get; init; } = [];

    /// <summary>Partitions proven in the open window.</summary>
    public Bitfield PartitionsPoSted { get; init; } = Bitfield.Empty;

    /// <summary>Proofs of the open window that nobody checked.</summary>
    public ImmutableArray<PoStSubmission> Submissions { get; init; } = [];

    /// <summary>The last window, while its proofs can be disputed.</summary>
    public DisputeSnapshot? Snapshot { get; init; }

    /// <summary>All sectors, dead ones too.</summary>
    public ulong TotalSectors => Partitions.Aggregate(0UL, (sum, partition) => sum + partition.Sectors.Count);

    /// <summary>Sectors not terminated.</summary>
    public ulong LiveSectors => Partitions.Aggregate(0UL, (sum, partition) => sum + partition.Live.Count);

    /// <summary>Faulty sectors.</summary>
    public ulong FaultySectors => Partitions.Aggregate(0UL, (sum, partition) => sum + partition.Faults.Count);

    /// <summary>Writes the deadline into the state's root.</summary>
    public void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(4);
        WritePartitions(writer, Partitions);
        PartitionsPoSted.WriteCbor(writer);
        writer.WriteArrayHeader(Submissions.Length);
        foreach (PoStSubmission submission in Submissions)
            WriteSubmission(writer, submission);
        if (Snapshot is null)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.WriteArrayHeader(2 * Snapshot.Submissions.Count);
        foreach ((int index, PoStSubmission submission) in Snapshot.Submissions)
        {
            writer.WriteInt64(index);
            WriteSubmission(writer, submission);
        }

        WritePartitions(writer, Snapshot.Partitions);
        writer.WriteArrayHeader(Snapshot.Sectors.Count);
        foreach (SectorOnChainInfo sector in Snapshot.Sectors.Values)
            sector.WriteCbor(writer);
    }

    private static void WritePartitions(DagCborWriter writer, ImmutableArray<Partition> partitions)
    {
        writer.WriteArrayHeader(partitions.Length);
        foreach (Partition partition in partitions)
            partition.WriteCbor(writer);
    }

    private static void WriteSubmission(DagCborWriter writer, PoStSubmission submission)
    {
        writer.WriteArrayHeader(2);
        submission.Partitions.WriteCbor(writer);
        submission.Proof.WriteCbor(writer);
    }
}
