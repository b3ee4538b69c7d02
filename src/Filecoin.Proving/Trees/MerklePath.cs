using System.Collections;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>A Merkle path from the lowest step upwards (the official <c>InclusionPath</c>).</summary>
public sealed class MerklePath : IReadOnlyList<MerklePathElement>, IEquatable<MerklePath>
{
    private readonly MerklePathElement[] _steps;

    /// <summary>A path of the given steps, lowest first.</summary>
    /// <exception cref="ArgumentException">The steps differ in arity.</exception>
    public MerklePath(params ReadOnlySpan<MerklePathElement> steps)
    {
        foreach (var step in steps)
        {
            if (step.Arity != steps[0].Arity)
                throw new ArgumentException($"expected steps of arity {steps[0].Arity}, found one of {step.Arity}", nameof(steps));
        }

        _steps = steps.ToArray();
    }

    /// <summary>Number of steps.</summary>
    public int Count => _steps.Length;

    /// <summary>Children per node; 0 for a path without steps.</summary>
    public int Arity => _steps.Length == 0 ? 0 : _steps[0].Arity;

    /// <summary>The step at a height, 0 being next to the leaf.</summary>
    public MerklePathElement this[int height] => _steps[height];

    /// <summary>Index of the leaf that the path leads to, within the tree that the path spans.</summary>
    public long LeafIndex
    {
        get
        {
            long index = 0;
            for (var height = _steps.Length - 1; height >= 0; height--)
                index = checked(index * Arity + _steps[height].Index);
            return index;
        }
    }

    /// <summary>Leaves of the tree that the path spans: arity to the power of the number of steps.</summary>
    public long Leaves
    {
        get
        {
            long leaves = 1;
            for (var height = 0; height < _steps.Length; height++) leaves = checked(leaves * Arity);
            return leaves;
        }
    }

    /// <summary>The root that a leaf leads to along this path.</summary>
    /// <exception cref="Filecoin.Native.Fields.NonCanonicalFieldElementException">Poseidon only: a node is not a canonical field element.</exception>
    public Commitment Root(TreeHasher hasher, Commitment leaf)
    {
        if (_steps.Length == 0) return leaf;
        Span<Commitment> children = new Commitment[Arity];
        var node = leaf;
        foreach (var step in _steps)
        {
            step.Siblings[..step.Index].CopyTo(children);
            children[step.Index] = node;
            step.Siblings[step.Index..].CopyTo(children[(step.Index + 1)..]);
            node = TreeHashing.Parent(hasher, children);
        }

        return node;
    }

    /// <inheritdoc/>
    public IEnumerator<MerklePathElement> GetEnumerator() => ((IEnumerable<MerklePathElement>)_steps).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _steps.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(MerklePath? other) => other is not null && _steps.AsSpan().SequenceEqual(other._steps);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MerklePath);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Arity, LeafIndex);
}
