using System.Collections.Immutable;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// What the first phase of commit (C1) hands to the second: the vanilla proofs of all partitions and what they prove
/// (filecoin-proofs <c>types/mod.rs</c>).
/// </summary>
public sealed record SealCommitPhase1Output
{
    /// <summary>The proofs: for each partition, one for each of its challenges.</summary>
    public required ImmutableArray<ImmutableArray<ChallengeProof>> VanillaProofs { get; init; }

    /// <summary>Commitment of the replica.</summary>
    public required Commitment CommR { get; init; }

    /// <summary>Commitment of the data.</summary>
    public required Commitment CommD { get; init; }

    /// <summary>Name of the replica.</summary>
    public required ReplicaId ReplicaId { get; init; }

    /// <summary>Interactive randomness. Non-interactive PoRep ignores it, and it is written all the same.</summary>
    public required Seed Seed { get; init; }

    /// <summary>Randomness that the replica was sealed with.</summary>
    public required Ticket Ticket { get; init; }

    /// <summary>What verifies these proofs.</summary>
    public PoRepPublicInputs PublicInputs => new(ReplicaId, CommD, CommR, Seed);
}
