using Filecoin.Native.Interop;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Replicas;

/// <summary>A sector's key, the last layer of its labels: the layer file if it is still there, else made again in a scratch directory.</summary>
internal sealed class ReplicaKey : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly bool _temporary;

    private ReplicaKey(string path, SafeFileHandle handle, bool temporary)
    {
        Path = path;
        _handle = handle;
        _temporary = temporary;
    }

    public string Path { get; }

    /// <param name="job">The sector.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="parents">The graph's parents.</param>
    /// <param name="end">Nodes of the last layer that are needed, from the first on.</param>
    /// <param name="progress">Nodes labelled.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static ReplicaKey Open(UnsealJob job, PoRepConfig config, IParentSource parents, long end,
        IProgress<SdrProgress>? progress, CancellationToken cancellation)
    {
        if (job.CacheDirectory is not null)
        {
            var path = CacheFiles.Layer(job.CacheDirectory, config.Layers);
            if (SectorFile.IsComplete(path, config.SectorSize.Bytes))
            {
                var layer = SectorFile.Open(path, config.SectorSize.Bytes);
                // The cheapest label to check says whether the file is this replica's: node 0 has no parents.
                new LayerCheck(config, parents).FirstLabel(new SdrSector(job.ReplicaId, job.CacheDirectory), config.Layers);
                return new ReplicaKey(path, layer, temporary: false);
            }
        }

        var made = Make(job, config, parents, end, progress, cancellation);
        return new ReplicaKey(made, SectorFile.Open(made, config.SectorSize.Bytes), temporary: true);
    }

    public void Read(long first, Span<byte> labels) => SectorFile.Read(_handle, Path, labels, first * TreeRows.NodeSize);

    public void Dispose()
    {
        _handle.Dispose();
        if (_temporary) File.Delete(Path);
    }

    /// <summary>Makes the layers one after the other in two files that take turns; the last one's stays.</summary>
    private static string Make(UnsealJob job, PoRepConfig config, IParentSource parents, long end,
        IProgress<SdrProgress>? progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(job.ScratchDirectory);
        var nodes = config.SectorSize.Nodes;
        var total = (config.Layers - 1) * nodes + end;
        var labeller = new LayerLabeller(parents, new SdrOptions());
        MemoryRegion? previous = null, current = null;
        string? previousPath = null, path = null;
        try
        {
            for (var layer = 1; layer <= config.Layers; layer++)
            {
                path = System.IO.Path.Combine(job.ScratchDirectory, $"unseal-{job.ReplicaId}-{CacheFiles.LayerId(layer)}{PendingFile.TemporarySuffix}");
                current = Create(path, config.SectorSize.Bytes);
                var before = (layer - 1) * nodes;
                labeller.Run([job.ReplicaId], layer, layer == config.Layers ? end : nodes, [current], previous is null ? [] : [previous],
                    done => progress?.Report(new SdrProgress(layer, config.Layers, before + done, total)), cancellation);
                previous?.Dispose();
                if (previousPath is not null) File.Delete(previousPath);
                (previous, previousPath, current) = (current, path, null);
            }

            previous!.Dispose();
            return previousPath!;
        }
        catch
        {
            previous?.Dispose();
            current?.Dispose();
            if (previousPath is not null) File.Delete(previousPath);
            if (path is not null) File.Delete(path);
            throw;
        }
    }

    private static MemoryRegion Create(string path, long length)
    {
        try
        {
            return MemoryRegion.CreateMapped(path, length);
        }
        catch (IOException error) when (DiskFullException.IsReservation(error))
        {
            throw new DiskFullException(path, length, error);
        }
    }
}
