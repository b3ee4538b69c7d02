using System.Collections.Immutable;

namespace Filecoin.Proving.Sectors;

/// <summary>
/// The shape of TreeC and TreeR of a sector: octet base trees, one file each, joined by an optional row of arity
/// <see cref="SubTreeArity"/> and an optional row of arity <see cref="TopTreeArity"/> above it (filecoin-proofs <c>constants.rs</c>,
/// <c>SectorShape*</c>).
/// </summary>
public sealed record TreeShape
{
    /// <summary>Rows of TreeR that are not stored by default, where the tree is high enough (storage-proofs-core <c>settings.rs</c>).</summary>
    public const int DefaultRowsToDiscard = 2;

    private static readonly ImmutableArray<TreeShape> Shapes = [.. SectorSize.All.Select(Create)];

    private TreeShape()
    {
    }

    /// <summary>The sector's size.</summary>
    public required SectorSize SectorSize { get; init; }

    /// <summary>Arity of the base trees: 8.</summary>
    public int BaseArity { get; } = 8;

    /// <summary>Arity of the row above the base trees: 0 (none), 2 or 8.</summary>
    public required int SubTreeArity { get; init; }

    /// <summary>Arity of the root row: 0 (none) or 2.</summary>
    public required int TopTreeArity { get; init; }

    /// <summary>Base trees, which is also the number of files of TreeC and of TreeR: 1, 2, 8 or 16.</summary>
    public int SubTreeCount => Math.Max(SubTreeArity, 1) * Math.Max(TopTreeArity, 1);

    /// <summary>Leaves of one base tree, a power of eight.</summary>
    public long LeavesPerSubTree => SectorSize.Nodes / SubTreeCount;

    /// <summary>Rows of one base tree, leaves and root counted.</summary>
    public int BaseRows => RowsOf(LeavesPerSubTree, BaseArity);

    /// <summary>
    /// Rows of TreeR above the leaves that its files leave out by default (<c>default_rows_to_discard</c>); the leaves themselves are the
    /// sealed file. TreeC and TreeD are stored whole.
    /// </summary>
    public int RowsToDiscard => Math.Clamp(BaseRows - 2, 0, DefaultRowsToDiscard);

    /// <summary>Hashes on the way from a leaf to the root of all: base rows, sub row, top row.</summary>
    public int PathLength => BaseRows - 1 + (SubTreeArity > 0 ? 1 : 0) + (TopTreeArity > 0 ? 1 : 0);

    /// <summary>The shape of a sector size.</summary>
    /// <exception cref="SectorSizeException">The size is none of the ten.</exception>
    public static TreeShape For(SectorSize size)
    {
        foreach (var shape in Shapes)
        {
            if (shape.SectorSize == size)
                return shape;
        }

        throw new SectorSizeException(size.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Rows of a full tree, leaves and root counted.</summary>
    internal static int RowsOf(long leaves, int arity)
    {
        var rows = 1;
        for (; leaves > 1; leaves /= arity)
        {
            if (leaves % arity != 0)
                throw new ArgumentException($"A full tree of arity {arity} has no row of {leaves} nodes.", nameof(leaves));
            rows++;
        }

        return rows;
    }

    private static TreeShape Create(SectorSize size)
    {
        // Three bits of the node index are one octet row; what is left over is a binary row, and the two large shapes trade
        // one octet row of the base trees for a row of subtrees.
        var (sub, top) = size switch
        {
            _ when size == SectorSize.KiB4 || size == SectorSize.MiB16 || size == SectorSize.GiB1 => (2, 0),
            _ when size == SectorSize.KiB16 || size == SectorSize.GiB32 => (8, 0),
            _ when size == SectorSize.KiB32 || size == SectorSize.GiB64 => (8, 2),
            _ => (0, 0),
        };
        return new TreeShape { SectorSize = size, SubTreeArity = sub, TopTreeArity = top };
    }
}
