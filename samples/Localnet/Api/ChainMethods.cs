using System.Runtime.CompilerServices;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Chain;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>Blocks, tipsets, and how the head moves.</summary>
internal static class ChainMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        ChainStore store = context.Chain.Store;
        methods
            .Add("Filecoin.ChainHead", RpcPermissions.Read, 0, _ => context.Chain.Head, ApiJsonContext.Default.TipSet)
            .AddChannel("Filecoin.ChainNotify", RpcPermissions.Read, 0, (_, token) => NotifyAsync(context, token), ApiJsonContext.Default.IReadOnlyListHeadChange)
            .Add("Filecoin.ChainGetGenesis", RpcPermissions.Read, 0, _ => store.View.Genesis, ApiJsonContext.Default.TipSet)
            .Add("Filecoin.ChainGetTipSet", RpcPermissions.Read, 1, request => context.TipSet(request, 0), ApiJsonContext.Default.TipSet)
            .Add("Filecoin.ChainGetTipSetByHeight", RpcPermissions.Read, 2, request => ByHeight(context, request, after: false), ApiJsonContext.Default.TipSet)
            .Add("Filecoin.ChainGetTipSetAfterHeight", RpcPermissions.Read, 2, request => ByHeight(context, request, after: true), ApiJsonContext.Default.TipSet)
            .Add("Filecoin.ChainGetFinalizedTipSet", RpcPermissions.Read, 0, _ => Finalized(context), ApiJsonContext.Default.TipSet)
            .Add("Filecoin.ChainTipSetWeight", RpcPermissions.Read, 1, request => context.Faults.Claim(context.Chain.Executions.Weight(context.TipSet(request, 0))), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.ChainGetPath", RpcPermissions.Read, 2, request => store.Path(context.TipSet(request, 0), context.TipSet(request, 1)), ApiJsonContext.Default.IReadOnlyListHeadChange)
            .Add("Filecoin.ChainGetBlock", RpcPermissions.Read, 1, request => Block(store, request).Header, ApiJsonContext.Default.BlockHeader)
            .Add("Filecoin.ChainGetBlockMessages", RpcPermissions.Read, 1, request => Block(store, request) is var block ? new MessagesOfBlock(block.Messages, [], [.. block.Messages.Select(m => m.Cid)]) : null!, LocalnetJsonContext.Default.MessagesOfBlock)
            .Add("Filecoin.ChainGetMessage", RpcPermissions.Read, 1, request => store.FindMessage(request.Cid(0)) ?? throw RpcFaultException.Refused($"message {request.Cid(0)} not found"), ApiJsonContext.Default.Message)
            .Add("Filecoin.ChainGetMessagesInTipset", RpcPermissions.Read, 1, request => Messages(context, context.TipSet(request, 0)), LocalnetJsonContext.Default.IReadOnlyListApiMessage)
            .Add("Filecoin.ChainGetParentMessages", RpcPermissions.Read, 1, request => Parent(store, request) is { } parent ? Messages(context, parent) : [], LocalnetJsonContext.Default.IReadOnlyListApiMessage)
            .Add("Filecoin.ChainGetParentReceipts", RpcPermissions.Read, 1, request => Parent(store, request) is { } parent ? [.. context.Chain.Executions.After(parent).Applied.Select(m => m.Receipt)] : [], LocalnetJsonContext.Default.IReadOnlyListMessageReceipt)
            .Add("Filecoin.ChainHasObj", RpcPermissions.Read, 1, request => store.FindBlock(request.Cid(0)) is not null || store.FindMessage(request.Cid(0)) is not null, LocalnetJsonContext.Default.Boolean)
            .Add("Filecoin.ChainReadObj", RpcPermissions.Read, 1, request => Object(store, request.Cid(0)), LocalnetJsonContext.Default.ReadOnlyMemoryByte);
    }

    private static async IAsyncEnumerable<IReadOnlyList<HeadChange>> NotifyAsync(ApiContext context, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (IReadOnlyList<HeadChange> changes in context.Chain.Feed.SubscribeAsync(token))
        {
            await context.Faults.BeforeAsync(token);
            yield return changes;
        }
    }

    private static TipSet ByHeight(ApiContext context, RpcRequest request, bool after)
    {
        (ChainEpoch epoch, TipSet from) = (request.Epoch(0), context.TipSet(request, 1));
        if (epoch > from.Height)
            throw RpcFaultException.Refused($"looking for tipset with height greater than start point (req: {epoch}, head: {from.Height})");
        return context.Chain.Store.ByHeight(epoch, from, after) ?? throw new RpcFaultException(RpcErrorCode.NullRound, $"requested epoch was a null round ({epoch})");
    }

    private static TipSet Finalized(ApiContext context)
    {
        TipSet head = context.Chain.Head;
        return context.Chain.Store.ByHeight(Math.Max(0, head.Height.Value - context.Node.Options.Policy.ChainFinality), head, after: false)!;
    }

    private static FullBlock Block(ChainStore store, RpcRequest request) =>
        store.FindBlock(request.Cid(0)) ?? throw RpcFaultException.Refused($"block {request.Cid(0)} not found");

    private static TipSet? Parent(ChainStore store, RpcRequest request) => Block(store, request).Header is { Parents.Count: > 0 } header
        ? store.TryGet(new TipSetKey(header.Parents), out TipSet? parent) ? parent : null : null;

    private static IReadOnlyList<ApiMessage> Messages(ApiContext context, TipSet tipset) =>
        [.. context.Chain.Executions.After(tipset).Applied.Select(applied => new ApiMessage(applied.Message, context.Chain.Store.FindMessage(applied.Message)!))];

    private static ReadOnlyMemory<byte> Object(ChainStore store, Cid cid) =>
        store.FindBlock(cid) is { } block ? DagCbor.Encode(block.Header)
        : store.FindMessage(cid) is { } message ? DagCbor.Encode(message) : throw RpcFaultException.Refused($"blockstore: block not found {cid}");
}
