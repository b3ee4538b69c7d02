using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Mempool;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>The chain of one node: takes blocks in, chooses the head, makes blocks of its own. One change at a time; readers never wait.</summary>
internal sealed class LocalChain : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LocalnetOptions _options;
    private readonly IReadOnlyList<int> _producers;
    private readonly Dictionary<Address, ChainEpoch> _lastMade = [];
    private readonly ChainDirectory? _directory;

    public LocalChain(LocalnetOptions options, Genesis genesis, Actors.Executor executor)
    {
        _options = options;
        Genesis = genesis;
        Beacon = new Beacon(options.Seed);
        Store = new ChainStore(genesis.Block);
        Executions = new Executions(Store, Beacon, executor, genesis.State, options.StateRetention);
        Rules = new BlockRules(options, genesis, Store, Executions, Beacon);
        Feed = new HeadFeed();
        Feed.Publish(Head, []);
        _producers = options.Produce ?? [.. Enumerable.Range(0, options.Producers)];
        _directory = options.DataDirectory is { } directory ? ChainDirectory.Open(directory, genesis.Block.Header) : null;
        Pool = new MessagePool(Store, Executions, _directory);
        foreach (FullBlock block in _directory?.Blocks() ?? [])
            Take(block, store: false);
        foreach (KeptMessage message in _directory?.Messages() ?? [])
            Pool.Restore(message);
    }

    public Genesis Genesis { get; }

    public Beacon Beacon { get; }

    public ChainStore Store { get; }

    public Executions Executions { get; }

    public MessagePool Pool { get; }

    public BlockRules Rules { get; }

    public HeadFeed Feed { get; }

    public TipSet Head => Store.View.Head;

    /// <summary>Takes in a block whose parents are stored.</summary>
    /// <returns>False when it was known.</returns>
    /// <exception cref="BlockException">It is not valid.</exception>
    public bool Add(FullBlock block) => Take(block, store: true);

    /// <summary>Makes the blocks of this node's producers for an epoch, upon the heaviest tipset before it.</summary>
    /// <returns>The blocks; none when nobody won, or all have made theirs.</returns>
    public List<FullBlock> Produce(ChainEpoch epoch)
    {
        TipSet parents = Head;
        while (parents.Height >= epoch)
            parents = Store.ParentOf(parents) ?? throw new BlockException("there is no epoch before genesis");
        return Make(parents, epoch, again: false);
    }

    /// <summary>Leaves the last tipsets for a branch of more weight, begun with a null round. Its producers make second blocks of epochs: a demand of tests.</summary>
    /// <returns>The branch's blocks.</returns>
    public List<FullBlock> Fork(int depth)
    {
        lock (_lock)
        {
            TipSet child = Head, ancestor = Head;
            for (int i = 0; i < depth; i++)
                (child, ancestor) = (ancestor, Store.ParentOf(ancestor) ?? throw new BlockException($"the chain has fewer than {depth} tipsets"));
            var branch = new List<FullBlock>();
            ChainEpoch epoch = child.Height;
            for (TipSet at = ancestor; !(branch.Count > 0 && Store.View.Contains(at));)
            {
                epoch += 1;
                List<FullBlock> blocks = Make(at, epoch, again: true);
                if (blocks.Count == 0)
                    continue;
                branch.AddRange(blocks);
                at = TipSet.Create(blocks.Select(block => block.Header));
            }

            return branch;
        }
    }

    private List<FullBlock> Make(TipSet parents, ChainEpoch epoch, bool again)
    {
        if (_producers.Count == 0)
            throw new InvalidOperationException("This node runs no producer.");
        var made = new List<FullBlock>();
        lock (_lock)
        {
            IReadOnlyList<SignedMessage> messages = Pool.Select(parents);
            foreach (int producer in _producers)
            {
                // A second block of an epoch is a consensus fault.
                if (!again && _lastMade.TryGetValue(Genesis.ProducerAddress(producer), out ChainEpoch last) && last >= epoch)
                    continue;
                if (Rules.Produce(producer, parents, epoch, messages) is { } block)
                    made.Add(block);
            }

            foreach (FullBlock block in made)
                Take(block, store: true);
        }

        return made;
    }

    /// <summary>Whether a tipset beats the head: by weight, else by its tickets (lotus chain/store, chain/consensus).</summary>
    private bool Beats(TipSet candidate)
    {
        TipSet head = Head;
        int order = Executions.Weight(candidate).CompareTo(Executions.Weight(head));
        if (order != 0)
            return order > 0;
        foreach ((BlockHeader ours, BlockHeader theirs) in candidate.Blocks.Zip(head.Blocks))
        {
            int tickets = ours.Ticket!.Digest().AsSpan().SequenceCompareTo(theirs.Ticket!.Digest());
            if (tickets != 0)
                return tickets < 0;
        }

        return false;
    }

    private bool Take(FullBlock block, bool store)
    {
        lock (_lock)
        {
            if (Store.FindBlock(block.Header.Cid) is not null)
                return false;
            Rules.Check(block);
            _lastMade[block.Header.Miner] = _lastMade.TryGetValue(block.Header.Miner, out ChainEpoch last) && last > block.Header.Height ? last : block.Header.Height;
            TipSet candidate = Store.Add(block);
            if (store)
                _directory?.Add(block);
            if (!Beats(candidate))
                return true;
            List<HeadChange> path = Store.SetHead(candidate);
            Executions.After(candidate);
            Pool.HeadMoved(path);
            Feed.Publish(candidate, path);
            return true;
        }
    }

    public void Dispose()
    {
        _directory?.Dispose();
        Beacon.Dispose();
    }
}
