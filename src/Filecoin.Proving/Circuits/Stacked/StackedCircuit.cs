using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>
/// The circuit of one partition of a proof of replication: CommR is the hash of CommC and CommRLast, and each challenged node was
/// labelled and encoded as it should be (storage-proofs-porep <c>stacked/circuit/proof.rs</c>, <c>params.rs</c>).
/// </summary>
/// <remarks>
/// Public inputs: replica id, CommD, CommR; then for each challenge the indices of the data leaf, of six base and eight expander
/// parents, of the node itself, of the encoded node, and of the column.
/// </remarks>
internal sealed class StackedCircuit : Circuit
{
    private readonly StackedShape _shape;
    private readonly StackedWitness? _witness;

    /// <summary>The circuit without a witness.</summary>
    public StackedCircuit(StackedShape shape) => _shape = shape;

    /// <summary>The circuit with its witness.</summary>
    /// <exception cref="CircuitWitnessException">The witness is of another shape.</exception>
    public StackedCircuit(StackedShape shape, StackedWitness witness)
    {
        shape.Check(witness);
        (_shape, _witness) = (shape, witness);
    }

    /// <summary>The circuit of a partition with its witness.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">What the verifier knows.</param>
    /// <param name="proofs">The vanilla proofs of the partition's challenges.</param>
    /// <exception cref="CircuitWitnessException">The proofs are not those of one partition of this configuration.</exception>
    public static StackedCircuit Of(PoRepConfig config, PoRepPublicInputs inputs, ReadOnlySpan<ChallengeProof> proofs) =>
        new(StackedShape.Of(config), StackedWitness.Of(inputs, proofs));

    /// <inheritdoc/>
    public override string ParameterId => _shape.ParameterId;

    /// <inheritdoc/>
    public override bool HasWitness => _witness is not null;

    /// <inheritdoc/>
    public override int Parts => _shape.Challenges;

    /// <inheritdoc/>
    public override CircuitParts SynthesizeShared<TCs>(ref TCs cs)
    {
        cs.Enter("replica id");
        Number replicaId = Number.Allocate(ref cs, _witness?.ReplicaId ?? default);
        replicaId.Expose(ref cs);
        Span<Bit> bits = stackalloc Bit[Fr.ModulusBits];
        replicaId.ToBits(ref cs, bits);
        var replicaIdBits = new Bit[Sha256Gadget.DigestBits];
        Packing.ReverseBytes(bits, replicaIdBits);
        cs.Leave();

        cs.Enter("CommD");
        Number commD = Number.Allocate(ref cs, _witness?.CommD ?? default);
        commD.Expose(ref cs);
        cs.Leave();

        cs.Enter("CommR");
        Number commR = Number.Allocate(ref cs, _witness?.CommR ?? default);
        commR.Expose(ref cs);
        Number commRLast = Number.Allocate(ref cs, _witness?.CommRLast ?? default);
        Number commC = Number.Allocate(ref cs, _witness?.CommC ?? default);
        Number hash = PoseidonGadget.Hash(ref cs, [commC, commRLast]);
        commR.EnforceEqual(ref cs, "hash of CommC and CommRLast", hash);
        cs.Leave();
        return new Challenges(_shape, _witness, replicaIdBits, commD, commC, commRLast);
    }

    private sealed class Challenges(StackedShape shape, StackedWitness? witness, Bit[] replicaId, Number commD, Number commC, Number commRLast)
        : CircuitParts
    {
        public override void Synthesize<TCs>(ref TCs cs, int part)
        {
            cs.Enter("challenge", part);
            ChallengeGadget.Enforce(ref cs, shape, witness?.Challenges[part], replicaId, commD, commC, commRLast);
            cs.Leave();
        }
    }
}
