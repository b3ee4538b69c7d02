namespace Filecoin.Native.Hashing;

/// <summary>A parent's index points outside what a label may depend on.</summary>
public sealed class ParentIndexException : ArgumentException
{
    internal ParentIndexException(ulong node, int position, uint parent, ulong limit)
        : base($"Parent {position} of node {node} is {parent}; expected an index below {limit}.", "parents")
    {
        Node = node;
        Position = position;
        Parent = parent;
        Limit = limit;
    }

    /// <summary>The node whose parent it is.</summary>
    public ulong Node { get; }

    /// <summary>Which of its fourteen parents: 0 to 5 base, 6 to 13 expander.</summary>
    public int Position { get; }

    /// <summary>The index found.</summary>
    public uint Parent { get; }

    /// <summary>The first index not allowed: the node itself for base parents, the number of nodes for expander parents.</summary>
    public ulong Limit { get; }
}
