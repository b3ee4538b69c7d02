using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// Which finished proofs can share a message. A verifier takes all sectors of a message as one list in ascending order and cuts it into circuits by
/// their size (filecoin-proofs <c>verify_window_post</c>), without regard to partitions. Proofs that were made partition by partition hold together
/// only where that cut falls between partitions: each but the last is full, and no partition's numbers lie among another's.
/// </summary>
internal static class PoStBatches
{
    /// <summary>Puts proofs into messages, each in the order in which its proofs must stand.</summary>
    /// <param name="proofs">Finished proofs.</param>
    /// <param name="proof">The registered PoSt.</param>
    /// <param name="most">Partitions of a message.</param>
    /// <param name="alone">Whether a partition must have its own message.</param>
    public static IReadOnlyList<IReadOnlyList<FinishedProof>> Group(
        IEnumerable<FinishedProof> proofs, PoStConfig proof, int most, Func<FinishedProof, bool> alone)
    {
        var groups = new List<List<FinishedProof>>();
        foreach (FinishedProof next in proofs.OrderBy(finished => finished.Sectors[0].Number))
        {
            if (groups.Count > 0 && groups[^1] is var last && last.Count < most && !alone(next) && !alone(last[^1])
                && last[^1].Sectors.Length == proof.SectorsPerPartition && last[^1].Sectors[^1].Number.CompareTo(next.Sectors[0].Number) < 0)
                last.Add(next);
            else
                groups.Add([next]);
        }

        return groups;
    }
}
