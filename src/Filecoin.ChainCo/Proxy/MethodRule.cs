using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Which daemon may answer a method, and what may be done when it does not.</summary>
public enum MethodClass
{
    /// <summary>Reads at the tipset that a parameter names: goes to a daemon that has it; may be repeated and hedged.</summary>
    TipSetRead,

    /// <summary>Reads at the head, or something that no tipset changes: goes to a daemon at the pool's head; may be repeated and hedged.</summary>
    HeadRead,

    /// <summary>Answers when something has happened: no deadline, no hedge; asked again elsewhere when the connection breaks.</summary>
    Waiting,

    /// <summary>The coordinator answers, from its own headers where they suffice.</summary>
    Coordinator,

    /// <summary>A signed message: pushed to every daemon, and the same message twice is one message.</summary>
    IdempotentWrite,

    /// <summary>The daemon numbers and signs: pinned to one daemon a sender, repeated there only when nothing can have been sent, never failed over.</summary>
    NonceAssigning,

    /// <summary>Uses a key: goes to the daemon to which the key's account is pinned, or that has the key.</summary>
    KeyHolder,

    /// <summary>Makes and signs a block; its submission follows to the same daemon.</summary>
    BlockCreation,

    /// <summary>Publishes a block: to the daemon that made it; a second block of the same miner and epoch, or on the same parents, is refused.</summary>
    BlockSubmission,

    /// <summary>Issues or renews an F3 ticket: the same daemon each time for one miner.</summary>
    F3Ticket,

    /// <summary>Uses an F3 ticket at the daemon that issued it.</summary>
    F3Participation,

    /// <summary>Makes a filter that lives in one daemon.</summary>
    FilterCreation,

    /// <summary>Uses a filter at the daemon where it lives.</summary>
    FilterUse,

    /// <summary>Answers with a channel of values; WebSocket only.</summary>
    Channel,

    /// <summary>Makes or ends a subscription whose values are calls to the client; WebSocket only, at the daemon where it lives.</summary>
    CallBack,

    /// <summary>Concerns one daemon as such: only with that daemon named, or denied.</summary>
    NodeAddressed,
}

/// <summary>One line of the routing table.</summary>
/// <param name="Name">The full name, <c>Filecoin.StateMinerInfo</c>.</param>
/// <param name="Class">Who may answer.</param>
/// <param name="Permission">What the caller's token must allow.</param>
public sealed record MethodRule(string Name, MethodClass Class, RpcPermissions Permission)
{
    /// <summary>The position of the parameter that routes: the tipset key, the sender's address, the key's account, the filter's id; −1 for none.</summary>
    public int Parameter { get; init; } = -1;

    /// <summary>Whether an answer may take minutes of work: a longer deadline, and no hedge.</summary>
    public bool Slow { get; init; }

    /// <summary>Whether the answer to the same parameters never changes, so that it may be cached.</summary>
    public bool Immutable { get; init; }

    /// <summary>A daemon-side book that several methods share and that must stay in one daemon, <c>paych</c>; null for none.</summary>
    public string? Book { get; init; }

    /// <summary>The name without its namespace.</summary>
    public string ShortName => Name[(Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
