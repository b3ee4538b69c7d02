using Filecoin.Proving.Circuits.Gadgets;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Fallback;

/// <summary>
/// The circuit of one partition of a proof of spacetime, window or winning: of each sector, CommR is the hash of CommC and CommRLast,
/// and the challenged leaves are in TreeR (storage-proofs-post <c>fallback/circuit.rs</c>).
/// </summary>
/// <remarks>Public inputs: for each sector, CommR and the index of each challenged leaf.</remarks>
internal sealed class FallbackCircuit : Circuit
{
    private readonly FallbackShape _shape;
    private readonly FallbackSectorWitness[]? _witness;

    /// <summary>The circuit without a witness.</summary>
    public FallbackCircuit(FallbackShape shape) => _shape = shape;

    /// <summary>The circuit with its witness.</summary>
    /// <exception cref="CircuitWitnessException">The witness is of another shape.</exception>
    public FallbackCircuit(FallbackShape shape, FallbackSectorWitness[] witness)
    {
        shape.Check(witness);
        (_shape, _witness) = (shape, witness);
    }

    /// <summary>The circuit of a partition with its witness.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="partition">The partition's vanilla proofs.</param>
    /// <exception cref="CircuitWitnessException">The proofs are not those of one partition of this configuration.</exception>
    public static FallbackCircuit Of(PoStConfig config, PoStPartition partition) =>
        new(FallbackShape.Of(config), [.. partition.Sectors.Select(FallbackSectorWitness.Of)]);

    /// <inheritdoc/>
    public override string ParameterId => _shape.ParameterId;

    /// <inheritdoc/>
    public override bool HasWitness => _witness is not null;

    /// <inheritdoc/>
    public override int Parts => _shape.Sectors;

    /// <inheritdoc/>
    public override CircuitParts SynthesizeShared<TCs>(ref TCs cs) => new SectorParts(_shape, _witness);

    private sealed class SectorParts(FallbackShape shape, FallbackSectorWitness[]? witness) : CircuitParts
    {
        public override void Synthesize<TCs>(ref TCs cs, int part)
        {
            FallbackSectorWitness? sector = witness?[part];
            cs.Enter("sector", part);
            Number commRLast = Number.Allocate(ref cs, sector?.CommRLast ?? default);
            Number commC = Number.Allocate(ref cs, sector?.CommC ?? default);
            Number commR = Number.Allocate(ref cs, sector?.CommR ?? default);
            commR.Expose(ref cs);
            cs.Enter("CommR");
            Number hash = PoseidonGadget.Hash(ref cs, [commC, commRLast]);
            commR.EnforceEqual(ref cs, "hash of CommC and CommRLast", hash);
            cs.Leave();
            for (int i = 0; i < shape.Challenges; i++)
            {
                cs.Enter("challenge", i);
                Number leaf = Number.Allocate(ref cs, sector?.Leaves[i] ?? default);
                InclusionGadget.Enforce(ref cs, shape.TreePath, sector?.Paths[i], leaf, commRLast);
                cs.Leave();
            }
            cs.Leave();
        }
    }
}
