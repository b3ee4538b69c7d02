using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>Checks vanilla PoRep proofs: every path, every column, every label, the encoding and CommR.</summary>
public static class PoRepCheck
{
    /// <summary>Whether the vanilla proofs of all partitions prove the replica.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">What the verifier knows of the sector.</param>
    /// <param name="proofs">For each partition, a proof for each of its challenges.</param>
    /// <param name="fault">Where and why not, if the answer is false.</param>
    /// <param name="degree">Threads at most; 0 is one a processor.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static bool Verify(
        PoRepConfig config,
        PoRepPublicInputs inputs,
        ImmutableArray<ImmutableArray<ChallengeProof>> proofs,
        [NotNullWhen(false)] out PoRepProofFault? fault,
        int degree = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        return Verify(StackedGraph.Create(config), inputs, proofs, out fault, degree, cancellation);
    }

    internal static bool Verify(
        StackedGraph graph,
        PoRepPublicInputs inputs,
        ImmutableArray<ImmutableArray<ChallengeProof>> proofs,
        [NotNullWhen(false)] out PoRepProofFault? fault,
        int degree,
        CancellationToken cancellation)
    {
        var config = graph.Config;
        fault = Commitments(config, inputs, proofs);
        if (fault is not null)
            return false;

        var check = new ChallengeCheck(config, graph, inputs.ReplicaId, inputs.CommD);
        var perPartition = config.ChallengesPerPartition;
        var challenges = Enumerable.Range(0, config.Partitions).Select(k => PoRepChallenges.ForPartition(config, inputs, k)).ToArray();
        var faults = new PoRepProofFault?[config.Partitions * perPartition];
        var options = new ParallelOptions { MaxDegreeOfParallelism = degree == 0 ? -1 : degree, CancellationToken = cancellation };
        Parallel.For(0, faults.Length, options, (index, state) =>
        {
            var (k, i) = (index / perPartition, index % perPartition);
            if (state.ShouldExitCurrentIteration && state.LowestBreakIteration < index)
                return;
            var node = challenges[k][i];
            if (check.Fault(proofs[k][i], node) is { } found)
            {
                faults[index] = new(k, i, node, found.Part, found.Detail);
                state.Break();
            }
        });
        fault = Array.Find(faults, f => f is not null);
        return fault is null;
    }

    private static PoRepProofFault? Commitments(
        PoRepConfig config, PoRepPublicInputs inputs, ImmutableArray<ImmutableArray<ChallengeProof>> proofs)
    {
        if (proofs.Length != config.Partitions)
            return new(0, 0, 0, PoRepProofPart.Shape, $"expected {config.Partitions} partitions, found {proofs.Length}");
        for (var k = 0; k < proofs.Length; k++)
        {
            if (proofs[k].Length != config.ChallengesPerPartition)
                return new(k, 0, 0, PoRepProofPart.Shape, $"expected {config.ChallengesPerPartition} challenges, found {proofs[k].Length}");
        }

        var (commC, commRLast) = (proofs[0][0].Column.Inclusion.Root, proofs[0][0].Replica.Root);
        if (!InclusionBatch.IsCanonical([commC, commRLast]) || CompoundRoot.CommR(commC, commRLast) != inputs.CommR)
            return new(0, 0, proofs[0][0].Node, PoRepProofPart.CommR, $"expected the hash of CommC and CommRLast to be {inputs.CommR}, found another");
        for (var k = 0; k < proofs.Length; k++)
        {
            for (var i = 0; i < proofs[k].Length; i++)
            {
                var proof = proofs[k][i];
                if (proof.Column.Inclusion.Root != commC)
                    return new(k, i, proof.Node, PoRepProofPart.CommC, $"expected {commC}, found {proof.Column.Inclusion.Root}");
                if (proof.Replica.Root != commRLast)
                    return new(k, i, proof.Node, PoRepProofPart.CommRLast, $"expected {commRLast}, found {proof.Replica.Root}");
            }
        }

        return null;
    }
}
