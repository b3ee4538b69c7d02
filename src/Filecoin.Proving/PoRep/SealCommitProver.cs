using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>Turns a sector's vanilla proofs into the proof that goes on chain (C2).</summary>
public interface ISealCommitProver
{
    /// <summary>Proves every partition of a sector.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="phase1">What C1 made; it may come from another machine.</param>
    /// <param name="progress">Told as partitions go on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes a partition; verified.</returns>
    byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>C2 on this machine's processor.</summary>
/// <param name="store">Where the parameters lie.</param>
/// <param name="options">How to work.</param>
public sealed class SealCommitProver(ParameterStore store, Groth16ProverOptions? options = null) : ISealCommitProver
{
    private readonly PartitionProver _prover = new(store, options ?? new());

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The vanilla proofs are of another number of partitions.</exception>
    /// <exception cref="Circuits.CircuitWitnessException">The vanilla proofs are of another shape, sector or seed.</exception>
    /// <exception cref="Circuits.UnsatisfiedCircuitException">The vanilla proofs do not hold.</exception>
    /// <exception cref="ParameterFileException">The parameters are missing, damaged or of another circuit.</exception>
    public byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(phase1);
        if (phase1.VanillaProofs.Length != config.Partitions)
            throw new ArgumentException($"expected vanilla proofs of {config.Partitions} partitions, found {phase1.VanillaProofs.Length}", nameof(phase1));
        var shape = StackedShape.Of(config);
        var inputs = phase1.PublicInputs;
        return _prover.Prove(
            shape.ParameterId, config.Partitions,
            partition => new PartitionCircuit(
                new StackedCircuit(shape, StackedWitness.Of(inputs, phase1.VanillaProofs[partition].AsSpan())),
                inputs.ForCircuit(config, partition)),
            progress, cancellationToken);
    }
}
