using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>A sector as two columns. Actor ids and sector numbers of the chain are below 2^63.</summary>
internal static class SectorKey
{
    public static (long Miner, long Number) Of(SectorId sector) =>
        sector.Miner <= long.MaxValue && sector.Number.Value <= long.MaxValue
            ? ((long)sector.Miner, (long)sector.Number.Value)
            : throw new SectorIndexException(SectorIndexFault.Invalid, $"expected a miner and a sector number below 2^63, found {sector}");

    public static SectorId From(long miner, long number) => new((ulong)miner, new SectorNumber((ulong)number));

    /// <summary>Checks that there is a kind of file and no unknown one.</summary>
    public static SectorFileType Checked(SectorFileType types) =>
        types != SectorFileType.None && (types & ~StorageLayout.AllTypes) == 0
            ? types
            : throw new SectorIndexException(SectorIndexFault.Invalid, $"expected kinds of files within {(int)StorageLayout.AllTypes}, found {(int)types}");
}
