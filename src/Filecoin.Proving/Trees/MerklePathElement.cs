using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>One step of a Merkle path: the siblings in their order, and where among them the path's own node stands.</summary>
public sealed class MerklePathElement : IEquatable<MerklePathElement>
{
    private readonly Commitment[] _siblings;

    /// <summary>A step of a path in a tree of arity <paramref name="siblings"/> + 1.</summary>
    /// <param name="siblings">The other children of the parent, in order, without the path's own node.</param>
    /// <param name="index">The position of the path's own node among all children.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in 0 … siblings.</exception>
    public MerklePathElement(ReadOnlySpan<Commitment> siblings, int index)
        : this(siblings.ToArray(), index)
    {
    }

    internal MerklePathElement(Commitment[] siblings, int index)
    {
        if ((uint)index > (uint)siblings.Length)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"expected 0 to {siblings.Length}, found {index}");
        _siblings = siblings;
        Index = index;
    }

    /// <summary>The siblings, in order: arity − 1 nodes (<c>hashes</c> in the official form).</summary>
    public ReadOnlySpan<Commitment> Siblings => _siblings;

    /// <summary>Position of the path's own node among the children, 0 … arity − 1.</summary>
    public int Index { get; }

    /// <summary>Children of a node at this height.</summary>
    public int Arity => _siblings.Length + 1;

    /// <inheritdoc/>
    public bool Equals(MerklePathElement? other) =>
        other is not null && Index == other.Index && _siblings.AsSpan().SequenceEqual(other._siblings);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MerklePathElement);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, _siblings.Length, _siblings.Length > 0 ? _siblings[0] : default);
}
