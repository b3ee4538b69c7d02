using System.Collections.Immutable;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>The first phase of commit (C1): opens a sealed sector at the challenges of its PoRep.</summary>
public static class SealCommitPhase1
{
    /// <summary>
    /// Makes and checks the vanilla proofs of all partitions. Interactive and non-interactive PoRep read the layers and trees; synthetic PoRep
    /// reads the stored proofs alone (see <see cref="SyntheticProofs"/>).
    /// </summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="files">Where the sector is.</param>
    /// <param name="inputs">The replica and the seed. Non-interactive PoRep ignores the seed, and official verifiers refuse one of zeros.</param>
    /// <param name="ticket">What the replica was sealed with; it goes into the output.</param>
    /// <param name="degree">Threads at most; 0 is one a processor.</param>
    /// <param name="progress">Told how many challenges are done.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="SectorFileException">A file is missing, truncated, of another replica, or contradicts another.</exception>
    /// <exception cref="VanillaProofException">The files together do not prove the replica.</exception>
    public static SealCommitPhase1Output Prove(
        PoRepConfig config,
        ReplicaFiles files,
        PoRepPublicInputs inputs,
        Ticket ticket,
        int degree = 0,
        IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        var graph = StackedGraph.Create(config);
        var options = new ParallelOptions { MaxDegreeOfParallelism = degree == 0 ? -1 : degree, CancellationToken = cancellation };
        var counter = new ProgressCounter(progress);
        var proofs = config.Feature == PoRepFeature.Synthetic
            ? SyntheticProofs.Read(graph, files.CacheDirectory, inputs, options, counter)
            : Open(graph, files, inputs, options, counter);
        var perPartition = config.ChallengesPerPartition;
        return new()
        {
            VanillaProofs = [.. Enumerable.Range(0, config.Partitions).Select(k => ImmutableArray.Create(proofs, k * perPartition, perPartition))],
            CommR = inputs.CommR,
            CommD = inputs.CommD,
            ReplicaId = inputs.ReplicaId,
            Seed = inputs.Seed,
            Ticket = ticket,
        };
    }

    private static ChallengeProof[] Open(
        StackedGraph graph, ReplicaFiles files, PoRepPublicInputs inputs, ParallelOptions options, ProgressCounter counter)
    {
        var config = graph.Config;
        var challenges = Enumerable.Range(0, config.Partitions).SelectMany(k => PoRepChallenges.ForPartition(config, inputs, k)).ToArray();
        var proofs = new ChallengeProof[challenges.Length];
        using var replica = ReplicaOpener.Open(graph, files, inputs);
        Workers.For(proofs.Length, options, i =>
        {
            proofs[i] = replica.Open(challenges[i], i / config.ChallengesPerPartition, i % config.ChallengesPerPartition);
            counter.Add(1);
        });
        return proofs;
    }
}
