using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits;

/// <summary>
/// The identifier of a circuit's public parameters, of which the names of parameter files are made: the circuit's kind and tree, and
/// the SHA-256 of a text that lists what the circuit depends on (storage-proofs-core <c>parameter_cache.rs</c> and each
/// <c>PublicParams::identifier</c>).
/// </summary>
public static class ParameterIdentifier
{
    /// <summary>The version that every file name starts with; it changes when circuits do.</summary>
    public const int Version = 28;

    /// <summary>The identifier of a proof of replication's parameters.</summary>
    public static string Of(PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Stacked(
            config.SectorSize.Nodes, config.Layers, config.ChallengesPerPartition, config.Tree.BaseArity, config.Tree.SubTreeArity, config.Tree.TopTreeArity);
    }

    /// <summary>The identifier of a proof of spacetime's parameters.</summary>
    public static string Of(PoStConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Fallback(
            config.SectorSize.Bytes, config.CircuitChallenges, config.CircuitSectors, config.Tree.BaseArity, config.Tree.SubTreeArity, config.Tree.TopTreeArity);
    }

    /// <summary>The identifier of an empty sector update's parameters.</summary>
    public static string OfSectorUpdate(SectorSize size)
    {
        TreeShape tree = TreeShape.For(size);
        return Join(
            $"empty-sector-update-{Tree(tree.BaseArity, tree.SubTreeArity, tree.TopTreeArity)}",
            string.Create(CultureInfo.InvariantCulture, $"empty_sector_update::PublicParams{{ sector_nodes: {size.Nodes} }}"));
    }

    /// <summary>The name of the parameter file, "v28-….params".</summary>
    public static string ParametersFile(string identifier) => File(identifier, "params");

    /// <summary>The name of the verifying key's file, "v28-….vk".</summary>
    public static string VerifyingKeyFile(string identifier) => File(identifier, "vk");

    internal static string Stacked(long nodes, int layers, int challenges, int baseArity, int subTreeArity, int topTreeArity)
    {
        string tree = Tree(baseArity, subTreeArity, topTreeArity);
        string graph = string.Create(
            CultureInfo.InvariantCulture,
            $"stacked_graph::StackedGraph{{expansion_degree: {PoRepConfig.ExpanderDegree} base_graph: drgraph::BucketGraph{{size: {nodes}; degree: {PoRepConfig.BaseDegree}; hasher: poseidon_hasher}} }}");
        string parameters = string.Create(
            CultureInfo.InvariantCulture,
            $"layered_drgporep::PublicParams{{ graph: {graph}, challenges: LayerChallenges {{ layers: {layers}, max_count: {challenges} }}, tree: {tree} }}");
        return Join($"stacked-proof-of-replication-{tree}-sha256_hasher", parameters);
    }

    internal static string Fallback(long sectorBytes, int challenges, int sectors, int baseArity, int subTreeArity, int topTreeArity) => Join(
        $"proof-of-spacetime-fallback-{Tree(baseArity, subTreeArity, topTreeArity)}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"FallbackPoSt::PublicParams{{sector_size: {sectorBytes}, challenge_count: {challenges}, sector_count: {sectors}}}"));

    private static string Tree(int baseArity, int subTreeArity, int topTreeArity) =>
        string.Create(CultureInfo.InvariantCulture, $"merkletree-poseidon_hasher-{baseArity}-{subTreeArity}-{topTreeArity}");

    private static string Join(string kind, string parameters) =>
        $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parameters)))}";

    private static string File(string identifier, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"v{Version}-{identifier}.{extension}");
}
