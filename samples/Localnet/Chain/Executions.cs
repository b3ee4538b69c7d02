using System.Collections.Concurrent;
using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>A tipset executed.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Applied">Its distinct messages, in order, with their receipts.</param>
/// <param name="ReceiptsRoot">What stands for the receipts in its children.</param>
/// <param name="BaseFee">The base fee after it.</param>
internal sealed record TipSetOutcome(StateTree State, IReadOnlyList<AppliedMessage> Applied, Cid ReceiptsRoot, TokenAmount BaseFee);

/// <summary>Executes tipsets, each once, and keeps the states of the last epochs.</summary>
internal sealed class Executions
{
    /// <summary>The first base fee.</summary>
    public static readonly TokenAmount InitialBaseFee = BaseFee.Minimum;

    private readonly ChainStore _store;
    private readonly Beacon _beacon;
    private readonly Executor _executor;
    private readonly int _retention;
    private readonly ConcurrentDictionary<TipSetKey, TipSetOutcome> _done = new();
    private readonly Queue<TipSet> _order = new();
    private readonly Lock _lock = new();

    public Executions(ChainStore store, Beacon beacon, Executor executor, StateTree genesis, int retention)
    {
        (_store, _beacon, _executor, _retention) = (store, beacon, executor, retention);
        Genesis = genesis;
        _done[store.View.Genesis.Key] = new TipSetOutcome(genesis, [], FullBlock.ReceiptsRoot([]), InitialBaseFee);
    }

    /// <summary>The state before everything.</summary>
    public StateTree Genesis { get; }

    /// <summary>The rules.</summary>
    public Executor Executor => _executor;

    /// <summary>The outcome of a tipset whose ancestors are stored.</summary>
    /// <exception cref="BlockException">Its state is no longer kept.</exception>
    public TipSetOutcome After(TipSet tipset)
    {
        if (_done.TryGetValue(tipset.Key, out TipSetOutcome? known))
            return known;
        lock (_lock)
        {
            var missing = new Stack<TipSet>();
            for (TipSet at = tipset; !_done.ContainsKey(at.Key); at = _store.ParentOf(at)!)
            {
                missing.Push(at);
                if (missing.Count > _retention)
                    throw new BlockException($"the state of epoch {tipset.Height} is no longer kept");
            }

            while (missing.TryPop(out TipSet? next))
            {
                _done[next.Key] = Execute(next);
                _order.Enqueue(next);
            }

            while (_order.TryPeek(out TipSet? oldest) && oldest.Height < tipset.Height - _retention)
                _done.TryRemove(_order.Dequeue().Key, out _);
        }

        return _done[tipset.Key];
    }

    /// <summary>The state that reads at a tipset see: the one after its parents, which its blocks name.</summary>
    public StateTree At(TipSet tipset) => _store.ParentOf(tipset) is { } parent ? After(parent).State : Genesis;

    /// <summary>The weight of a tipset (lotus chain/consensus/filcns/weight.go). Power below the baseline counts as the baseline.</summary>
    public TokenAmount Weight(TipSet tipset)
    {
        System.Numerics.BigInteger power = At(tipset).Power.Values.Aggregate(System.Numerics.BigInteger.Zero, (sum, pair) => sum + pair.QA.Atto);
        System.Numerics.BigInteger counted = System.Numerics.BigInteger.Max(power, _executor.Rules.BaselinePower);
        System.Numerics.BigInteger unit = (counted.GetBitLength() - 1) << 8;
        return tipset.Height.Value == 0 ? default : new TokenAmount(tipset.ParentWeight.Atto + unit + (unit * tipset.WinCount / 10));
    }

    /// <summary>What a message would be executed in, upon a tipset.</summary>
    public TipSetContext Next(TipSet tipset) => new()
    {
        Epoch = tipset.Height + 1, ParentEpoch = tipset.Height, BaseFee = After(tipset).BaseFee, Randomness = new TipSetRandomness(_store, _beacon, tipset),
    };

    private TipSetOutcome Execute(TipSet tipset)
    {
        TipSet parent = _store.ParentOf(tipset)!;
        TipSetOutcome before = _done[parent.Key];
        List<FullBlock> blocks = [.. tipset.Blocks.Select(header => _store.FindBlock(header.Cid)!)];
        ExecutionResult result = _executor.Apply(before.State, new TipSetContext
        {
            Epoch = tipset.Height, ParentEpoch = parent.Height, BaseFee = before.BaseFee, Randomness = new TipSetRandomness(_store, _beacon, tipset),
            Blocks = [.. blocks.Select(block => new BlockMessages(block.Header.Miner, block.Header.ElectionProof!.WinCount, block.Messages))],
        });
        long gas = blocks.SelectMany(block => block.Messages).DistinctBy(message => message.Cid).Sum(message => message.GasLimit);
        return new TipSetOutcome(
            result.State, result.Messages, FullBlock.ReceiptsRoot([.. result.Messages.Select(message => message.Receipt)]),
            BaseFee.Next(before.BaseFee, gas, blocks.Count));
    }
}
