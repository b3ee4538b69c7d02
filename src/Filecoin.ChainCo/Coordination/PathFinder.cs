using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Coordination;

/// <summary>Finds where two chains part, fetching ancestors that the store lacks.</summary>
/// <param name="store">What is kept.</param>
/// <param name="fetch">Gives a tipset that is not kept, or null when nobody has it.</param>
/// <param name="horizon">Epochs behind the higher of both tips that are searched.</param>
internal sealed class PathFinder(HeaderStore store, Func<TipSetKey, CancellationToken, Task<TipSet?>> fetch, long horizon)
{
    /// <summary>Ancestors that were not kept, in the order in which they were fetched.</summary>
    public List<TipSet> Fetched { get; } = [];

    /// <summary>Reverts newest first and applies oldest first, or null when the chains do not meet within the horizon.</summary>
    public async Task<IReadOnlyList<HeadChange>?> FindAsync(TipSet from, TipSet to, CancellationToken token)
    {
        long floor = Math.Max(from.Height.Value, to.Height.Value) - horizon;
        var reverts = new List<HeadChange>();
        var applies = new List<HeadChange>();
        TipSet? a = from, b = to;
        while (!a.Equals(b))
        {
            // Equal heights move both sides, one after the other: the older side waits until it is reached.
            bool moveA = a.Height >= b.Height;
            TipSet step = moveA ? a : b;
            if (step.Height.Value <= Math.Max(floor, 0) || await ParentAsync(step, token).ConfigureAwait(false) is not { } parent || parent.Height >= step.Height)
                return null;
            if (moveA)
            {
                reverts.Add(new HeadChange(HeadChangeType.Revert, a));
                a = parent;
            }
            else
            {
                applies.Add(new HeadChange(HeadChangeType.Apply, b));
                b = parent;
            }
        }

        applies.Reverse();
        return [.. reverts, .. applies];
    }

    private async Task<TipSet?> ParentAsync(TipSet tipset, CancellationToken token)
    {
        if (store.ParentOf(tipset) is { } kept)
            return kept;
        TipSet? fetched = await fetch(tipset.Parents, token).ConfigureAwait(false);
        if (fetched is null || !fetched.Key.Equals(tipset.Parents))
            return null;
        Fetched.Add(fetched);
        return fetched;
    }
}
