using System.Collections.Immutable;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// An aggregate just made that does not verify, and so was not returned: a sector's own proof does not hold, or the reference string, or
/// memory, is damaged.
/// </summary>
/// <param name="wrong">The sectors whose own proofs do not hold.</param>
public sealed class AggregateRejectedException(ImmutableArray<SectorNumber> wrong)
    : Exception(wrong.IsEmpty
        ? "the aggregate does not verify although every proof in it does; check the reference string's digest"
        : $"the proofs of sectors {string.Join(", ", wrong)} do not verify, and so neither does the aggregate of all")
{
    /// <summary>The sectors whose own proofs do not hold; empty where all do.</summary>
    public ImmutableArray<SectorNumber> Wrong { get; } = wrong;
}
