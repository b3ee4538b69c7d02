using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling;

/// <summary>Everything that can be seen of proving at one moment: which partition is in which phase, on which machine, with how much time left.</summary>
/// <param name="Cycle">Windows, partitions and looks ahead.</param>
/// <param name="Pool">Jobs and the workers that live.</param>
public sealed record ProvingState(WindowPoStState Cycle, PoStPoolState Pool)
{
    /// <summary>The SNARK job of a partition and who has it; null while it has none.</summary>
    public PoStJobState? JobOf(PartitionState partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return partition.Job is null ? null : Pool.Jobs.FirstOrDefault(job => job.Id == partition.Job);
    }
}

/// <summary>The state of proving as a method of the hub's API, for whoever may read.</summary>
public static class ProvingStateRpc
{
    private const string Method = "Filecoin.ProvingState";

    /// <summary>Adds the method <c>ProvingState</c>.</summary>
    /// <param name="methods">The API.</param>
    /// <param name="cycle">The cycle.</param>
    /// <param name="pool">Its pool.</param>
    public static RpcMethods AddProvingState(this RpcMethods methods, WindowPoStScheduler cycle, PoStWorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(cycle);
        ArgumentNullException.ThrowIfNull(pool);
        return methods.Add(Method, RpcPermissions.Read, 0, _ => new ProvingState(cycle.State, pool.State), ProvingJsonContext.Default.ProvingState);
    }

    /// <summary>Asks a hub.</summary>
    /// <param name="hub">The connection to it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RpcException">The hub could not be asked.</exception>
    public static Task<ProvingState> ProvingStateAsync(this IRpcTransport hub, CancellationToken cancellationToken = default) =>
        hub.RequireAsync(Method, new RpcParams().ToJson(), ProvingJsonContext.Default.ProvingState, cancellationToken);
}

/// <summary>JSON of the state: enumerations by name, times as .NET writes them.</summary>
[JsonSourceGenerationOptions(MaxDepth = 16, UseStringEnumConverter = true, Converters = [typeof(SectorNumberJsonConverter)])]
[JsonSerializable(typeof(ProvingState))]
internal sealed partial class ProvingJsonContext : JsonSerializerContext;

/// <summary>A sector number as a number.</summary>
internal sealed class SectorNumberJsonConverter : JsonConverter<SectorNumber>
{
    public override SectorNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetUInt64());

    public override void Write(Utf8JsonWriter writer, SectorNumber value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
