using System.Numerics;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Coordination;

/// <summary>
/// What can be said of weights from headers alone (lotus chain/consensus/filcns/weight.go). A tipset T on parents adds
/// <c>256·p + ⌊256·p·w / 10⌋</c> to its ParentWeight, where p is the bit length of the network's power less one and w the sum of T's win counts.
/// p is unknown here, but it is a small integer that hardly moves: every weight that a daemon claims must be explained by some p.
/// </summary>
internal static class ChainWeight
{
    /// <summary>No network has more power than 2^128 bytes.</summary>
    public const int MaxPowerBits = 128;

    /// <summary>More wins than any honest tipset has: five are expected, a hundred do not happen.</summary>
    public const long MaxWins = 100;

    /// <summary>Most wins of one block (3 × 5 by the Poisson draw of lotus chain/types/electionproof.go).</summary>
    public const long MaxWinsOfBlock = 15;

    /// <summary>True when <paramref name="candidate"/> wins against <paramref name="current"/>: heavier, or as heavy with the lower ticket at the first block that differs.</summary>
    public static bool Wins(TipSet candidate, TokenAmount candidateWeight, TipSet current, TokenAmount currentWeight)
    {
        int order = candidateWeight.CompareTo(currentWeight);
        if (order != 0)
            return order > 0;
        foreach ((BlockHeader ours, BlockHeader theirs) in candidate.Blocks.Zip(current.Blocks))
        {
            int tickets = ours.Ticket!.Digest().AsSpan().SequenceCompareTo(theirs.Ticket!.Digest());
            if (tickets != 0)
                return tickets < 0;
        }

        return false;
    }

    /// <summary>The weight of a tipset in a network of <paramref name="powerBits"/>.</summary>
    public static TokenAmount Of(TipSet tipset, int powerBits) => tipset.ParentWeight + Added(tipset.WinCount, powerBits);

    /// <summary>The power bits that explain a tipset's claimed weight, or null when none does: then the weight is forged.</summary>
    public static int? Explain(TipSet tipset, TokenAmount weight)
    {
        if (tipset.Blocks.Any(block => block.ElectionProof is { WinCount: < 1 or > MaxWinsOfBlock }) || tipset.WinCount > MaxWins)
            return null;
        TokenAmount added = weight - tipset.ParentWeight;
        // Monotonic in p, and close to linear.
        int low = 1, high = MaxPowerBits;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Added(tipset.WinCount, middle).CompareTo(added);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private static TokenAmount Added(long wins, int powerBits)
    {
        BigInteger unit = (BigInteger)powerBits << 8;
        return new TokenAmount(unit + (unit * wins / 10));
    }
}
