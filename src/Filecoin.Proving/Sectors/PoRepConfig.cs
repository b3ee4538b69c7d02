namespace Filecoin.Proving.Sectors;

/// <summary>
/// Everything that a proof of replication fixes, as values: sizes, graph, layers, challenges, tree shape. The one table that every
/// room reads (filecoin-proofs <c>constants.rs</c>, <c>parameters.rs</c>, <c>types/porep_config.rs</c>).
/// </summary>
public sealed record PoRepConfig
{
    /// <summary>Parents of a node within its layer.</summary>
    public const int BaseDegree = 6;

    /// <summary>Parents of a node in the layer before.</summary>
    public const int ExpanderDegree = 8;

    /// <summary>All parents of a node.</summary>
    public const int Degree = BaseDegree + ExpanderDegree;

    /// <summary>Parents hashed into a label, repeating those there are.</summary>
    public const int LabelParents = 37;

    /// <summary>Bytes of one Groth16 proof.</summary>
    public const int PartitionProofBytes = 192;

    /// <summary>Challenges in the synthetic set of a sector that has more nodes than this (2^18).</summary>
    public const int MaxSyntheticChallenges = 1 << 18;

    private PoRepConfig()
    {
    }

    /// <summary>The sector's size.</summary>
    public required SectorSize SectorSize { get; init; }

    /// <summary>The behaviour of graph and challenges.</summary>
    public required ApiVersion ApiVersion { get; init; }

    /// <summary>Interactive, synthetic or non-interactive.</summary>
    public required PoRepFeature Feature { get; init; }

    /// <summary>Seeds the graph and enters the replica id.</summary>
    public required PorepId PorepId { get; init; }

    /// <summary>The registered proof, where there is one for this size, version, feature and PoRep id.</summary>
    public RegisteredSealProof? RegisteredProof { get; private init; }

    /// <summary>The shape of TreeC and TreeR.</summary>
    public TreeShape Tree => TreeShape.For(SectorSize);

    /// <summary>SDR layers: 11 for 32 GiB and 64 GiB, otherwise 2.</summary>
    public int Layers => SectorSize.IsProduction ? 11 : 2;

    /// <summary>Partitions, each with its own Groth16 proof: 10 or 1 interactive, 126 or 13 non-interactive.</summary>
    public int Partitions => (Feature, SectorSize.IsProduction) switch
    {
        (PoRepFeature.NonInteractive, true) => 126,
        (PoRepFeature.NonInteractive, false) => 13,
        (_, true) => 10,
        (_, false) => 1,
    };

    /// <summary>Challenges needed over all partitions: 176 or 2 interactive, 2253 or 26 non-interactive.</summary>
    public int MinimumChallenges => (Feature, SectorSize.IsProduction) switch
    {
        (PoRepFeature.NonInteractive, true) => 2253,
        (PoRepFeature.NonInteractive, false) => 26,
        (_, true) => 176,
        (_, false) => 2,
    };

    /// <summary>Challenges of one partition: the minimum divided by the partitions, rounded up (18 or 2).</summary>
    public int ChallengesPerPartition => (MinimumChallenges + Partitions - 1) / Partitions;

    /// <summary>Challenges in the synthetic set: one for each node, at most 2^18.</summary>
    public int SyntheticChallenges => (int)Math.Min(SectorSize.Nodes, MaxSyntheticChallenges);

    /// <summary>Bytes of all partitions' Groth16 proofs, not aggregated.</summary>
    public int ProofBytes => Partitions * PartitionProofBytes;

    /// <summary>The configuration of a registered proof.</summary>
    /// <exception cref="RegisteredProofException">The id is not registered.</exception>
    public static PoRepConfig For(RegisteredSealProof proof)
    {
        if (!RegisteredProofs.TryDescribe(proof, out var size, out var version, out var feature))
            throw new RegisteredProofException("seal proof", (long)proof);
        return new PoRepConfig
        {
            SectorSize = size,
            ApiVersion = version,
            Feature = feature,
            PorepId = RegisteredProofs.PorepIdOf(size, version, feature),
            RegisteredProof = proof,
        };
    }

    /// <summary>
    /// The configuration of a size, version and feature. Without a <paramref name="porepId"/> it is the registered proof's; a test size
    /// takes the id of the largest registered size below it.
    /// </summary>
    /// <exception cref="SectorSizeException">The size is none of the ten.</exception>
    /// <exception cref="ArgumentException">The version does not have the feature.</exception>
    public static PoRepConfig Create(
        SectorSize size, ApiVersion version, PoRepFeature feature = PoRepFeature.None, PorepId? porepId = null)
    {
        _ = TreeShape.For(size);
        _ = version.ToText();
        if (feature != PoRepFeature.None && version != ApiVersion.V1_2)
            throw new ArgumentException($"'{feature.ToText()}' needs API version 1.2.0, found {version.ToText()}.", nameof(feature));
        var registeredId = RegisteredProofs.PorepIdOf(size, version, feature);
        var id = porepId ?? registeredId;
        return new PoRepConfig
        {
            SectorSize = size,
            ApiVersion = version,
            Feature = feature,
            PorepId = id,
            RegisteredProof = id == registeredId ? RegisteredProofs.Find(size, version, feature) : null,
        };
    }
}
