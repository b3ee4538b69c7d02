using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>A coordinator with everything that belongs to it.</summary>
public sealed record ChainCoOptions
{
    /// <summary>The daemons of the pool.</summary>
    public IReadOnlyList<NodeOptions> Nodes { get; init; } = [];

    /// <summary>How daemons are followed.</summary>
    public NodeTimings Timings { get; init; } = new();

    /// <summary>When heads and daemons count.</summary>
    public CoordinatorOptions Coordinator { get; init; } = new();

    /// <summary>How the pool is served.</summary>
    public ChainProxyOptions Proxy { get; init; } = new();

    /// <summary>The file of the token secret, made when it is not there (<see cref="RpcTokenKey.OpenOrCreate"/>); replicas share it.</summary>
    public string TokenKeyFile { get; init; } = "chainproxy.key";

    /// <summary>Npgsql's connection string for pins that coordinators share; null for pins of this coordinator alone.</summary>
    public string? Postgres { get; init; }

    /// <summary>Where the pins of a single coordinator are; not used with PostgreSQL.</summary>
    public string PinsFile { get; init; } = "chainproxy.pins";

    /// <summary>What differs in other options and cannot be changed while the coordinator runs.</summary>
    internal IEnumerable<string> WaitingForStart(ChainCoOptions other)
    {
        if (Timings != other.Timings)
            yield return nameof(Timings);
        if (Coordinator != other.Coordinator)
            yield return nameof(Coordinator);
        if (!Proxy.Listen.SequenceEqual(other.Proxy.Listen))
            yield return nameof(Proxy.Listen);
        if (Proxy with { Listen = other.Proxy.Listen, Clients = other.Proxy.Clients } != other.Proxy)
            yield return nameof(Proxy);
        if (TokenKeyFile != other.TokenKeyFile)
            yield return nameof(TokenKeyFile);
        if (Postgres != other.Postgres)
            yield return nameof(Postgres);
        if (PinsFile != other.PinsFile)
            yield return nameof(PinsFile);
    }

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A value is out of range, two daemons have the same name, or a file is not named.</exception>
    /// <exception cref="FormatException">An endpoint cannot be read.</exception>
    public void Validate()
    {
        foreach (NodeOptions node in Nodes)
            node.Validate();
        if (Nodes.GroupBy(node => node.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"Two daemons are named {twice.Key}.", nameof(Nodes));
        if (Proxy.AdminNode is { } admin && Nodes.All(node => node.Name != admin))
            throw new ArgumentException($"There is no daemon named {admin} for calls that concern one daemon.", nameof(Proxy));
        Timings.Validate();
        Coordinator.Validate();
        Proxy.Validate();
        ArgumentException.ThrowIfNullOrEmpty(TokenKeyFile);
        ArgumentException.ThrowIfNullOrEmpty(PinsFile);
    }
}
