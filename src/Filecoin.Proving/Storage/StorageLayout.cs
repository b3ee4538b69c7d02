using System.Collections.Immutable;
using System.Numerics;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage;

/// <summary>
/// How a provider's storage path is laid out (Lotus <c>storage/paths</c>): a directory for each kind of file, in it a file or directory
/// for each sector, and the path's description beside them.
/// </summary>
public static class StorageLayout
{
    /// <summary>The description of a storage path: id, weight, what may lie there.</summary>
    public const string MetaFile = "sectorstore.json";

    /// <summary>Space is reckoned in this part of a sector's size.</summary>
    private const int Tenths = 10;

    private static readonly ImmutableArray<(SectorFileType Type, string Directory, int Sealing, int Finalized)> Table =
    [
        (SectorFileType.Unsealed, "unsealed", 10, 10),
        (SectorFileType.Sealed, "sealed", 10, 10),

        // While sealing 11 layers, TreeD of twice the size, TreeC, TreeR; afterwards TreeR without two rows.
        (SectorFileType.Cache, "cache", 141, 1),
        (SectorFileType.Update, "update", 10, 10),
        (SectorFileType.UpdateCache, "update-cache", 21, 1),
        (SectorFileType.Piece, "piece", 10, 10),
    ];

    /// <summary>All kinds, each alone.</summary>
    public static ImmutableArray<SectorFileType> Types { get; } = [.. Table.Select(row => row.Type)];

    /// <summary>All kinds together.</summary>
    public static SectorFileType AllTypes { get; } = Types.Aggregate(SectorFileType.None, (all, type) => all | type);

    /// <summary>The single kinds among some.</summary>
    public static IEnumerable<SectorFileType> Each(SectorFileType types) => Types.Where(type => types.HasFlag(type));

    /// <summary>The directory of a kind: <c>unsealed</c>, <c>sealed</c>, <c>cache</c>, <c>update</c>, <c>update-cache</c>, <c>piece</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not exactly one kind.</exception>
    public static string DirectoryOf(SectorFileType type) => Row(type).Directory;

    /// <summary>The kind of a directory, or false.</summary>
    public static bool TryParse(string directory, out SectorFileType type)
    {
        type = Table.FirstOrDefault(row => row.Directory == directory).Type;
        return type != SectorFileType.None;
    }

    /// <summary>Where a sector's file or directory of a kind lies, <c>cache/s-t01000-1</c> under the storage path.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not exactly one kind.</exception>
    public static string PathOf(string storage, SectorFileType type, SectorId sector) =>
        Path.Combine(storage, DirectoryOf(type), sector.ToString());

    /// <summary>Bytes to reserve for files of these kinds while a sector is sealed.</summary>
    public static long SealingBytes(SectorFileType types, SectorSize size) => Bytes(types, size, row => row.Sealing);

    /// <summary>Bytes to reserve for files of these kinds of a sector that is finalized.</summary>
    public static long FinalizedBytes(SectorFileType types, SectorSize size) => Bytes(types, size, row => row.Finalized);

    private static long Bytes(
        SectorFileType types, SectorSize size, Func<(SectorFileType Type, string Directory, int Sealing, int Finalized), int> tenths) =>
        Table.Where(row => types.HasFlag(row.Type)).Sum(row => tenths(row) * size.Bytes / Tenths);

    private static (SectorFileType Type, string Directory, int Sealing, int Finalized) Row(SectorFileType type) =>
        BitOperations.PopCount((uint)type) == 1 && type <= SectorFileType.Piece
            ? Table[BitOperations.TrailingZeroCount((int)type)]
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Expected exactly one kind of file.");
}
