using System.Collections.Immutable;
using Filecoin.Native.Fields;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>What a verifier of a PoRep knows of the sector (storage-proofs-porep <c>stacked/vanilla/params.rs</c>, <c>PublicInputs</c>).</summary>
/// <param name="ReplicaId">Name of the replica.</param>
/// <param name="CommD">Commitment of the data.</param>
/// <param name="CommR">Commitment of the replica.</param>
/// <param name="Seed">Interactive randomness; non-interactive PoRep ignores it.</param>
public sealed record PoRepPublicInputs(ReplicaId ReplicaId, Commitment CommD, Commitment CommR, Seed Seed)
{
    /// <summary>
    /// The public inputs of one partition's circuit, without the leading one: replica id, CommD, CommR, then for each challenge the node
    /// opened in TreeD, those of its base and expander parents in TreeC, the node, and the node again for TreeR and for TreeC
    /// (storage-proofs-porep <c>stacked/circuit/proof.rs</c>, <c>generate_public_inputs</c>).
    /// </summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="partition">0 to the number of partitions less one.</param>
    /// <exception cref="NonCanonicalFieldElementException">A commitment or the replica id is no field element.</exception>
    public ImmutableArray<Fr> ForCircuit(PoRepConfig config, int partition) => ForCircuit(StackedGraph.Create(config), partition);

    internal ImmutableArray<Fr> ForCircuit(StackedGraph graph, int partition)
    {
        const int PerChallenge = PoRepConfig.Degree + 4;
        var challenges = PoRepChallenges.ForPartition(graph.Config, this, partition);
        var inputs = ImmutableArray.CreateBuilder<Fr>(3 + (challenges.Length * PerChallenge));
        inputs.Add(Fr.Read(ReplicaId.Span));
        inputs.Add(Fr.Read(CommD.Span));
        inputs.Add(Fr.Read(CommR.Span));
        Span<uint> parents = stackalloc uint[PoRepConfig.Degree];
        foreach (var node in challenges)
        {
            graph.BaseParents(node, parents[..PoRepConfig.BaseDegree]);
            graph.ExpanderParents(node, parents[PoRepConfig.BaseDegree..]);
            inputs.Add(Fr.FromUInt64(node));
            foreach (var parent in parents)
                inputs.Add(Fr.FromUInt64(parent));
            for (var i = 0; i < 3; i++)
                inputs.Add(Fr.FromUInt64(node));
        }

        return inputs.MoveToImmutable();
    }
}
