using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Groth16;

/// <summary>How to make development parameters.</summary>
public sealed record DevelopmentParametersOptions
{
    /// <summary>Threads to use at most; at least one.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether to make parameters of 32 and 64 GiB sectors, which take days, tens of gigabytes, and serve nobody.</summary>
    public bool AllowProductionSizes { get; init; }

    /// <summary>Told as the work goes on.</summary>
    public IProgress<SetupProgress>? Progress { get; init; }
}

/// <summary>
/// Parameters made on this machine, for development and tests. This machine knew their secret, so proofs made with them convince nobody;
/// they lie under names of their own (<see cref="ParameterStore.InsecureParametersPath"/>) and a store must allow them.
/// </summary>
public static class DevelopmentParameters
{
    /// <summary>Makes a PoRep circuit's parameters unless they are there.</summary>
    /// <returns>False where they were there.</returns>
    /// <exception cref="ParameterFileException">The size is a production size and the options do not allow it.</exception>
    public static bool Make(
        ParameterStore store, PoRepConfig config, DevelopmentParametersOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Make(store, config.SectorSize, new StackedCircuit(StackedShape.Of(config)), options ?? new(), cancellationToken);
    }

    /// <summary>Makes a PoSt circuit's parameters unless they are there.</summary>
    /// <inheritdoc cref="Make(ParameterStore, PoRepConfig, DevelopmentParametersOptions?, CancellationToken)"/>
    public static bool Make(
        ParameterStore store, PoStConfig config, DevelopmentParametersOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Make(store, config.SectorSize, new FallbackCircuit(FallbackShape.Of(config)), options ?? new(), cancellationToken);
    }

    private static bool Make(
        ParameterStore store, SectorSize size, Circuit circuit, DevelopmentParametersOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var parameters = store.InsecureParametersPath(circuit.ParameterId);
        if (size.IsProduction && !options.AllowProductionSizes)
        {
            throw new ParameterFileException(ParameterFileError.ProductionSize, parameters,
                $"parameters of {size} sectors are made only where {nameof(DevelopmentParametersOptions.AllowProductionSizes)} is set");
        }
        var key = store.InsecureVerifyingKeyPath(circuit.ParameterId);
        if (File.Exists(parameters) && File.Exists(key)) return false;
        Directory.CreateDirectory(store.Options.Directory);
        new DevelopmentSetup(options.DegreeOfParallelism, options.Progress).Make(circuit, parameters, key, cancellationToken);
        return true;
    }
}
