using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Tests.Coordination;

/// <summary>A daemon that knows what it was shown, and whose follower is the test.</summary>
internal sealed class SimNode : IChainNode
{
    private readonly SimChain _chain;
    private readonly ChainCoordinator _coordinator;
    private readonly HashSet<TipSetKey> _knows = [];

    public SimNode(string name, SimChain chain, ChainCoordinator coordinator)
    {
        _chain = chain;
        _coordinator = coordinator;
        Options = new NodeOptions { Name = name, Endpoint = "/ip4/127.0.0.1/tcp/1/http" };
        State = new NodeState { Name = name, Connection = NodeConnection.Following };
        coordinator.Add(this);
    }

    public NodeOptions Options { get; }

    public NodeState State { get; private set; }

    public int Calls { get; private set; }

    /// <summary>What it answers instead of the truth.</summary>
    public Func<TipSetKey, TipSet?>? Lie { get; set; }

    /// <summary>Shows it a tipset and its ancestors without making it the head.</summary>
    public void Learn(TipSet tipset)
    {
        for (TipSet? at = tipset; at is not null && _knows.Add(at.Key); _chain.TryGet(at.Parents, out at))
        {
        }
    }

    /// <summary>Makes a tipset its head, at the weight that the rule gives it or another.</summary>
    public Task HeadAsync(TipSet head, TokenAmount? weight = null)
    {
        Learn(head);
        State = State with { Head = head, Weight = weight ?? SimChain.WeightOf(head) };
        return _coordinator.HeadAsync(this, head, State.Weight, CancellationToken.None);
    }

    public void Set(Func<NodeState, NodeState> change)
    {
        State = change(State);
        _coordinator.Changed(this);
    }

    public void Down() => Set(state => state with { Connection = NodeConnection.Down, Reason = "gone" });

    public void Up() => Set(state => state with { Connection = NodeConnection.Following, Reason = null });

    public Task<TipSet> GetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default)
    {
        Calls++;
        if (State.Connection != NodeConnection.Following)
            throw new RpcConnectionException("Filecoin.ChainGetTipSet", "down", maybeDelivered: false);
        if (Lie?.Invoke(key) is { } lie)
            return Task.FromResult(lie);
        return _knows.Contains(key) ? Task.FromResult(_chain[key]) : throw new RpcErrorException("Filecoin.ChainGetTipSet", 1, "not found");
    }

    public Task<TokenAmount> GetWeightAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        Task.FromResult(SimChain.WeightOf(_chain[key]));
}
