using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>Source-generated JSON of the chain types, in the forms of the Lotus v1 API.</summary>
[JsonSourceGenerationOptions(MaxDepth = 64, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Cid))]
[JsonSerializable(typeof(Cid?))]
[JsonSerializable(typeof(Address))]
[JsonSerializable(typeof(TokenAmount))]
[JsonSerializable(typeof(ChainEpoch))]
[JsonSerializable(typeof(Bitfield))]
[JsonSerializable(typeof(Signature))]
[JsonSerializable(typeof(BlockHeader))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(SignedMessage))]
[JsonSerializable(typeof(TipSetKey))]
[JsonSerializable(typeof(TipSet))]
[JsonSerializable(typeof(IReadOnlyList<Cid>))]
[JsonSerializable(typeof(IReadOnlyList<Address>))]
[JsonSerializable(typeof(IReadOnlyList<ulong>))]
[JsonSerializable(typeof(IReadOnlyList<SignedMessage>))]
public sealed partial class ChainJsonContext : JsonSerializerContext;

/// <summary>The members of a tipset, apart from the public context because they are internal.</summary>
[JsonSourceGenerationOptions(MaxDepth = 64, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TipSetJson))]
internal sealed partial class TipSetJsonContext : JsonSerializerContext;
