using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>All blocks that this node knows, the tipsets they make, and which of them are the chain.</summary>
internal sealed class ChainStore
{
    private readonly ConcurrentDictionary<Cid, FullBlock> _blocks = new();
    private readonly ConcurrentDictionary<Cid, Message> _messages = new();
    private readonly ConcurrentDictionary<TipSetKey, TipSet> _tipsets = new();
    private readonly ConcurrentDictionary<(TipSetKey Parents, ChainEpoch Epoch), IReadOnlyList<BlockHeader>> _siblings = new();
    private volatile ChainView _view;

    public ChainStore(FullBlock genesis)
    {
        var tipset = TipSet.Create([genesis.Header]);
        _blocks[genesis.Header.Cid] = genesis;
        _tipsets[tipset.Key] = tipset;
        _view = new ChainView([tipset]);
    }

    /// <summary>The chain now.</summary>
    public ChainView View => _view;

    public FullBlock? FindBlock(Cid cid) => _blocks.GetValueOrDefault(cid);

    public Message? FindMessage(Cid cid) => _messages.GetValueOrDefault(cid);

    /// <summary>Remembers a message that is in no block yet.</summary>
    public void Remember(Message message) => _messages[message.Cid] = message;

    /// <summary>A tipset of known blocks; the empty key is the head.</summary>
    public bool TryGet(TipSetKey key, [NotNullWhen(true)] out TipSet? tipset)
    {
        if (key.IsEmpty)
        {
            tipset = View.Head;
            return true;
        }

        if (_tipsets.TryGetValue(key, out tipset))
            return true;
        var headers = new List<BlockHeader>();
        foreach (Cid cid in key.Cids)
        {
            if (FindBlock(cid) is not { } block)
                return false;
            headers.Add(block.Header);
        }

        try
        {
            var made = TipSet.Create(headers);
            if (!made.Key.Equals(key))
                return false;
            tipset = _tipsets.GetOrAdd(key, made);
            return true;
        }
        catch (TipSetException)
        {
            return false;
        }
    }

    /// <summary>The parent of a stored tipset; null for genesis.</summary>
    public TipSet? ParentOf(TipSet tipset) =>
        tipset.Parents.IsEmpty ? null : TryGet(tipset.Parents, out TipSet? parent) ? parent : throw new BlockException($"tipset {tipset} stands on nothing known");

    /// <summary>Stores a block whose parents are stored.</summary>
    /// <returns>The heaviest tipset that it makes with its known siblings: one block of each miner, the first that came.</returns>
    public TipSet Add(FullBlock block)
    {
        foreach (Message message in block.Messages)
            Remember(message);
        _blocks[block.Header.Cid] = block;
        IReadOnlyList<BlockHeader> siblings = _siblings.AddOrUpdate(
            (new TipSetKey(block.Header.Parents), block.Header.Height), [block.Header],
            (_, known) => known.Any(other => other.Miner == block.Header.Miner) ? known : [.. known, block.Header]);
        bool second = !siblings.Contains(block.Header);
        var made = TipSet.Create(second ? [block.Header] : siblings);
        return _tipsets.GetOrAdd(made.Key, made);
    }

    /// <summary>The tipset at an epoch on the chain of another, or the one before a null round; with <paramref name="after"/> the one after it.</summary>
    public TipSet? ByHeight(ChainEpoch epoch, TipSet from, bool after)
    {
        if (epoch > from.Height)
            return null;
        ChainView view = View;
        TipSet above = from;
        for (TipSet? at = from; at is not null; above = at, at = ParentOf(at))
        {
            if (view.Contains(at) && epoch <= at.Height)
                return view.At(epoch, after) is { } found && found.Height <= at.Height ? found : above;
            if (at.Height <= epoch)
                return at.Height == epoch || !after ? at : above;
        }

        return null;
    }

    /// <summary>The way from one tipset to another: reverts newest first, then applies oldest first.</summary>
    public List<HeadChange> Path(TipSet from, TipSet to)
    {
        var reverts = new List<HeadChange>();
        var applies = new List<HeadChange>();
        (TipSet left, TipSet right) = (from, to);
        while (!left.Equals(right))
        {
            if (left.Height >= right.Height)
            {
                reverts.Add(new HeadChange(HeadChangeType.Revert, left));
                left = ParentOf(left) ?? throw new BlockException("two tipsets without a common ancestor");
            }
            else
            {
                applies.Add(new HeadChange(HeadChangeType.Apply, right));
                right = ParentOf(right) ?? throw new BlockException("two tipsets without a common ancestor");
            }
        }

        applies.Reverse();
        return [.. reverts, .. applies];
    }

    /// <summary>Makes a tipset the head.</summary>
    /// <returns>How the head moved.</returns>
    public List<HeadChange> SetHead(TipSet head)
    {
        ChainView view = View;
        List<HeadChange> path = Path(view.Head, head);
        List<TipSet> applies = [.. path.Where(change => change.Type == HeadChangeType.Apply).Select(change => change.Val)];
        TipSet ancestor = applies.Count > 0 ? ParentOf(applies[0])! : head;
        _view = view.Switch(ancestor, applies);
        return path;
    }
}
