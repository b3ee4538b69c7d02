using System.Text.Json.Serialization;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Proving.Mining;

/// <summary>The state of mining as a method of the hub's API, for whoever may read.</summary>
public static class MiningStateRpc
{
    private const string Method = "Filecoin.MiningState";

    /// <summary>Adds the method <c>MiningState</c>.</summary>
    /// <param name="methods">The API.</param>
    /// <param name="mining">Whose state.</param>
    public static RpcMethods AddMiningState(this RpcMethods methods, WinningPoStMiner mining)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(mining);
        return methods.Add(Method, RpcPermissions.Read, 0, _ => mining.State, MiningJsonContext.Default.MiningState);
    }

    /// <summary>Asks a hub.</summary>
    /// <param name="hub">The connection to it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RpcException">The hub could not be asked, or mines nothing.</exception>
    public static Task<MiningState> MiningStateAsync(this IRpcTransport hub, CancellationToken cancellationToken = default) =>
        hub.RequireAsync(Method, new RpcParams().ToJson(), MiningJsonContext.Default.MiningState, cancellationToken);
}

/// <summary>JSON of the state: outcomes by name, times as .NET writes them.</summary>
[JsonSourceGenerationOptions(MaxDepth = 16, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MiningState))]
internal sealed partial class MiningJsonContext : JsonSerializerContext;
