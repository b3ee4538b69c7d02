using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Nodes;

/// <summary>How the follower stands with its daemon.</summary>
public enum NodeConnection
{
    /// <summary>Not reachable, or failing; it is tried again and again.</summary>
    Down,

    /// <summary>Answers, and its head is followed.</summary>
    Following,

    /// <summary>Answers, but belongs to another network or refuses the token; it is tried again slowly.</summary>
    Refused,
}

/// <summary>What is known about a daemon at one moment. Immutable.</summary>
public sealed record NodeState
{
    /// <summary>The daemon's name.</summary>
    public required string Name { get; init; }

    /// <summary>How the follower stands with it.</summary>
    public NodeConnection Connection { get; init; }

    /// <summary>What it is; null before the first successful probe.</summary>
    public NodeIdentity? Identity { get; init; }

    /// <summary>Its head; null before the first.</summary>
    public TipSet? Head { get; init; }

    /// <summary>The head's weight as the daemon computes it.</summary>
    public TokenAmount Weight { get; init; }

    /// <summary>When the head last changed, in the timestamps of the follower's TimeProvider.</summary>
    public long HeadChangedAt { get; init; }

    /// <summary>Whether heads come by subscription; otherwise by polling.</summary>
    public bool Subscribed { get; init; }

    /// <summary>Smoothed time of a heartbeat.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Smoothed share of failed heartbeats and calls, 0 to 1. Errors that a daemon answers with are not failures.</summary>
    public double ErrorRate { get; init; }

    /// <summary>True while heartbeats are swallowed: the connection stands and nothing comes back.</summary>
    public bool Silent { get; init; }

    /// <summary>What the daemon says of its synchronisation.</summary>
    public NodeSync Sync { get; init; } = NodeSync.Unknown;

    /// <summary>Why the daemon is down or refused; null while it is followed.</summary>
    public string? Reason { get; init; }

    /// <summary>Methods that the daemon said it does not have.</summary>
    public IReadOnlySet<string> Lacks { get; init; } = new HashSet<string>();
}

/// <summary>A daemon, as the coordinator sees it.</summary>
public interface IChainNode
{
    /// <summary>What the operator says about it.</summary>
    NodeOptions Options { get; }

    /// <summary>What is known about it now.</summary>
    NodeState State { get; }

    /// <summary>A tipset by its key.</summary>
    /// <exception cref="Rpc.RpcException">The daemon does not have it, or does not answer.</exception>
    Task<TipSet> GetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>A tipset's weight with its own blocks.</summary>
    /// <exception cref="Rpc.RpcException">The daemon does not have it, or does not answer.</exception>
    Task<TokenAmount> GetWeightAsync(TipSetKey key, CancellationToken cancellationToken = default);
}

/// <summary>Who hears what followers find.</summary>
public interface INodeObserver
{
    /// <summary>Says whether a daemon belongs to the pool.</summary>
    /// <returns>Null when it does, else the reason.</returns>
    string? Admit(IChainNode node, NodeIdentity identity);

    /// <summary>A daemon has a head, the same as before or another. Called by one follower one at a time.</summary>
    Task HeadAsync(IChainNode node, TipSet head, TokenAmount weight, CancellationToken cancellationToken);

    /// <summary>A daemon's state changed in another way.</summary>
    void Changed(IChainNode node);
}
