using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Labels;

/// <summary>Fills one layer of one to three sectors on the same graph, interleaved on the calling thread.</summary>
internal sealed class LayerLabeller(IParentSource parents, SdrOptions options)
{
    /// <param name="replicaIds">A replica id a sector.</param>
    /// <param name="layer">The layer, from 1.</param>
    /// <param name="end">Nodes to label: all, or fewer where no later node is needed.</param>
    /// <param name="current">A whole layer a sector, written.</param>
    /// <param name="previous">The layer before of each; empty on layer 1.</param>
    /// <param name="labelled">Called with the nodes done after each window.</param>
    /// <param name="cancellation">Ends the work after a window.</param>
    public void Run(IReadOnlyList<ReplicaId> replicaIds, int layer, long end, MemoryRegion[] current, MemoryRegion[] previous,
        Action<long>? labelled, CancellationToken cancellation)
    {
        Span<byte> ids = stackalloc byte[replicaIds.Count * NodeLabels.LabelSize];
        for (var i = 0; i < replicaIds.Count; i++) replicaIds[i].Span.CopyTo(ids[(i * NodeLabels.LabelSize)..]);

        var windows = new ParentWindows(parents, options.Window, options.ReadAhead, end);
        try
        {
            for (var window = windows.Next(out var first); window.Length > 0; window = windows.Next(out first))
            {
                cancellation.ThrowIfCancellationRequested();
                var count = window.Length / NodeLabels.Parents;
                NodeLabels.EncodeLayer(ids, (uint)layer, (ulong)first, count, window, current, previous);
                labelled?.Invoke(first + count);
            }
        }
        finally
        {
            windows.Stop();
        }
    }
}
