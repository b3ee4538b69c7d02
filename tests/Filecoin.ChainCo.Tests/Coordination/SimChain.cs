using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;

namespace Filecoin.ChainCo.Tests.Coordination;

/// <summary>A block DAG with weights by the network's rule, made of real headers. Everything follows from the seed.</summary>
internal sealed class SimChain
{
    public const int PowerBits = 60;

    private readonly Random _random;
    private readonly Dictionary<TipSetKey, TipSet> _tipsets = [];

    public SimChain(int seed = 1)
    {
        _random = new Random(seed);
        Genesis = TipSet.Create([Block(null, 0, 0)]);
        _tipsets[Genesis.Key] = Genesis;
    }

    public TipSet Genesis { get; }

    public TipSet this[TipSetKey key] => _tipsets[key];

    public bool TryGet(TipSetKey key, out TipSet? tipset) => _tipsets.TryGetValue(key, out tipset);

    public static TokenAmount WeightOf(TipSet tipset) => ChainWeight.Of(tipset, PowerBits);

    /// <summary>A child of one block a win, <paramref name="nulls"/> null rounds later.</summary>
    public TipSet Extend(TipSet parent, int blocks = 1, int nulls = 0, int wins = 1) =>
        Keep(TipSet.Create(Enumerable.Range(0, blocks).Select(_ => Block(parent, parent.Height.Value + 1 + nulls, wins))));

    /// <summary>A chain of children.</summary>
    public TipSet Grow(TipSet from, int length)
    {
        for (int i = 0; i < length; i++)
            from = Extend(from);
        return from;
    }

    public TipSet Keep(TipSet tipset)
    {
        _tipsets[tipset.Key] = tipset;
        return tipset;
    }

    public BlockHeader Block(TipSet? parent, long height, int wins)
    {
        byte[] ticket = new byte[96];
        _random.NextBytes(ticket);
        byte[] noise = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(noise, _random.NextInt64());
        return new BlockHeader
        {
            Miner = Address.FromId((ulong)_random.Next(1000, 2000)),
            Ticket = new Ticket(ticket),
            ElectionProof = parent is null ? null : new ElectionProof(wins, ticket),
            Parents = parent?.Key.Cids ?? [],
            ParentWeight = parent is null ? TokenAmount.Zero : WeightOf(parent),
            Height = height,
            ParentStateRoot = Cid.OfDagCbor(noise),
            ParentMessageReceipts = Cid.OfDagCbor(noise),
            Messages = Cid.OfDagCbor(noise),
            Timestamp = (ulong)(1_598_306_400 + (30 * height)),
            ParentBaseFee = new TokenAmount(100),
        };
    }
}
