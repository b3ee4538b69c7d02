using System.Collections.Immutable;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>Turns vanilla window PoSts of a deadline's sectors into the proof that goes on chain.</summary>
public interface IWindowPoStProver
{
    /// <summary>Proves every partition.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">The randomness and all sectors.</param>
    /// <param name="proofs">The sectors' vanilla proofs in the same order; they may come from other machines.</param>
    /// <param name="progress">Told as partitions go on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes a partition; verified.</returns>
    byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Proves one partition, so that machines can share a deadline; <see cref="WindowPoStProver.Merge"/> puts them together.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">The randomness and all sectors, of every partition.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="proofs">The vanilla proofs of this partition's sectors.</param>
    /// <param name="progress">Told as the proof goes on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes; verified.</returns>
    byte[] ProvePartition(
        PoStConfig config, PoStPublicInputs inputs, int partition, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>Turns the vanilla winning PoSt of one sector into the proof that goes into a block.</summary>
public interface IWinningPoStProver
{
    /// <summary>Proves the sector.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">The randomness and the sector.</param>
    /// <param name="proof">The sector's vanilla proof; it may come from another machine.</param>
    /// <param name="progress">Told as the proof goes on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes; verified.</returns>
    byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, SectorProof proof,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>Window PoSt on this machine's processor.</summary>
/// <param name="store">Where the parameters lie.</param>
/// <param name="options">How to work.</param>
/// <remarks>
/// Errors of both methods: <see cref="ArgumentException"/> for proofs that do not fit the sectors,
/// <see cref="CircuitWitnessException"/> for vanilla proofs of another shape, sector or randomness,
/// <see cref="UnsatisfiedCircuitException"/> for vanilla proofs that do not hold, <see cref="ParameterFileException"/> for parameters
/// that are missing, damaged or of another circuit.
/// </remarks>
public sealed class WindowPoStProver(ParameterStore store, Groth16ProverOptions? options = null) : IWindowPoStProver
{
    private readonly PartitionProver _prover = new(store, options ?? new());

    /// <inheritdoc/>
    public byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        PoStCircuits.Require(config, PoStKind.Window);
        var partitions = PoStPartition.Split(config, proofs);
        PoStCircuits.RequirePartitions(inputs.Partitions(config), partitions.Length);
        return PoStCircuits.Prove(_prover, config, inputs, 0, partitions, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public byte[] ProvePartition(
        PoStConfig config, PoStPublicInputs inputs, int partition, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        PoStCircuits.Require(config, PoStKind.Window);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, inputs.Partitions(config));
        var partitions = PoStPartition.Split(config, proofs);
        PoStCircuits.RequirePartitions(1, partitions.Length);
        return PoStCircuits.Prove(_prover, config, inputs, partition, partitions, progress, cancellationToken);
    }

    /// <summary>Puts the proofs of single partitions together, in order (filecoin-proofs <c>merge_window_post_partition_proofs</c>).</summary>
    /// <exception cref="MalformedProofException">An entry is no proof of one partition.</exception>
    public static byte[] Merge(IReadOnlyList<byte[]> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        return Groth16Proof.WriteMany([.. partitions.Select(p => Groth16Proof.Read(p))]);
    }
}

/// <summary>Winning PoSt on this machine's processor.</summary>
/// <param name="store">Where the parameters lie.</param>
/// <param name="options">How to work.</param>
/// <remarks>Errors are those of <see cref="WindowPoStProver"/>.</remarks>
public sealed class WinningPoStProver(ParameterStore store, Groth16ProverOptions? options = null) : IWinningPoStProver
{
    private readonly PartitionProver _prover = new(store, options ?? new());

    /// <inheritdoc/>
    public byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, SectorProof proof,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        PoStCircuits.Require(config, PoStKind.Winning);
        return PoStCircuits.Prove(_prover, config, inputs, 0, PoStPartition.Split(config, [proof]), progress, cancellationToken);
    }
}

/// <summary>What window and winning PoSt share.</summary>
internal static class PoStCircuits
{
    public static byte[] Prove(
        PartitionProver prover, PoStConfig config, PoStPublicInputs inputs, int firstPartition, ImmutableArray<PoStPartition> partitions,
        IProgress<ProverProgress>? progress, CancellationToken cancellationToken)
    {
        return prover.Prove(
            ParameterIdentifier.Of(config), partitions.Length,
            partition => new PartitionCircuit(FallbackCircuit.Of(config, partitions[partition]), inputs.ForCircuit(config, firstPartition + partition)),
            progress, cancellationToken);
    }

    public static void Require(PoStConfig config, PoStKind kind)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Kind != kind) throw new ArgumentException($"expected a {kind} PoSt, found {config.Kind}", nameof(config));
    }

    public static void RequirePartitions(int expected, int found)
    {
        if (expected != found)
            throw new ArgumentException($"expected vanilla proofs of {expected} partitions, found {found}");
    }
}
