using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>Actors, randomness, and where messages landed.</summary>
internal static class StateMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Filecoin.StateGetActor", RpcPermissions.Read, 2, request => context.Query(request, 1).Actor(request.Address(0)) ?? throw new ActorNotFoundException(request.Address(0), "actor"), ApiJsonContext.Default.ActorState)
            .Add("Filecoin.StateLookupID", RpcPermissions.Read, 2, request => context.Query(request, 1).LookupId(request.Address(0)), ApiJsonContext.Default.Address)
            .Add("Filecoin.StateAccountKey", RpcPermissions.Read, 2, request => context.Query(request, 1).AccountKey(request.Address(0)), ApiJsonContext.Default.Address)
            .Add("Filecoin.StateListMiners", RpcPermissions.Read, 1, request => context.Query(request, 0).Miners(), ApiJsonContext.Default.IReadOnlyListAddress)
            .Add("Filecoin.StateListActors", RpcPermissions.Read, 1, request => (IReadOnlyList<Address>)[.. context.State(request, 0).Actors.Keys.Select(Address.FromId)], ApiJsonContext.Default.IReadOnlyListAddress)
            .Add("Filecoin.StateGetRandomnessFromTickets", RpcPermissions.Read, 4, request => Draw(context, request, beacon: false), ApiJsonContext.Default.ReadOnlyMemoryByte)
            .Add("Filecoin.StateGetRandomnessFromBeacon", RpcPermissions.Read, 4, request => Draw(context, request, beacon: true), ApiJsonContext.Default.ReadOnlyMemoryByte)
            .Add("Filecoin.StateGetRandomnessDigestFromBeacon", RpcPermissions.Read, 2, request => Digest(context, request), ApiJsonContext.Default.ReadOnlyMemoryByte)
            .Add("Filecoin.StateGetBeaconEntry", RpcPermissions.Read, 1, (request, token) => BeaconAsync(context, request.Epoch(0), token), ApiJsonContext.Default.BeaconEntry)
            .Add("Filecoin.StateSearchMsg", RpcPermissions.Read, 4, request => Search(context, context.TipSet(request, 0), request.Cid(1), request.Int64(2), request.Boolean(3)), ApiJsonContext.Default.MsgLookup!)
            .Add("Filecoin.StateWaitMsg", RpcPermissions.Read, 4, (request, token) => WaitAsync(context, request, token), ApiJsonContext.Default.MsgLookup)
            .Add("Filecoin.StateCall", RpcPermissions.Read, 2, request => Call(context, request), LocalnetJsonContext.Default.InvocationResult);
    }

    private static ReadOnlyMemory<byte> Draw(ApiContext context, RpcRequest request, bool beacon)
    {
        var randomness = new TipSetRandomness(context.Chain.Store, context.Chain.Beacon, context.TipSet(request, 3));
        (long tag, ChainEpoch epoch, byte[] entropy) = (request.Int64(0), request.Epoch(1), request.Bytes(2));
        return beacon ? randomness.FromBeacon(tag, epoch, entropy) : randomness.FromTickets(tag, epoch, entropy);
    }

    private static ReadOnlyMemory<byte> Digest(ApiContext context, RpcRequest request)
    {
        byte[] digest = new byte[32];
        Native.Hashing.Blake2b.Hash256(context.Chain.Beacon.At(request.Epoch(0)).Data.Span, digest);
        return digest;
    }

    // Real beacons have no entry before its time; here the time is the chain's.
    private static async Task<BeaconEntry> BeaconAsync(ApiContext context, ChainEpoch epoch, CancellationToken token)
    {
        if (epoch > context.Chain.Head.Height + 1 && !(context.Node.Options.Clock && context.Node.EpochNow() >= epoch))
        {
            await foreach (IReadOnlyList<HeadChange> _ in context.Chain.Feed.SubscribeAsync(token))
            {
                if (epoch <= context.Chain.Head.Height + 1)
                    break;
            }
        }

        return context.Chain.Beacon.At(epoch);
    }

    /// <summary>Where a message landed on the chain of a tipset, going back some epochs, or all of them when negative.</summary>
    private static MsgLookup? Search(ApiContext context, TipSet from, Cid cid, long limit, bool allowReplaced)
    {
        ChainStore store = context.Chain.Store;
        if (store.FindMessage(cid) is not { } message)
            return null;
        long last = limit < 0 ? 0 : from.Height.Value - limit;
        for (TipSet child = from; store.ParentOf(child) is { } parent && child.Height >= last; child = parent)
        {
            // Before its number was reached the message cannot have been executed.
            StateTree state = context.Chain.Executions.At(child);
            if (!state.TryGetActor(message.From, out ActorEntry? sender) || sender.Nonce <= message.Nonce)
                return null;
            foreach (AppliedMessage applied in context.Chain.Executions.After(parent).Applied)
            {
                if (applied.Message != cid && !IsReplacement(store, state, message, applied.Message))
                    continue;
                if (applied.Message != cid && !allowReplaced)
                    throw RpcFaultException.Refused($"found message {applied.Message} with equal nonce as the one we are looking for ({cid})");
                return new MsgLookup(applied.Message, applied.Receipt, child.Key, child.Height);
            }
        }

        return null;
    }

    private static bool IsReplacement(ChainStore store, StateTree state, Message message, Cid other) =>
        store.FindMessage(other) is { } found && found.Nonce == message.Nonce
        && state.TryResolve(found.From, out ulong theirs) && state.TryResolve(message.From, out ulong ours) && theirs == ours;

    private static async Task<MsgLookup> WaitAsync(ApiContext context, RpcRequest request, CancellationToken token)
    {
        (Cid cid, ulong confidence, long limit, bool replaced) = (request.Cid(0), request.UInt64(1), request.Int64(2), request.Boolean(3));
        while (true)
        {
            await foreach (IReadOnlyList<HeadChange> _ in context.Chain.Feed.SubscribeAsync(token))
            {
                TipSet head = context.Chain.Head;
                if (Search(context, head, cid, limit, replaced) is { } found && head.Height.Value >= found.Height.Value + (long)Math.Min(confidence, int.MaxValue))
                    return found;
            }
        }
    }

    private static InvocationResult Call(ApiContext context, RpcRequest request)
    {
        Message message = request.Read(0, ApiJsonContext.Default.Message);
        AppliedMessage applied = context.Sender.Call(message, context.TipSet(request, 1));
        return new InvocationResult(message.Cid, message, applied.Receipt, applied.Error ?? "");
    }
}
