using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Nodes;

/// <summary>How a daemon stands with synchronising, by its own word.</summary>
public enum SyncStage
{
    /// <summary>It does not say.</summary>
    Unknown,

    /// <summary>It has the chain that it knows of.</summary>
    Synced,

    /// <summary>It is fetching or checking tipsets.</summary>
    Syncing,

    /// <summary>It cannot synchronise: Forest says Error or Offline.</summary>
    Failed,
}

/// <summary>What a daemon says of its synchronisation.</summary>
/// <param name="Stage">How it stands.</param>
/// <param name="EpochsToGo">Epochs between where it is and where it goes; 0 when it is synced.</param>
public sealed record NodeSync(SyncStage Stage, long EpochsToGo)
{
    /// <summary>Before the first answer, and for daemons that do not tell.</summary>
    public static NodeSync Unknown { get; } = new(SyncStage.Unknown, 0);

    /// <summary>Asks in the way that the daemon has.</summary>
    /// <exception cref="RpcException">It did not say.</exception>
    public static async Task<NodeSync> ProbeAsync(IRpcTransport transport, NodeQuirks quirks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(quirks);
        var api = new SyncApi(transport);
        return quirks.SyncMethod switch
        {
            "Filecoin.SyncState" => Of(await api.SyncStateAsync(cancellationToken).ConfigureAwait(false)),
            "Forest.SyncStatus" => Of(await api.ForestSyncStatusAsync(cancellationToken).ConfigureAwait(false)),
            _ => Unknown,
        };
    }

    /// <summary>
    /// Of Lotus and Venus: the farthest synchronisation at work. Ended and failed ones stay in the list for a while and say nothing of the daemon, which
    /// fails to follow a bad tipset as it should.
    /// </summary>
    internal static NodeSync Of(SyncStateInfo state)
    {
        const int Idle = 0, Complete = 4, Errored = 5;
        long toGo = (state.ActiveSyncs ?? []).Where(sync => sync.Stage is not (Idle or Complete or Errored) && sync.Target is not null)
            .Select(sync => sync.Target!.Height.Value - (sync.Base?.Height.Value ?? 0)).Append(0).Max();
        return toGo > 0 ? new NodeSync(SyncStage.Syncing, toGo) : new NodeSync(SyncStage.Synced, 0);
    }

    /// <summary>Of Forest.</summary>
    internal static NodeSync Of(ForestSyncStatus status)
    {
        long toGo = Math.Max(0, status.NetworkHeadEpoch - status.CurrentHeadEpoch);
        return status.Status.ToUpperInvariant() switch
        {
            "SYNCED" => new NodeSync(SyncStage.Synced, 0),
            "SYNCING" or "INITIALIZING" => new NodeSync(SyncStage.Syncing, toGo),
            "ERROR" or "OFFLINE" => new NodeSync(SyncStage.Failed, toGo),
            _ => Unknown,
        };
    }
}
