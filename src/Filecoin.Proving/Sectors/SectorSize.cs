using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Filecoin.Proving.Sectors;

/// <summary>
/// A sector size of the protocol, in bytes after bit padding. Five sizes are registered with the actors and have published parameters
/// (2 KiB, 8 MiB, 512 MiB, 32 GiB, 64 GiB); the other five exist to test tree shapes (filecoin-proofs <c>constants.rs</c>).
/// </summary>
public readonly record struct SectorSize : IComparable<SectorSize>
{
    /// <summary>Bytes of one node: one field element, one hash.</summary>
    public const int NodeBytes = 32;

    /// <summary>2 KiB: one octet tree of 64 leaves.</summary>
    public static readonly SectorSize KiB2 = new(2L << 10);

    /// <summary>4 KiB, a test size with two subtrees.</summary>
    public static readonly SectorSize KiB4 = new(4L << 10);

    /// <summary>16 KiB, a test size with eight subtrees.</summary>
    public static readonly SectorSize KiB16 = new(16L << 10);

    /// <summary>32 KiB, a test size with twice eight subtrees.</summary>
    public static readonly SectorSize KiB32 = new(32L << 10);

    /// <summary>8 MiB: one octet tree.</summary>
    public static readonly SectorSize MiB8 = new(8L << 20);

    /// <summary>16 MiB, a test size with two subtrees.</summary>
    public static readonly SectorSize MiB16 = new(16L << 20);

    /// <summary>512 MiB: one octet tree.</summary>
    public static readonly SectorSize MiB512 = new(512L << 20);

    /// <summary>1 GiB, a test size with two subtrees.</summary>
    public static readonly SectorSize GiB1 = new(1L << 30);

    /// <summary>32 GiB: eight subtrees.</summary>
    public static readonly SectorSize GiB32 = new(32L << 30);

    /// <summary>64 GiB: twice eight subtrees.</summary>
    public static readonly SectorSize GiB64 = new(64L << 30);

    private SectorSize(long bytes) => Bytes = bytes;

    /// <summary>All ten sizes, ascending.</summary>
    public static ImmutableArray<SectorSize> All { get; } = [KiB2, KiB4, KiB16, KiB32, MiB8, MiB16, MiB512, GiB1, GiB32, GiB64];

    /// <summary>Bytes of the sealed file, of one layer, of the padded data.</summary>
    public long Bytes { get; }

    /// <summary>Bytes of client data that fit: 127 of every 128.</summary>
    public long UnpaddedBytes => Bytes / 128 * 127;

    /// <summary>Nodes of 32 bytes; also the leaves of TreeD and the width of a layer.</summary>
    public long Nodes => Bytes / NodeBytes;

    /// <summary>log2 of <see cref="Nodes"/>.</summary>
    public int NodesLog2 => BitOperations.Log2((ulong)Nodes);

    /// <summary>Whether the actors know this size and parameters are published for it.</summary>
    public bool IsRegistered => this == KiB2 || this == MiB8 || this == MiB512 || this == GiB32 || this == GiB64;

    /// <summary>Whether this is a size of the main network, 32 GiB or 64 GiB: 11 layers, 10 partitions.</summary>
    public bool IsProduction => this == GiB32 || this == GiB64;

    /// <summary>The size of <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="SectorSizeException">No sector has that size.</exception>
    public static SectorSize FromBytes(long bytes) =>
        TryFromBytes(bytes, out var size) ? size : throw new SectorSizeException(bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>The size of <paramref name="bytes"/> bytes, if there is one.</summary>
    public static bool TryFromBytes(long bytes, out SectorSize size)
    {
        size = new SectorSize(bytes);
        return All.Contains(size);
    }

    /// <summary>Reads "2KiB", "8 MiB", "32GiB" (any case) or a number of bytes.</summary>
    /// <exception cref="SectorSizeException">No sector has that size.</exception>
    public static SectorSize Parse(string text) => TryParse(text, out var size) ? size : throw new SectorSizeException(text);

    /// <summary>Reads "2KiB", "8 MiB", "32GiB" (any case) or a number of bytes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SectorSize size)
    {
        size = default;
        var number = (text ?? "").AsSpan().Trim();
        var shift = 0;
        foreach (var (unit, log2) in new[] { ("KiB", 10), ("MiB", 20), ("GiB", 30) })
        {
            if (!number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            number = number[..^unit.Length].TrimEnd();
            shift = log2;
            break;
        }

        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= long.MaxValue >> shift
            && TryFromBytes(count << shift, out size);
    }

    /// <inheritdoc/>
    public int CompareTo(SectorSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>"2KiB", "8MiB", "32GiB".</summary>
    public override string ToString() => Bytes switch
    {
        >= 1L << 30 => $"{Bytes >> 30}GiB",
        >= 1L << 20 => $"{Bytes >> 20}MiB",
        _ => $"{Bytes >> 10}KiB",
    };
}
