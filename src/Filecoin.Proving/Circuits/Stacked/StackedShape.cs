using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>What fixes a PoRep circuit.</summary>
/// <param name="ParameterId">The identifier of its parameters.</param>
/// <param name="Layers">SDR layers, 2 or 11: the arities of the column hash.</param>
/// <param name="Challenges">Challenges of a partition.</param>
/// <param name="DataPath">Paths in TreeD.</param>
/// <param name="TreePath">Paths in TreeC and TreeR.</param>
internal sealed record StackedShape(string ParameterId, int Layers, int Challenges, MerklePathShape DataPath, MerklePathShape TreePath)
{
    /// <summary>The circuit of a partition under a configuration. Features and API versions share it.</summary>
    public static StackedShape Of(PoRepConfig config) => new(
        ParameterIdentifier.Of(config),
        config.Layers,
        config.ChallengesPerPartition,
        MerklePathShape.OfData(config.SectorSize.Nodes),
        MerklePathShape.Of(config.Tree));

    /// <summary>The circuit of any tree shape.</summary>
    public static StackedShape Create(long nodes, int layers, int challenges, int baseArity, int subTreeArity, int topTreeArity) => new(
        ParameterIdentifier.Stacked(nodes, layers, challenges, baseArity, subTreeArity, topTreeArity),
        layers,
        challenges,
        MerklePathShape.OfData(nodes),
        MerklePathShape.Create(nodes, baseArity, subTreeArity, topTreeArity));

    /// <summary>Checks that a witness fits.</summary>
    /// <exception cref="CircuitWitnessException">It does not.</exception>
    public void Check(StackedWitness witness)
    {
        CircuitWitnessException.ThrowIfNotEqual("challenges", Challenges, witness.Challenges.Length);
        foreach (StackedChallengeWitness challenge in witness.Challenges)
        {
            DataPath.Check("the path in TreeD", challenge.DataPath);
            TreePath.Check("the path in TreeR", challenge.ReplicaPath);
            TreePath.Check("the path in TreeC", challenge.ColumnPath);
            CircuitWitnessException.ThrowIfNotEqual("base parents", PoRepConfig.BaseDegree, challenge.BaseParents.Length);
            CircuitWitnessException.ThrowIfNotEqual("expander parents", PoRepConfig.ExpanderDegree, challenge.ExpanderParents.Length);
            foreach (ColumnWitness parent in (ReadOnlySpan<ColumnWitness>)[.. challenge.BaseParents, .. challenge.ExpanderParents])
            {
                CircuitWitnessException.ThrowIfNotEqual("labels of a column", Layers, parent.Labels.Length);
                TreePath.Check("a parent's path in TreeC", parent.Path);
            }
        }
    }
}
