namespace Filecoin.Proving.Sectors;

/// <summary>
/// The version of the proofs' behaviour (storage-proofs-core <c>api_version.rs</c>): mandatory changes which the network recognises.
/// </summary>
public enum ApiVersion
{
    /// <summary>1.0.0: expander parents truncated to 32 bits, predecessor last among the base parents.</summary>
    V1_0 = 0,

    /// <summary>1.1.0: expander parents over the whole sector, predecessor first.</summary>
    V1_1 = 1,

    /// <summary>1.2.0: features (synthetic and non-interactive PoRep); PoSt challenges bound to their index within the sector.</summary>
    V1_2 = 2,
}

/// <summary>Optional behaviour of a PoRep. The two features exclude each other, and both need <see cref="ApiVersion.V1_2"/>.</summary>
public enum PoRepFeature
{
    /// <summary>Interactive PoRep: challenges from a seed of the chain after precommit.</summary>
    None = 0,

    /// <summary>Synthetic PoRep (FIP-0059): openings of a fixed set of challenges are stored before the layers are dropped.</summary>
    Synthetic = 1,

    /// <summary>Non-interactive PoRep (FIP-0090): challenges from the replica itself.</summary>
    NonInteractive = 2,
}

/// <summary>Official spellings of versions and features.</summary>
public static class ApiVersionText
{
    /// <summary>"1.0.0", "1.1.0" or "1.2.0".</summary>
    public static string ToText(this ApiVersion version) => version switch
    {
        ApiVersion.V1_0 => "1.0.0",
        ApiVersion.V1_1 => "1.1.0",
        ApiVersion.V1_2 => "1.2.0",
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "Expected V1_0, V1_1 or V1_2."),
    };

    /// <summary>Reads "1.0.0", "1.1.0" or "1.2.0".</summary>
    /// <exception cref="FormatException">Another text.</exception>
    public static ApiVersion ParseVersion(string text) => text switch
    {
        "1.0.0" => ApiVersion.V1_0,
        "1.1.0" => ApiVersion.V1_1,
        "1.2.0" => ApiVersion.V1_2,
        _ => throw new FormatException($"Expected API version 1.0.0, 1.1.0 or 1.2.0, found '{text}'."),
    };

    /// <summary>"synthetic-porep", "non-interactive-porep", or the empty string.</summary>
    public static string ToText(this PoRepFeature feature) => feature switch
    {
        PoRepFeature.None => "",
        PoRepFeature.Synthetic => "synthetic-porep",
        PoRepFeature.NonInteractive => "non-interactive-porep",
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "Expected None, Synthetic or NonInteractive."),
    };

    /// <summary>Reads "synthetic-porep", "non-interactive-porep" or the empty string.</summary>
    /// <exception cref="FormatException">Another text.</exception>
    public static PoRepFeature ParseFeature(string text) => text switch
    {
        "" => PoRepFeature.None,
        "synthetic-porep" => PoRepFeature.Synthetic,
        "non-interactive-porep" => PoRepFeature.NonInteractive,
        _ => throw new FormatException($"Expected 'synthetic-porep', 'non-interactive-porep' or nothing, found '{text}'."),
    };
}
