using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>Bytes of tree files, for reservations and checks.</summary>
public static class TreeLengths
{
    /// <summary>Bytes of TreeD.</summary>
    public static long TreeD(SectorSize size) => TreeRows.Create(2, size.Nodes).FileLength;

    /// <summary>Bytes of one base tree of TreeC.</summary>
    public static long TreeC(TreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return TreeRows.Create(shape.BaseArity, shape.LeavesPerSubTree).FileLength;
    }

    /// <summary>Bytes of one base tree of TreeR with the default number of rows discarded.</summary>
    public static long TreeR(TreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Trees.TreeR.Rows(shape).FileLength;
    }
}
