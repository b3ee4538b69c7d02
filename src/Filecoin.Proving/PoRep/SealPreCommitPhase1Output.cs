using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// What the first phase of precommit hands to the second: where layers and TreeD are, and CommD (filecoin-proofs <c>types/mod.rs</c>).
/// The paths are those of the machine that wrote it; a reader puts its own in their place.
/// </summary>
/// <param name="Labels">The layers, first to last.</param>
/// <param name="TreeD">TreeD.</param>
/// <param name="CommD">Commitment of the data.</param>
public sealed record SealPreCommitPhase1Output(ImmutableArray<StoreConfig> Labels, StoreConfig TreeD, Commitment CommD)
{
    /// <summary>The output for a sector in a cache directory.</summary>
    public static SealPreCommitPhase1Output For(PoRepConfig config, string cacheDirectory, Commitment commD)
    {
        var aux = TemporaryAux.For(config, cacheDirectory);
        return new SealPreCommitPhase1Output(aux.Labels, aux.TreeD, commD);
    }
}
