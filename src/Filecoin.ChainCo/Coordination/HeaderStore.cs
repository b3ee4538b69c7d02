using System.Diagnostics.CodeAnalysis;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Coordination;

/// <summary>
/// Tipsets by key, back to finality behind the head. Bounded: below the horizon everything goes, and above it what is not on a protected chain
/// goes first, oldest first. Safe for concurrent use.
/// </summary>
public sealed class HeaderStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TipSetKey, TipSet> _tipsets = [];
    private readonly SortedDictionary<long, List<TipSet>> _byHeight = [];
    private readonly int _capacity;

    /// <summary>Creates an empty store.</summary>
    /// <param name="capacity">Most tipsets kept.</param>
    public HeaderStore(int capacity = 4 * (int)ChainEpoch.Finality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _capacity = capacity;
    }

    /// <summary>How many tipsets are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _tipsets.Count;
        }
    }

    /// <summary>A tipset by its key.</summary>
    public bool TryGet(TipSetKey key, [NotNullWhen(true)] out TipSet? tipset)
    {
        lock (_lock)
            return _tipsets.TryGetValue(key, out tipset);
    }

    /// <summary>Keeps a tipset.</summary>
    public void Add(TipSet tipset)
    {
        ArgumentNullException.ThrowIfNull(tipset);
        lock (_lock)
        {
            if (!_tipsets.TryAdd(tipset.Key, tipset))
                return;
            if (!_byHeight.TryGetValue(tipset.Height.Value, out List<TipSet>? level))
                _byHeight[tipset.Height.Value] = level = [];
            level.Add(tipset);
        }
    }

    /// <summary>The parent, when it is kept.</summary>
    public TipSet? ParentOf(TipSet tipset)
    {
        ArgumentNullException.ThrowIfNull(tipset);
        return TryGet(tipset.Parents, out TipSet? parent) ? parent : null;
    }

    /// <summary>The tipset and what is kept of its ancestors, newest first.</summary>
    public IEnumerable<TipSet> ChainOf(TipSet tipset)
    {
        for (TipSet? at = tipset; at is not null; at = ParentOf(at))
            yield return at;
    }

    /// <summary>True when <paramref name="ancestor"/> is <paramref name="tipset"/> or on its chain.</summary>
    public bool IsOnChain(TipSet ancestor, TipSet tipset)
    {
        foreach (TipSet at in ChainOf(tipset))
        {
            if (at.Height <= ancestor.Height)
                return at.Equals(ancestor);
        }

        return false;
    }

    /// <summary>The newest tipset that both chains have, or null when the store does not reach back so far.</summary>
    public TipSet? CommonAncestor(TipSet left, TipSet right)
    {
        TipSet? a = left, b = right;
        while (a is not null && b is not null && !a.Equals(b))
        {
            if (a.Height > b.Height)
            {
                a = ParentOf(a);
            }
            else if (b.Height > a.Height)
            {
                b = ParentOf(b);
            }
            else
            {
                a = ParentOf(a);
                b = ParentOf(b);
            }
        }

        return a is not null && b is not null ? a : null;
    }

    /// <summary>
    /// The steps from one tipset to another: reverts from the newest to the oldest, then applies from the oldest to the newest.
    /// Null when the store does not reach back to where the two chains part.
    /// </summary>
    public IReadOnlyList<HeadChange>? Path(TipSet from, TipSet to)
    {
        if (CommonAncestor(from, to) is not { } common)
            return null;
        var path = ChainOf(from).TakeWhile(tipset => !tipset.Equals(common)).Select(tipset => new HeadChange(HeadChangeType.Revert, tipset)).ToList();
        path.AddRange(ChainOf(to).TakeWhile(tipset => !tipset.Equals(common)).Reverse().Select(tipset => new HeadChange(HeadChangeType.Apply, tipset)));
        return path;
    }

    /// <summary>
    /// The tipset at an epoch on a chain; in a null round the one before it, or the one after it when <paramref name="after"/>.
    /// Null when the epoch lies beyond the chain or before what is kept.
    /// </summary>
    public TipSet? ByHeight(ChainEpoch height, TipSet from, bool after = false)
    {
        if (height > from.Height)
            return null;
        TipSet? newer = null;
        foreach (TipSet at in ChainOf(from))
        {
            if (at.Height == height || (at.Height < height && !after))
                return at;
            if (at.Height < height)
                return newer;
            newer = at;
        }

        return null;
    }

    /// <summary>Drops what lies below the horizon, and beyond the capacity what is on none of the protected chains, oldest first.</summary>
    public void Prune(ChainEpoch horizon, IEnumerable<TipSet> protectedHeads)
    {
        ArgumentNullException.ThrowIfNull(protectedHeads);
        lock (_lock)
        {
            while (_byHeight.Count > 0 && _byHeight.First() is var (height, level) && height < horizon.Value)
            {
                foreach (TipSet tipset in level)
                    _tipsets.Remove(tipset.Key);
                _byHeight.Remove(height);
            }

            if (_tipsets.Count <= _capacity)
                return;
            HashSet<TipSetKey> kept = [.. protectedHeads.SelectMany(ChainOf).Select(tipset => tipset.Key)];
            foreach ((long height, List<TipSet> level) in _byHeight.ToList())
            {
                foreach (TipSet tipset in level.Where(tipset => !kept.Contains(tipset.Key)).ToList())
                {
                    if (_tipsets.Count <= _capacity)
                        return;
                    level.Remove(tipset);
                    _tipsets.Remove(tipset.Key);
                }

                if (level.Count == 0)
                    _byHeight.Remove(height);
            }
        }
    }
}
