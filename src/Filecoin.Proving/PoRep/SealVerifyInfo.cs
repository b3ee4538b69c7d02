using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>What the chain knows of a sealed sector: the whole input of its verification beside the proof (go-state-types <c>proof.SealVerifyInfo</c>).</summary>
/// <param name="Prover">The miner.</param>
/// <param name="Number">The sector.</param>
/// <param name="Ticket">Randomness that the replica was sealed with.</param>
/// <param name="Seed">Interactive randomness; non-interactive PoRep ignores it.</param>
/// <param name="CommD">Commitment of the data.</param>
/// <param name="CommR">Commitment of the replica.</param>
public sealed record SealVerifyInfo(ProverId Prover, SectorNumber Number, Ticket Ticket, Seed Seed, Commitment CommD, Commitment CommR)
{
    /// <summary>What the circuit takes of it.</summary>
    public PoRepPublicInputs PublicInputs(PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new PoRepPublicInputs(ReplicaId.Compute(Prover, Number, Ticket, CommD, config.PorepId), CommD, CommR, Seed);
    }
}
