using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Aggregation;

/// <summary>What an aggregate of PoReps says: the sectors' public inputs, and the digest that its transcript takes in.</summary>
internal static class SealStatements
{
    /// <summary>
    /// SHA-256 over seed and CommR of each sector in order; of non-interactive PoReps, which have no seed, over the CommRs
    /// (filecoin-proofs <c>api/seal.rs</c>, <c>aggregate_seal_commit_proofs</c>).
    /// </summary>
    public static byte[] Context(PoRepConfig config, IEnumerable<SealVerifyInfo> sectors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sector in sectors)
        {
            if (config.Feature != PoRepFeature.NonInteractive) hash.AppendData(sector.Seed.Span);
            hash.AppendData(sector.CommR.Span);
        }
        return hash.GetHashAndReset();
    }

    /// <summary>The public inputs of every partition of every sector, in order.</summary>
    public static StatementSums Of(PoRepConfig config, IReadOnlyList<SealVerifyInfo> sectors)
    {
        var graph = StackedGraph.Create(config);
        var inputs = sectors.Select(sector => sector.PublicInputs(config)).ToArray();
        var count = checked(sectors.Count * config.Partitions);
        return new StatementSums(
            count, AggregateProof.PaddedCount(count), i => inputs[i / config.Partitions].ForCircuit(graph, i % config.Partitions));
    }
}
