using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Faults;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What ChainGetBlockMessages answers.</summary>
internal sealed record MessagesOfBlock(IReadOnlyList<Message> BlsMessages, IReadOnlyList<SignedMessage> SecpkMessages, IReadOnlyList<Cid> Cids);

/// <summary>An element of ChainGetParentMessages and ChainGetMessagesInTipset.</summary>
internal sealed record ApiMessage(Cid Cid, Message Message);

/// <summary>A key as wallets export it.</summary>
internal sealed record KeyInfo(string Type, ReadOnlyMemory<byte> PrivateKey);

/// <summary>What StateCall answers.</summary>
internal sealed record InvocationResult(Cid MsgCid, Message Msg, MessageReceipt MsgRct, string Error);

/// <summary>What MpoolSub tells: 0 came, 1 left.</summary>
internal sealed record MpoolUpdate(int Type, SignedMessage Message);

/// <summary>What NetAddrsListen answers.</summary>
internal sealed record NetworkAddresses(string ID, IReadOnlyList<string> Addrs);

/// <summary>JSON of what the library's clients do not read.</summary>
[JsonSourceGenerationOptions(MaxDepth = 64, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(IReadOnlyList<Message>))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(ReadOnlyMemory<byte>))]
[JsonSerializable(typeof(MessagesOfBlock))]
[JsonSerializable(typeof(IReadOnlyList<ApiMessage>))]
[JsonSerializable(typeof(IReadOnlyList<MessageReceipt>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<Cid>))]
[JsonSerializable(typeof(ActorState))]
[JsonSerializable(typeof(KeyInfo))]
[JsonSerializable(typeof(InvocationResult))]
[JsonSerializable(typeof(MpoolUpdate))]
[JsonSerializable(typeof(FaultOptions))]
[JsonSerializable(typeof(NetworkAddresses))]
[JsonSerializable(typeof(NetworkPolicy))]
internal sealed partial class LocalnetJsonContext : JsonSerializerContext;
