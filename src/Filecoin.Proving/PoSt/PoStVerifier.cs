using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>Checks window and winning PoSts as the chain does.</summary>
public interface IPoStVerifier
{
    /// <summary>Whether a proof over all given sectors holds.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">The randomness and the sectors.</param>
    /// <param name="proof">192 bytes a partition.</param>
    /// <exception cref="MalformedProofException">The bytes are no proof of this many partitions.</exception>
    bool Verify(PoStConfig config, PoStPublicInputs inputs, ReadOnlySpan<byte> proof);
}

/// <summary>The check on this machine's processor; keys are read once. Safe for several threads.</summary>
/// <param name="store">Where the verifying keys lie.</param>
public sealed class PoStVerifier(ParameterStore store) : IPoStVerifier
{
    private readonly VerifierCache _verifiers = new(store);

    /// <inheritdoc/>
    /// <exception cref="ParameterFileException">The verifying key is missing or damaged.</exception>
    public bool Verify(PoStConfig config, PoStPublicInputs inputs, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(inputs);
        var partitions = inputs.Partitions(config);
        if (proof.Length != partitions * Groth16Proof.Size)
            throw new MalformedProofException(0, $"a proof of {partitions} partitions has {partitions * Groth16Proof.Size} bytes, not {proof.Length}");
        var proofs = Groth16Proof.ReadMany(proof);
        var publicInputs = new Fr[partitions][];
        for (int partition = 0; partition < partitions; partition++)
            publicInputs[partition] = [.. inputs.ForCircuit(config, partition)];
        return _verifiers.Get(ParameterIdentifier.Of(config)).VerifyBatch(proofs, publicInputs, Environment.ProcessorCount);
    }
}
