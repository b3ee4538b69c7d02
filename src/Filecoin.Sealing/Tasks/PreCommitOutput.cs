using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Tasks;

/// <summary>What sealing leaves for the chain.</summary>
/// <param name="CommD">Commitment of the data (unsealed CID).</param>
/// <param name="CommR">Commitment of the replica (sealed CID).</param>
public sealed record PreCommitOutput(Commitment CommD, Commitment CommR);
