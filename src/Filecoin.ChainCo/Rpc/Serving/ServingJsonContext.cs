using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>The plain forms of parameters.</summary>
[JsonSourceGenerationOptions(MaxDepth = JsonRpcFrame.MaxDepth)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(byte[]))]
internal sealed partial class ServingJsonContext : JsonSerializerContext;
