using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Fallback;

/// <summary>What fixes a PoSt circuit.</summary>
/// <param name="ParameterId">The identifier of its parameters.</param>
/// <param name="Sectors">Sectors of a partition.</param>
/// <param name="Challenges">Challenges on each sector.</param>
/// <param name="TreePath">Paths in TreeR.</param>
internal sealed record FallbackShape(string ParameterId, int Sectors, int Challenges, MerklePathShape TreePath)
{
    /// <summary>The circuit of a partition under a configuration. API versions share it.</summary>
    public static FallbackShape Of(PoStConfig config) => new(
        ParameterIdentifier.Of(config), config.CircuitSectors, config.CircuitChallenges, MerklePathShape.Of(config.Tree));

    /// <summary>The circuit of any tree shape.</summary>
    public static FallbackShape Create(long leaves, int sectors, int challenges, int baseArity, int subTreeArity, int topTreeArity) => new(
        ParameterIdentifier.Fallback(leaves * SectorSize.NodeBytes, challenges, sectors, baseArity, subTreeArity, topTreeArity),
        sectors,
        challenges,
        MerklePathShape.Create(leaves, baseArity, subTreeArity, topTreeArity));

    /// <summary>Checks that witnesses fit.</summary>
    /// <exception cref="CircuitWitnessException">They do not.</exception>
    public void Check(FallbackSectorWitness[] witness)
    {
        CircuitWitnessException.ThrowIfNotEqual("sectors", Sectors, witness.Length);
        foreach (FallbackSectorWitness sector in witness)
        {
            CircuitWitnessException.ThrowIfNotEqual("challenged leaves", Challenges, sector.Leaves.Length);
            CircuitWitnessException.ThrowIfNotEqual("paths in TreeR", Challenges, sector.Paths.Length);
            foreach (MerklePathWitness path in sector.Paths)
            {
                TreePath.Check("a path in TreeR", path);
            }
        }
    }
}
