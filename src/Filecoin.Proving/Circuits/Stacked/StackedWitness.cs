using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>The private inputs of a PoRep partition's circuit.</summary>
/// <param name="ReplicaId">The replica id.</param>
/// <param name="CommD">Root of TreeD.</param>
/// <param name="CommR">Poseidon of CommC and CommRLast.</param>
/// <param name="CommC">Root of TreeC.</param>
/// <param name="CommRLast">Root of TreeR.</param>
/// <param name="Challenges">One for each challenge of the partition.</param>
internal sealed record StackedWitness(Fr ReplicaId, Fr CommD, Fr CommR, Fr CommC, Fr CommRLast, StackedChallengeWitness[] Challenges);

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
    MerklePathWitness ColumnPath);

/// <summary>A node's labels in every layer and the path of their hash to CommC.</summary>
internal sealed record ColumnWitness(Fr[] Labels, MerklePathWitness Path);
