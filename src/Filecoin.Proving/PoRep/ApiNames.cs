using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>The names of registered seal proofs in filecoin-proofs-api (<c>registry.rs</c>), which differ from the actors' for the non-interactive ones.</summary>
internal static class ApiNames
{
    /// <summary>The variant that names a sector size, whatever the version.</summary>
    /// <exception cref="ArgumentException">The size is not registered with the actors.</exception>
    public static string Size(PoRepConfig config) =>
        config.SectorSize.IsRegistered
            ? $"StackedDrg{config.SectorSize}V1"
            : throw new ArgumentException($"Expected a registered sector size, found {config.SectorSize}.", nameof(config));

    /// <summary>The variant that names a registered proof.</summary>
    /// <exception cref="ArgumentException">The size is not registered with the actors.</exception>
    public static string RegisteredProof(PoRepConfig config) => Size(config) + config.Feature switch
    {
        PoRepFeature.Synthetic => "_1_Feat_SyntheticPoRep",
        PoRepFeature.NonInteractive => "_2_Feat_NonInteractivePoRep",
        _ => config.ApiVersion == ApiVersion.V1_0 ? "" : "_1",
    };
}
