using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;

namespace Filecoin.Proving.Groth16;

/// <summary>A partition's circuit with its witness, and what its verifier will use.</summary>
internal readonly record struct PartitionCircuit(Circuit Circuit, ImmutableArray<Fr> PublicInputs);

/// <summary>Proves the partitions of one PoRep or PoSt, and lets none out that does not verify.</summary>
internal sealed class PartitionProver(ParameterStore store, Groth16ProverOptions options)
{
    /// <summary>Proves every partition; as many at once as the options say.</summary>
    /// <param name="parameterId">The circuit's parameters.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="circuitOf">Makes a partition's circuit when its turn comes.</param>
    /// <param name="progress">Told as partitions go on.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The proofs, 192 bytes a partition, in order.</returns>
    /// <exception cref="ProofRejectedException">A proof did not verify: the parameter file is damaged, or memory is.</exception>
    public byte[] Prove(
        string parameterId, int partitions, Func<int, PartitionCircuit> circuitOf,
        IProgress<ProverProgress>? progress, CancellationToken cancellationToken)
    {
        using var parameters = store.OpenParameters(parameterId);
        var verifier = new Groth16Verifier(parameters.VerifyingKey);
        var atOnce = Math.Min(partitions, options.PartitionsAtOnce);
        var prover = new Groth16Prover(parameters, options with
        {
            DegreeOfParallelism = Math.Max(1, options.DegreeOfParallelism / atOnce),
            MemoryBudget = options.MemoryBudget / atOnce,
        });
        var proofs = new Groth16Proof[partitions];
        void ProveOne(int partition)
        {
            var (circuit, inputs) = circuitOf(partition);
            proofs[partition] = prover.Prove(circuit, inputs.AsSpan(), OfPartition(progress, partition, partitions), cancellationToken);
            if (!verifier.Verify(proofs[partition], inputs.AsSpan()))
                throw new ProofRejectedException(partition, parameters.Path);
        }

        try
        {
            Parallel.For(0, partitions, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, ProveOne);
        }
        catch (AggregateException errors)
        {
            // The first partition's error, as it was thrown: callers catch by type.
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        return Groth16Proof.WriteMany(proofs);
    }

    private static Relay<ProverProgress>? OfPartition(IProgress<ProverProgress>? progress, int partition, int partitions) =>
        progress is null ? null : new Relay<ProverProgress>(p => progress.Report(p with { Partition = partition, Partitions = partitions }));
}
