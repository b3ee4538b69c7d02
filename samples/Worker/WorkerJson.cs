using System.Text.Json.Serialization;
using Filecoin.Samples.Worker.Commands;

namespace Filecoin.Samples.Worker;

/// <summary>The JSON of manifests and results: snake_case names, enums by name.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SectorManifest))]
[JsonSerializable(typeof(ErrorResult))]
[JsonSerializable(typeof(CommPResult))]
[JsonSerializable(typeof(SealResult))]
[JsonSerializable(typeof(ProveResult))]
[JsonSerializable(typeof(CheckResult))]
[JsonSerializable(typeof(SnarkRecord))]
[JsonSerializable(typeof(SnarkResult))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(ParamsResult))]
[JsonSerializable(typeof(UnsealResult))]
[JsonSerializable(typeof(FinalizeResult))]
[JsonSerializable(typeof(BenchResult))]
internal sealed partial class WorkerJson : JsonSerializerContext;
