using System.Security.Cryptography;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker;

/// <summary>Reads what users write.</summary>
internal static class Names
{
    /// <summary>The actor id in <c>t01000</c> or <c>f01000</c>.</summary>
    public static ulong ActorId(string miner) =>
        Address.TryParse(miner, out var address) && address.TryGetId(out var id)
            ? id
            : throw new FormatException($"Expected a miner's id address such as t01000, found '{miner}'.");

    /// <summary>32 bytes in hexadecimal, or <c>random</c>.</summary>
    public static byte[] Bytes32(string text, string what)
    {
        if (text == "random")
            return RandomNumberGenerator.GetBytes(32);
        try
        {
            return Commitment.Parse(text).ToArray();
        }
        catch (FormatException error)
        {
            throw new FormatException($"{what}: expected 64 hexadecimal digits or 'random', found '{text}'.", error);
        }
    }

    /// <summary>A registered proof by its kind: <c>1.0</c>, <c>1.1</c>, <c>synthetic</c>, <c>non-interactive</c>.</summary>
    public static RegisteredSealProof SealProof(SectorSize size, string kind)
    {
        var (version, feature) = kind switch
        {
            "1.0" => (ApiVersion.V1_0, PoRepFeature.None),
            "1.1" => (ApiVersion.V1_1, PoRepFeature.None),
            "synthetic" => (ApiVersion.V1_2, PoRepFeature.Synthetic),
            "non-interactive" => (ApiVersion.V1_2, PoRepFeature.NonInteractive),
            _ => throw new FormatException($"Expected 1.0, 1.1, synthetic or non-interactive, found '{kind}'."),
        };
        return RegisteredProofs.Find(size, version, feature)!.Value;
    }

    /// <summary>Where labelling takes parents from: the cache in a directory, made if need be, or the graph itself.</summary>
    public static IParentSource Parents(PoRepConfig config, string? directory, Phases phases, CancellationToken cancellation)
    {
        var graph = StackedGraph.Create(config);
        if (directory is null)
            return graph;
        return ParentCache.OpenOrCreate(
            directory, graph, new ParentCacheOptions { DegreeOfParallelism = phases.Threads },
            phases.Of("parent cache", graph.Nodes, "nodes"), cancellation);
    }
}
