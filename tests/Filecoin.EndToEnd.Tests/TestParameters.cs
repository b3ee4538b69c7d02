using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.EndToEnd.Tests;

/// <summary>Development parameters of the 2 KiB circuits, made once on a machine and shared by all tests and the samples that they start.</summary>
internal static class TestParameters
{
    private static readonly Lazy<string> Made = new(Make);

    /// <summary>The directory; making the files takes half a minute to a minute the first time.</summary>
    public static string Directory => Made.Value;

    private static string Make()
    {
        var store = new ParameterStore(new ParameterStoreOptions
        {
            Directory = Path.Combine(Path.GetTempPath(), "filecoin-sdk-test-parameters"),
            AllowInsecure = true,
        });
        DevelopmentParameters.Make(store, PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
        DevelopmentParameters.Make(store, PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1));
        DevelopmentParameters.Make(store, PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1));
        DevelopmentSrs.Make(store, 16);
        return store.Options.Directory;
    }
}
