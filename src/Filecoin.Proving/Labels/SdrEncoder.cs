using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Labels;

/// <summary>
/// SDR: the labels of a sector, layer by layer, into its layer files. One to three sectors on the same graph are labelled together,
/// interleaved on one core, which costs hardly more than one. A layer's file has its name only when it is whole and on the disk,
/// so a killed run goes on at the layer it was in. Memory: two windows of parents; layers are mapped files.
/// </summary>
public sealed class SdrEncoder
{
    private readonly PoRepConfig _config;
    private readonly IParentSource _parents;
    private readonly SdrOptions _options;
    private readonly LayerLabeller _labeller;

    /// <summary>An encoder for sectors of one configuration.</summary>
    /// <param name="config">Size, layers and graph.</param>
    /// <param name="parents">The graph's parents: its cache on disk, or the graph itself where that is small.</param>
    /// <param name="options">Windows; whether complete layers are kept.</param>
    public SdrEncoder(PoRepConfig config, IParentSource parents, SdrOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(parents);
        _config = config;
        _parents = parents;
        _options = options ?? new SdrOptions();
        _labeller = new LayerLabeller(parents, _options);
    }

    /// <summary>Most sectors that are labelled together.</summary>
    public static int MaxSectors => NodeLabels.MaxLanes;

    /// <summary>Makes every layer of the given sectors that is not there yet.</summary>
    /// <param name="sectors">One to three sectors in different directories. Those at a later layer join when the others reach it.</param>
    /// <param name="progress">Nodes labelled, after each window.</param>
    /// <param name="cancellation">Ends the work; complete layers stay.</param>
    /// <exception cref="SectorFileException">A kept layer does not hold the sector's labels.</exception>
    /// <exception cref="DiskFullException">There is no room for a layer.</exception>
    public void Encode(IReadOnlyList<SdrSector> sectors, IProgress<SdrProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        if (sectors.Count < 1 || sectors.Count > MaxSectors)
            throw new ArgumentException($"expected 1 to {MaxSectors} sectors, found {sectors.Count}", nameof(sectors));
        if (sectors.Select(sector => Path.GetFullPath(sector.CacheDirectory)).Distinct().Count() != sectors.Count)
            throw new ArgumentException("expected a directory of its own for each sector", nameof(sectors));

        var kept = sectors.Select(sector => _options.KeepComplete ? CheckKept(sector) : 0).ToArray();
        for (var layer = kept.Min() + 1; layer <= _config.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            SdrSector[] atWork = [.. sectors.Where((_, i) => kept[i] < layer)];
            EncodeLayer(atWork, layer, progress, cancellation);
        }
    }

    /// <summary>Layers of a sector that are complete, from the first on.</summary>
    public static int CompleteLayers(string cacheDirectory, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var layer = 0;
        while (layer < config.Layers && SectorFile.IsComplete(CacheFiles.Layer(cacheDirectory, layer + 1), config.SectorSize.Bytes)) layer++;
        return layer;
    }

    private int CheckKept(SdrSector sector)
    {
        var complete = CompleteLayers(sector.CacheDirectory, _config);
        var check = new LayerCheck(_config, _parents);
        for (var layer = 1; layer <= complete; layer++) check.Sample(sector, layer, _options.CheckedLabels);
        return complete;
    }

    private void EncodeLayer(SdrSector[] sectors, int layer, IProgress<SdrProgress>? progress, CancellationToken cancellation)
    {
        var files = new List<PendingFile>();
        try
        {
            foreach (var sector in sectors)
            {
                Directory.CreateDirectory(sector.CacheDirectory);
                files.Add(PendingFile.Create(CacheFiles.Layer(sector.CacheDirectory, layer), _config.SectorSize.Bytes));
            }

            FillLayer(sectors, files, layer, progress, cancellation);
            foreach (var file in files) file.Commit();
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    private void FillLayer(SdrSector[] sectors, List<PendingFile> files, int layer, IProgress<SdrProgress>? progress,
        CancellationToken cancellation)
    {
        var regions = new List<MemoryRegion>();
        try
        {
            foreach (var file in files) regions.Add(MemoryRegion.Map(file.TemporaryPath, MapAccess.ReadWrite));
            MemoryRegion[] current = [.. regions];
            if (layer > 1)
            {
                foreach (var sector in sectors) regions.Add(LayerFiles.Map(sector.CacheDirectory, layer - 1, _config));
            }

            MemoryRegion[] previous = [.. regions.Skip(sectors.Length)];
            var before = (layer - 1) * _config.SectorSize.Nodes;
            var total = _config.Layers * _config.SectorSize.Nodes;
            _labeller.Run([.. sectors.Select(sector => sector.ReplicaId)], layer, _config.SectorSize.Nodes, current, previous,
                done => progress?.Report(new SdrProgress(layer, _config.Layers, before + done, total)), cancellation);
            foreach (var region in current) region.Flush();
        }
        finally
        {
            foreach (var region in regions) region.Dispose();
        }
    }
}
