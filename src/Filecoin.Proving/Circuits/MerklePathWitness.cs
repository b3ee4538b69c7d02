using Filecoin.Native.Fields;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Circuits;

/// <summary>A row of a path: the siblings in order, and where the node goes among them.</summary>
internal readonly record struct MerklePathRow(Fr[] Siblings, int Position);

/// <summary>The rows of a path from the leaf up.</summary>
internal sealed record MerklePathWitness(MerklePathRow[] Rows)
{
    /// <summary>The path of a vanilla proof, base, sub and top rows joined.</summary>
    /// <exception cref="NonCanonicalFieldElementException">A node is not a field element.</exception>
    public static MerklePathWitness Of(MerkleProof proof) => new([.. proof.Steps.Select(step =>
    {
        var siblings = new Fr[step.Siblings.Length];
        for (int i = 0; i < siblings.Length; i++)
        {
            siblings[i] = Fr.Read(step.Siblings[i].Span);
        }
        return new MerklePathRow(siblings, step.Index);
    })]);
}
