using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>One synchronisation that a daemon works on.</summary>
/// <param name="Stage">0 idle, 1 headers, 2 persisting headers, 3 messages, 4 done, 5 failed, 6 fetching messages.</param>
/// <param name="Height">The epoch reached.</param>
/// <param name="Base">Where it began, or null.</param>
/// <param name="Target">Where it goes, or null.</param>
/// <param name="Message">The error of a failed one.</param>
public sealed record ActiveSync(int Stage, ChainEpoch Height, TipSet? Base = null, TipSet? Target = null, string Message = "");

/// <summary>What SyncState answers.</summary>
/// <param name="ActiveSyncs">The synchronisations; Venus leaves failed ones out.</param>
public sealed record SyncStateInfo([property: JsonPropertyName("ActiveSyncs")] IReadOnlyList<ActiveSync>? ActiveSyncs);

/// <summary>What Forest.SyncStatus answers, of it the part that all versions have.</summary>
/// <param name="Status">Initializing, Syncing, Synced, Error or Offline.</param>
/// <param name="CurrentHeadEpoch">The epoch of the daemon's head.</param>
/// <param name="NetworkHeadEpoch">The epoch that the network has reached by the clock.</param>
public sealed record ForestSyncStatus(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("current_head_epoch")] long CurrentHeadEpoch,
    [property: JsonPropertyName("network_head_epoch")] long NetworkHeadEpoch);

/// <summary>How far a daemon is with synchronising. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface ISyncApi
{
    /// <summary>Lotus and Venus; Forest has <see cref="ForestSyncStatusAsync"/>, Fuhon has neither.</summary>
    Task<SyncStateInfo> SyncStateAsync(CancellationToken cancellationToken = default);

    /// <summary>Forest.</summary>
    Task<ForestSyncStatus> ForestSyncStatusAsync(CancellationToken cancellationToken = default);
}

/// <summary><see cref="ISyncApi"/> over a transport.</summary>
/// <param name="transport">The daemon.</param>
public sealed class SyncApi(IRpcTransport transport) : ISyncApi
{
    /// <inheritdoc/>
    public Task<SyncStateInfo> SyncStateAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Filecoin.SyncState", RpcParams.None, ApiJsonContext.Default.SyncStateInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<ForestSyncStatus> ForestSyncStatusAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Forest.SyncStatus", RpcParams.None, ApiJsonContext.Default.ForestSyncStatus, cancellationToken);
}
