namespace Filecoin.Sealing.Tasks;

/// <summary>How far a phase is.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Done">Nodes of 32 bytes done in it.</param>
/// <param name="Total">Nodes in all; for labels those of every layer.</param>
public readonly record struct SealProgress(SealPhase Phase, long Done, long Total);
