using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Nodes;

/// <summary>The implementation behind an endpoint.</summary>
public enum NodeKind
{
    /// <summary>Not known to this library; treated as Lotus.</summary>
    Unknown,

    /// <summary>filecoin-project/lotus.</summary>
    Lotus,

    /// <summary>filecoin-project/venus.</summary>
    Venus,

    /// <summary>ChainSafe/forest.</summary>
    Forest,

    /// <summary>filecoin-project/cpp-filecoin.</summary>
    Fuhon,
}

/// <summary>Where an implementation differs from Lotus.</summary>
public sealed record NodeQuirks
{
    private static readonly NodeQuirks Lotus = new() { SyncMethod = "Filecoin.SyncState" };

    private static readonly NodeQuirks Venus = new()
    {
        SyncMethod = "Filecoin.SyncState",
        SendSpecHasUuid = false,
        Lacks = new HashSet<string> { Full("AuthNew") },
        LacksPrefixes = ["Filecoin.Msig", "Filecoin.Market"],
    };

    private static readonly NodeQuirks Forest = new()
    {
        SyncMethod = "Forest.SyncStatus", CancelCarriesId = true, Lacks = new HashSet<string> { Full("SyncState"), Full("MpoolSub") },
    };

    private static readonly NodeQuirks Fuhon = new()
    {
        SyncMethod = null, WebSocketOnly = true, LacksPrefixes = ["Filecoin.F3"],
        Lacks = new HashSet<string> { Full("SyncState"), Full("MpoolPush"), Full("MpoolGetNonce") },
    };

    /// <summary>What tells how far synchronisation is; null when nothing does.</summary>
    public string? SyncMethod { get; init; }

    /// <summary>Whether plain HTTP is not served.</summary>
    public bool WebSocketOnly { get; init; }

    /// <summary>Whether <c>xrpc.cancel</c> arrives only with an id.</summary>
    public bool CancelCarriesId { get; init; }

    /// <summary>Whether a send spec's MsgUuid makes sending idempotent.</summary>
    public bool SendSpecHasUuid { get; init; } = true;

    /// <summary>Full names of methods that are not there.</summary>
    public IReadOnlySet<string> Lacks { get; init; } = new HashSet<string>();

    /// <summary>Beginnings of full names that are not there.</summary>
    public IReadOnlyList<string> LacksPrefixes { get; init; } = [];

    /// <summary>The quirks of an implementation.</summary>
    public static NodeQuirks Of(NodeKind kind) => kind switch
    {
        NodeKind.Venus => Venus,
        NodeKind.Forest => Forest,
        NodeKind.Fuhon => Fuhon,
        _ => Lotus,
    };

    /// <summary>False when the implementation is known not to have the method.</summary>
    public bool Has(string method) => !Lacks.Contains(method) && !LacksPrefixes.Any(prefix => method.StartsWith(prefix, StringComparison.Ordinal));

    private static string Full(string name) => "Filecoin." + name;
}

/// <summary>What probing finds out about a daemon.</summary>
/// <param name="Kind">The implementation.</param>
/// <param name="Version">Its version, as it says.</param>
/// <param name="NetworkName">The network's name.</param>
/// <param name="Genesis">The genesis block: daemons of one pool must agree on it.</param>
public sealed record NodeIdentity(NodeKind Kind, string Version, string NetworkName, TipSetKey Genesis)
{
    /// <summary>Where it differs.</summary>
    public NodeQuirks Quirks => NodeQuirks.Of(Kind);

    /// <summary>Asks a daemon what it is.</summary>
    /// <exception cref="RpcException">It did not say.</exception>
    public static async Task<NodeIdentity> ProbeAsync(IRpcTransport transport, CancellationToken cancellationToken = default)
    {
        var node = new NodeApi(transport);
        NodeVersion version = await node.VersionAsync(cancellationToken).ConfigureAwait(false);
        TipSet genesis = await new ChainHeadApi(transport).ChainGetGenesisAsync(cancellationToken).ConfigureAwait(false);
        string network = await node.StateNetworkNameAsync(cancellationToken).ConfigureAwait(false);
        return new NodeIdentity(KindOf(version), version.Version, network, genesis.Key);
    }

    /// <summary>Lotus and Forest name themselves; of the others Fuhon tells the block delay and Venus does not.</summary>
    internal static NodeKind KindOf(NodeVersion version) => version switch
    {
        _ when version.Agent.Contains("lotus", StringComparison.OrdinalIgnoreCase) => NodeKind.Lotus,
        _ when version.Agent.Contains("forest", StringComparison.OrdinalIgnoreCase) => NodeKind.Forest,
        _ when version.Version.Contains("fuhon", StringComparison.OrdinalIgnoreCase) => NodeKind.Fuhon,
        _ when version.Version.Contains("venus", StringComparison.OrdinalIgnoreCase) => NodeKind.Venus,
        { Agent.Length: > 0 } => NodeKind.Unknown,
        { BlockDelay: > 0 } => NodeKind.Fuhon,
        _ => NodeKind.Venus,
    };
}
