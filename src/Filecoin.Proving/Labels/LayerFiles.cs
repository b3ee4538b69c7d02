using Filecoin.Native.Interop;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Labels;

/// <summary>Maps complete layer files.</summary>
internal static class LayerFiles
{
    /// <exception cref="SectorFileException">The layer is missing or has another length than the sector.</exception>
    public static MemoryRegion Map(string cacheDirectory, int layer, PoRepConfig config)
    {
        var path = CacheFiles.Layer(cacheDirectory, layer);
        SectorFile.Require(path, config.SectorSize.Bytes);
        var region = MemoryRegion.Map(path, MapAccess.Read);
        region.Advise(MemoryAdvice.Random, 0, region.Length);
        return region;
    }
}
