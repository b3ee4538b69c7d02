using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Coordination;

/// <summary>A head whose chain contradicts itself: somebody lies.</summary>
internal sealed class ForgedHeadException(string reason) : Exception(reason);

/// <summary>Fetches what links a head to the known chain and checks that its heights and weights hang together.</summary>
internal sealed class ChainVerifier(HeaderStore store, CoordinatorOptions options)
{
    /// <summary>
    /// The head and its ancestors that the store lacks, newest first. The last one's parent is in the store, or the horizon is reached, or genesis.
    /// Tipsets name themselves by their bytes, so a daemon can answer wrongly only by answering with another key.
    /// </summary>
    /// <exception cref="ForgedHeadException">The answers contradict each other.</exception>
    /// <exception cref="RpcException">The daemon does not answer.</exception>
    public async Task<List<TipSet>> FetchAsync(IChainNode node, TipSet head, int maxDepth, CancellationToken token)
    {
        var missing = new List<TipSet>();
        TipSet at = head;
        while (!store.TryGet(at.Key, out _))
        {
            missing.Add(at);
            if (at.Height.Value <= 0 || at.Parents.IsEmpty || missing.Count > maxDepth || at.Height <= head.Height - options.Horizon
                || store.TryGet(at.Parents, out _))
                break;
            TipSet parent = await node.GetTipSetAsync(at.Parents, token).ConfigureAwait(false);
            if (!parent.Key.Equals(at.Parents))
                throw new ForgedHeadException($"asked for tipset {at.Parents}, the daemon gave {parent.Key}");
            if (parent.Height >= at.Height)
                throw new ForgedHeadException($"the parent of a tipset at height {at.Height} is at height {parent.Height}");
            at = parent;
        }

        return missing;
    }

    /// <summary>
    /// Checks that every weight along the chain is explained by a power that does not jump (see <see cref="ChainWeight"/>), the head's claimed weight included.
    /// </summary>
    /// <exception cref="ForgedHeadException">A weight is not explained.</exception>
    public void Verify(TipSet head, TokenAmount weight, List<TipSet> fetched)
    {
        if (!options.VerifyWeights)
            return;
        // Newest first: a tipset and the weight that its child, or the daemon for the head, gives it.
        int? newer = Explain(head, weight);
        TipSet child = head;
        for (int i = 1; i <= fetched.Count + 1; i++)
        {
            TipSet? parent = i < fetched.Count ? fetched[i] : store.ParentOf(child);
            if (parent is null || parent.Height.Value <= 0)
                return;
            int? power = Explain(parent, child.ParentWeight);
            if (newer is { } a && power is { } b && Math.Abs(a - b) > options.MaxPowerBitsStep)
                throw new ForgedHeadException($"the weights of heights {parent.Height} and {child.Height} take the network's power from 2^{b} to 2^{a}");
            newer = power;
            child = parent;
        }
    }

    private static int? Explain(TipSet tipset, TokenAmount weight)
    {
        if (tipset.Height.Value <= 0)
            return null;
        return ChainWeight.Explain(tipset, weight)
            ?? throw new ForgedHeadException($"no power explains weight {weight} of a tipset at height {tipset.Height} with {tipset.WinCount} wins on weight {tipset.ParentWeight}");
    }
}
