using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>Checks PoReps as the chain does.</summary>
public interface ISealVerifier
{
    /// <summary>Whether a sector's proof holds.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="info">What the chain knows of the sector.</param>
    /// <param name="proof">192 bytes a partition.</param>
    /// <exception cref="MalformedProofException">The bytes are no proof of this many partitions.</exception>
    bool Verify(PoRepConfig config, SealVerifyInfo info, ReadOnlySpan<byte> proof);
}

/// <summary>A sector's proof and what the chain knows of the sector.</summary>
/// <param name="Info">What the chain knows.</param>
/// <param name="Proof">192 bytes a partition.</param>
public sealed record SealProofClaim(SealVerifyInfo Info, ReadOnlyMemory<byte> Proof);

/// <summary>The check on this machine's processor; keys are read once. Safe for several threads.</summary>
/// <param name="store">Where the verifying keys lie.</param>
public sealed class SealVerifier(ParameterStore store) : ISealVerifier
{
    private readonly VerifierCache _verifiers = new(store);

    /// <inheritdoc/>
    /// <exception cref="ParameterFileException">The verifying key is missing or damaged.</exception>
    public bool Verify(PoRepConfig config, SealVerifyInfo info, ReadOnlySpan<byte> proof) =>
        VerifyBatch(config, [new SealProofClaim(info, proof.ToArray())]);

    /// <summary>Whether the proofs of all of several sectors hold, at a fraction of the cost of each alone.</summary>
    /// <param name="config">The registered proof, the same for all.</param>
    /// <param name="claims">The sectors' proofs.</param>
    /// <exception cref="MalformedProofException">A proof's bytes are no proof of this many partitions.</exception>
    /// <exception cref="ParameterFileException">The verifying key is missing or damaged.</exception>
    public bool VerifyBatch(PoRepConfig config, IReadOnlyList<SealProofClaim> claims)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(claims);
        var proofs = new List<Groth16Proof>(claims.Count * config.Partitions);
        var inputs = new List<Fr[]>(proofs.Capacity);
        foreach (var claim in claims)
        {
            if (claim.Proof.Length != config.ProofBytes)
                throw new MalformedProofException(0, $"a proof of {config.Partitions} partitions has {config.ProofBytes} bytes, not {claim.Proof.Length}");
            proofs.AddRange(Groth16Proof.ReadMany(claim.Proof.Span));
            var publicInputs = claim.Info.PublicInputs(config);
            for (int partition = 0; partition < config.Partitions; partition++)
                inputs.Add([.. publicInputs.ForCircuit(config, partition)]);
        }
        return _verifiers.Get(ParameterIdentifier.Of(config)).VerifyBatch(proofs, inputs, Environment.ProcessorCount);
    }
}
