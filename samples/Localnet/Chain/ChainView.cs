using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>The chain as it is at one moment: immutable, so that a reader never sees half a reorganisation.</summary>
/// <param name="Tipsets">From genesis to the head.</param>
internal sealed record ChainView(ImmutableList<TipSet> Tipsets)
{
    public TipSet Genesis => Tipsets[0];

    public TipSet Head => Tipsets[^1];

    /// <summary>Whether a tipset is on this chain.</summary>
    public bool Contains(TipSet tipset) => IndexOf(tipset.Height) is var at && at >= 0 && Tipsets[at].Equals(tipset);

    /// <summary>The tipset at an epoch, or the one before a null round; with <paramref name="after"/> the one after it. Null beyond the head.</summary>
    public TipSet? At(ChainEpoch epoch, bool after)
    {
        int at = IndexOf(epoch);
        if (at < 0)
            at = after ? ~at : ~at - 1;
        return at >= 0 && at < Tipsets.Count ? Tipsets[at] : null;
    }

    /// <summary>The chain up to a tipset of it, and then others.</summary>
    public ChainView Switch(TipSet ancestor, IEnumerable<TipSet> then)
    {
        int keep = IndexOf(ancestor.Height) + 1;
        return new ChainView(Tipsets.RemoveRange(keep, Tipsets.Count - keep).AddRange(then));
    }

    // Like List.BinarySearch: the complement of the place where it would stand.
    private int IndexOf(ChainEpoch epoch)
    {
        int low = 0, high = Tipsets.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Tipsets[middle].Height.CompareTo(epoch);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
