using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>The message pool and gas.</summary>
internal static class MessageMethods
{
    private const int SubscriberBuffer = 256;

    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Filecoin.MpoolGetNonce", RpcPermissions.Read, 1, request => context.Chain.Pool.NextNonce(request.Address(0)), LocalnetJsonContext.Default.UInt64)
            .Add("Filecoin.MpoolPush", RpcPermissions.Write, 1, request => Push(context, request.Read(0, ApiJsonContext.Default.SignedMessage)), ApiJsonContext.Default.Cid)
            .Add("Filecoin.MpoolPushUntrusted", RpcPermissions.Write, 1, request => Push(context, request.Read(0, ApiJsonContext.Default.SignedMessage)), ApiJsonContext.Default.Cid)
            .Add("Filecoin.MpoolBatchPush", RpcPermissions.Write, 1, request => (IReadOnlyList<Cid>)[.. request.Read(0, ApiJsonContext.Default.IReadOnlyListSignedMessage).Select(message => Push(context, message))], LocalnetJsonContext.Default.IReadOnlyListCid)
            .Add("Filecoin.MpoolPushMessage", RpcPermissions.Sign, 2, request => PushMessage(context, request.Read(0, ApiJsonContext.Default.Message), Spec(request, 1)), ApiJsonContext.Default.SignedMessage)
            .Add("Filecoin.MpoolBatchPushMessage", RpcPermissions.Sign, 2, request => (IReadOnlyList<SignedMessage>)[.. request.Read(0, LocalnetJsonContext.Default.IReadOnlyListMessage).Select(message => PushMessage(context, message, null))], ApiJsonContext.Default.IReadOnlyListSignedMessage)
            .Add("Filecoin.MpoolPending", RpcPermissions.Read, 1, _ => context.Chain.Pool.Pending(), ApiJsonContext.Default.IReadOnlyListSignedMessage)
            .AddChannel("Filecoin.MpoolSub", RpcPermissions.Read, 0, (_, token) => SubscribeAsync(context, token), LocalnetJsonContext.Default.MpoolUpdate)
            .Add("Filecoin.GasEstimateMessageGas", RpcPermissions.Read, 3, request => context.Sender.Estimate(request.Read(0, ApiJsonContext.Default.Message), Spec(request, 1), context.TipSet(request, 2)), ApiJsonContext.Default.Message)
            .Add("Filecoin.GasEstimateGasLimit", RpcPermissions.Read, 2, request => context.Sender.GasLimit(request.Read(0, ApiJsonContext.Default.Message), context.TipSet(request, 1)), LocalnetJsonContext.Default.Int64)
            .Add("Filecoin.GasEstimateGasPremium", RpcPermissions.Read, 4, _ => new TokenAmount(Mempool.MessageSender.MinPremium), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.GasEstimateFeeCap", RpcPermissions.Read, 3, request => context.Sender.FeeCap(request.Read(0, ApiJsonContext.Default.Message), request.Int64(1), context.TipSet(request, 2)), ApiJsonContext.Default.TokenAmount);
    }

    private static MessageSendSpec? Spec(RpcRequest request, int position) => request.ReadOptional(position, ApiJsonContext.Default.MessageSendSpec);

    private static Cid Push(ApiContext context, SignedMessage message)
    {
        if (context.Faults.Current.LoseMessages)
            return message.Cid;
        // A message that cannot be tried here must not come into a block here: proofs need verifying keys.
        context.Sender.Call(message.Message, context.Chain.Head);
        Cid cid = context.Chain.Pool.Push(message);
        context.Sync.Publish(message, CancellationToken.None);
        return cid;
    }

    private static SignedMessage PushMessage(ApiContext context, Message message, MessageSendSpec? spec)
    {
        SignedMessage signed = context.Sender.Push(message, spec, lose: context.Faults.Current.LoseMessages);
        if (!context.Faults.Current.LoseMessages)
            context.Sync.Publish(signed, CancellationToken.None);
        return signed;
    }

    private static async IAsyncEnumerable<MpoolUpdate> SubscribeAsync(ApiContext context, [EnumeratorCancellation] CancellationToken token)
    {
        var updates = Channel.CreateBounded<MpoolUpdate>(new BoundedChannelOptions(SubscriberBuffer) { SingleReader = true });
        void Tell(SignedMessage message, bool came)
        {
            if (!updates.Writer.TryWrite(new MpoolUpdate(came ? 0 : 1, message)))
                updates.Writer.TryComplete();
        }

        context.Chain.Pool.Changed += Tell;
        try
        {
            await foreach (MpoolUpdate update in updates.Reader.ReadAllAsync(token))
                yield return update;
        }
        finally
        {
            context.Chain.Pool.Changed -= Tell;
        }
    }
}
