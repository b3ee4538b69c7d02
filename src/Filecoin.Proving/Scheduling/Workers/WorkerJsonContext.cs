using System.Text.Json.Serialization;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>JSON of what workers and the hub say to each other.</summary>
[JsonSourceGenerationOptions(MaxDepth = 16, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PoStWorkerReport))]
[JsonSerializable(typeof(PoStWorkerOrders))]
[JsonSerializable(typeof(PoStJobOffer))]
[JsonSerializable(typeof(ReadOnlyMemory<byte>))]
[JsonSerializable(typeof(string))]
internal sealed partial class WorkerJsonContext : JsonSerializerContext;
