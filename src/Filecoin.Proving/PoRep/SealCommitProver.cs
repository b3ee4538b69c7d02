using Filecoin.Proving.Circuits;
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
    /// <param name="prover">The miner.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="progress">Told as partitions go on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes a partition; verified.</returns>
    byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1, ProverId prover, SectorNumber sector,
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
    /// <exception cref="CircuitWitnessException">The vanilla proofs are of another shape, sector or seed.</exception>
    /// <exception cref="UnsatisfiedCircuitException">The vanilla proofs do not hold.</exception>
    /// <exception cref="ParameterFileException">The parameters are missing, damaged or of another circuit.</exception>
    public byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1, ProverId prover, SectorNumber sector,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(phase1);
        if (phase1.VanillaProofs.Length != config.Partitions)
            throw new ArgumentException($"expected vanilla proofs of {config.Partitions} partitions, found {phase1.VanillaProofs.Length}", nameof(phase1));
        var inputs = new SealVerifyInfo(prover, sector, phase1.Ticket, phase1.Seed, phase1.CommD, phase1.CommR).PublicInputs(config);
        if (inputs.ReplicaId != phase1.ReplicaId)
            throw new CircuitWitnessException($"Expected vanilla proofs of replica {inputs.ReplicaId}, found {phase1.ReplicaId}: they are of another sector.");
        return _prover.Prove(
            ParameterIdentifier.Of(config), config.Partitions,
            partition => new PartitionCircuit(
                StackedCircuit.Of(config, inputs, phase1.VanillaProofs[partition].AsSpan()), inputs.ForCircuit(config, partition)),
            progress, cancellationToken);
    }
}
