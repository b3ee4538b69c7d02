using System.Net;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet;

/// <summary>
/// One node of a local network. What shapes the chain (<see cref="Seed"/>, <see cref="Producers"/>, <see cref="NullRate"/>, <see cref="Accounts"/>,
/// <see cref="Policy"/>, <see cref="GenesisTime"/>) must be the same at every node of the network: it is part of the genesis block's name.
/// </summary>
public sealed record LocalnetOptions
{
    /// <summary>From which all keys, the beacon and the genesis block are made. Whoever knows it can sign as anybody.</summary>
    public string Seed { get; init; } = "localnet";

    /// <summary>Where to listen; port 0 takes a free one; null serves nothing.</summary>
    public IPEndPoint? Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The network's constants; the epoch duration is also the pace of the clock.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Development(TimeSpan.FromSeconds(1));

    /// <summary>Whether blocks come by the clock; otherwise only by <see cref="LocalnetNode.MineAsync"/>.</summary>
    public bool Clock { get; init; }

    /// <summary>When epoch 0 began, in whole seconds. Null is now, or what the first peer that answers says.</summary>
    public DateTimeOffset? GenesisTime { get; init; }

    /// <summary>Accounts that may make blocks without power, each at most one an epoch: f0100 and on.</summary>
    public int Producers { get; init; } = 1;

    /// <summary>Which of them this node runs, from 0; null for all.</summary>
    public IReadOnlyList<int>? Produce { get; init; }

    /// <summary>The chance that a producer does not win an epoch, drawn from its election proof.</summary>
    public double NullRate { get; init; }

    /// <summary>Accounts with a balance from the start, after the producers.</summary>
    public int Accounts { get; init; } = 8;

    /// <summary>What each of them has.</summary>
    public TokenAmount AccountBalance { get; init; } = TokenAmount.FromFil(1_000_000);

    /// <summary>Other nodes' APIs, as <see cref="ChainCo.Rpc.RpcEndpoint.Parse"/> reads them.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>A directory for the blocks and the keys; null keeps them in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where verifying keys of proofs are; null refuses every message that carries a proof.</summary>
    public string? ParameterDirectory { get; init; }

    /// <summary>Whether every window PoSt is verified at once, not only those that recover sectors.</summary>
    public bool VerifyEveryWindowPoSt { get; init; }

    /// <summary>Epochs that a block may be ahead of the clock.</summary>
    public int MaxEpochsAhead { get; init; } = 16;

    /// <summary>Epochs of state that are kept behind the head.</summary>
    public int StateRetention { get; init; } = 20_000;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Seed);
        Policy.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Producers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Producers, 100);
        ArgumentOutOfRangeException.ThrowIfNegative(Accounts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Accounts, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegative(NullRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NullRate, 0.95);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxEpochsAhead);
        ArgumentOutOfRangeException.ThrowIfLessThan(StateRetention, Policy.ChainFinality);
        foreach (int producer in Produce ?? [])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(producer);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(producer, Producers);
        }
    }
}
