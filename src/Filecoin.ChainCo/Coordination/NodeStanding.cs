using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Nodes;

namespace Filecoin.ChainCo.Coordination;

/// <summary>How a daemon stands in the pool at one moment. Immutable.</summary>
/// <param name="Node">The daemon.</param>
/// <param name="Live">Whether its head counts and calls go to it.</param>
/// <param name="Fault">Why it is ejected, or what it waits for; null while it is live.</param>
/// <param name="Head">Its head as far as it could be connected to the known chain.</param>
/// <param name="EpochsBehind">How far its head lies behind the freshest one; null before there are both.</param>
public sealed record NodeStanding(IChainNode Node, bool Live, string? Fault, TipSet? Head, long? EpochsBehind);

/// <summary>What the coordinator keeps of a daemon. Guarded by the coordinator's lock.</summary>
internal sealed class Member(IChainNode node, int index)
{
    public IChainNode Node { get; } = node;

    /// <summary>The daemon's bit in <see cref="Marks"/>.</summary>
    public ulong Bit { get; } = 1UL << index;

    public int Index { get; } = index;

    public TipSet? Head { get; set; }

    public TokenAmount Weight { get; set; }

    /// <summary>When <see cref="Head"/> last changed.</summary>
    public long HeadAt { get; set; }

    /// <summary>Why its last head was not taken; null when it was.</summary>
    public string? BadHead { get; set; }

    public bool Ejected { get; set; }

    /// <summary>Since when an ejected daemon is without fault.</summary>
    public long? GoodSince { get; set; }

    public string? Fault { get; set; }

    public bool IsFollowing => Node.State.Connection == NodeConnection.Following;

    public bool IsLive => IsFollowing && !Ejected && Head is not null && BadHead is null;
}

/// <summary>Which daemons had a tipset on the chain of their head, and which said that they know it.</summary>
internal readonly record struct Marks(ulong Had, ulong Knows)
{
    public ulong Any => Had | Knows;
}
