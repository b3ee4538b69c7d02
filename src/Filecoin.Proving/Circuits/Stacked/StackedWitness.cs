using Filecoin.Native.Fields;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>The private inputs of a PoRep partition's circuit.</summary>
/// <param name="ReplicaId">The replica id.</param>
/// <param name="CommD">Root of TreeD.</param>
/// <param name="CommR">Poseidon of CommC and CommRLast.</param>
/// <param name="CommC">Root of TreeC.</param>
/// <param name="CommRLast">Root of TreeR.</param>
/// <param name="Challenges">One for each challenge of the partition.</param>
internal sealed record StackedWitness(Fr ReplicaId, Fr CommD, Fr CommR, Fr CommC, Fr CommRLast, StackedChallengeWitness[] Challenges)
{
    /// <summary>The witness that a partition's vanilla proofs give.</summary>
    /// <param name="inputs">What the verifier knows.</param>
    /// <param name="proofs">A proof for each of the partition's challenges.</param>
    /// <exception cref="CircuitWitnessException">No proof, or proofs under different roots of TreeC or TreeR.</exception>
    /// <exception cref="NonCanonicalFieldElementException">A node is not a field element.</exception>
    public static StackedWitness Of(PoRepPublicInputs inputs, ReadOnlySpan<ChallengeProof> proofs)
    {
        if (proofs.IsEmpty)
        {
            throw new CircuitWitnessException("Expected vanilla proofs, found none.");
        }
        Commitment commC = proofs[0].Column.Inclusion.Root, commRLast = proofs[0].Replica.Root;
        var challenges = new StackedChallengeWitness[proofs.Length];
        for (int i = 0; i < proofs.Length; i++)
        {
            ThrowIfOther("TreeC", i, commC, proofs[i].Column.Inclusion.Root);
            ThrowIfOther("TreeR", i, commRLast, proofs[i].Replica.Root);
            challenges[i] = StackedChallengeWitness.Of(proofs[i]);
        }
        return new StackedWitness(
            Fr.Read(inputs.ReplicaId.Span), Fr.Read(inputs.CommD.Span), Fr.Read(inputs.CommR.Span), Fr.Read(commC.Span), Fr.Read(commRLast.Span), challenges);
    }

    private static void ThrowIfOther(string tree, int challenge, Commitment expected, Commitment found)
    {
        if (found != expected)
        {
            throw new CircuitWitnessException($"Expected root {expected} of {tree} in the proof of challenge {challenge}, found {found}.");
        }
    }
}

/// <summary>The private inputs of one challenge.</summary>
/// <param name="Challenge">The challenged node.</param>
/// <param name="DataLeaf">The node in TreeD.</param>
/// <param name="DataPath">Its path to CommD.</param>
/// <param name="BaseParents">Columns of the six base parents, in order.</param>
/// <param name="ExpanderParents">Columns of the eight expander parents, in order.</param>
/// <param name="ReplicaPath">The encoded node's path to CommRLast.</param>
/// <param name="ColumnPath">The node's column's path to CommC.</param>
internal sealed record StackedChallengeWitness(
    ulong Challenge,
    Fr DataLeaf,
    MerklePathWitness DataPath,
    ColumnWitness[] BaseParents,
    ColumnWitness[] ExpanderParents,
    MerklePathWitness ReplicaPath,
    MerklePathWitness ColumnPath)
{
    /// <summary>The witness that a vanilla proof gives.</summary>
    public static StackedChallengeWitness Of(ChallengeProof proof) => new(
        proof.Labelings[0].Node,
        Fr.Read(proof.Data.Leaf.Span),
        MerklePathWitness.Of(proof.Data),
        [.. proof.BaseParents.Select(ColumnWitness.Of)],
        [.. proof.ExpanderParents.Select(ColumnWitness.Of)],
        MerklePathWitness.Of(proof.Replica),
        MerklePathWitness.Of(proof.Column.Inclusion));
}

/// <summary>A node's labels in every layer and the path of their hash to CommC.</summary>
internal sealed record ColumnWitness(Fr[] Labels, MerklePathWitness Path)
{
    /// <summary>The witness that a vanilla proof gives.</summary>
    public static ColumnWitness Of(ColumnProof proof)
    {
        var labels = new Fr[proof.Rows.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = Fr.Read(proof.Rows[i].Span);
        }
        return new ColumnWitness(labels, MerklePathWitness.Of(proof.Inclusion));
    }
}
