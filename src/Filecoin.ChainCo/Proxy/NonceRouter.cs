using System.Security.Cryptography;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Calls by which a daemon numbers, signs and sends. Each sender has one daemon for good, and one call at a time among all coordinators.</summary>
internal sealed class NonceRouter(UpstreamPool pool, IPinStore pins, ChainProxyOptions options, TimeProvider time)
{
    private readonly MessageSending _sending = new(pins, options, time);

    /// <summary>The daemon to which an account is pinned; null when there is none or it left the pool.</summary>
    public async Task<Upstream?> FindAsync(Address account, CancellationToken token)
    {
        string key = (await AccountAsync(account, token).ConfigureAwait(false)).ToString();
        return await pins.FindAsync(PinKind.Sender, key, token).ConfigureAwait(false) is { } name ? pool.Find(name) : null;
    }

    public async Task<ReadOnlyMemory<byte>> CallAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        if (!pins.IsShared && !options.SingleCoordinator)
        {
            throw RpcFaultException.Refused(
                $"{call.Rule!.ShortName} is refused: coordinators without a shared store would number the messages of one sender at two daemons; "
                + "configure PostgreSQL for the pins, or declare that this is the only coordinator");
        }

        return call.Method switch
        {
            "Filecoin.MpoolPushMessage" => await MessageAsync(version, RpcArguments.At(call.Params, 0), RpcArguments.At(call.Params, 1), token).ConfigureAwait(false),
            "Filecoin.MpoolBatchPushMessage" => await BatchAsync(version, call, token).ConfigureAwait(false),
            _ => await PlainAsync(version, call, token).ConfigureAwait(false),
        };
    }

    /// <summary>One message at a time, each with a UUID of its own: with one for all, Lotus answers the second with the first.</summary>
    private async Task<ReadOnlyMemory<byte>> BatchAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        List<ReadOnlyMemory<byte>> messages = RpcArguments.All(RpcArguments.At(call.Params, 0));
        (byte[] spec, Guid uuid) = MessageArguments.WithUuid(RpcArguments.At(call.Params, 1), Guid.NewGuid());
        var sent = new ReadOnlyMemory<byte>[messages.Count];
        for (int i = 0; i < sent.Length; i++)
        {
            try
            {
                sent[i] = await MessageAsync(version, messages[i], Derive(spec, uuid, i), token).ConfigureAwait(false);
            }
            catch (RpcFaultException e) when (i > 0)
            {
                throw RpcFaultException.Refused($"{i} of {sent.Length} messages were sent, then: {e.Message}");
            }
        }

        return RpcArguments.Join(sent);
    }

    private async Task<ReadOnlyMemory<byte>> MessageAsync(ApiVersion version, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> spec, CancellationToken token)
    {
        Address sender = await AccountAsync(MessageArguments.Sender(message), token).ConfigureAwait(false);
        Message sample = RpcArguments.Read(message, ApiJsonContext.Default.Message, 0);
        var fresh = Guid.NewGuid();
        (byte[] withUuid, Guid uuid) = MessageArguments.WithUuid(spec, fresh);
        // From here on the caller's going away must not leave open what was sent.
        ReadOnlyMemory<byte> own = message.ToArray();
        return await GuardedAsync(
            sender,
            async upstream =>
            {
                bool takesUuid = upstream.Node.State.Identity?.Quirks.SendSpecHasUuid ?? true;
                byte[] parameters = RpcArguments.Join(own, takesUuid ? withUuid : spec.IsEmpty ? "null"u8.ToArray() : spec.ToArray());
                var outgoing = new OutgoingMessage(sender, sample, parameters, uuid == fresh ? null : uuid, takesUuid);
                return await _sending.SendAsync(version, upstream, outgoing).ConfigureAwait(false);
            },
            token).ConfigureAwait(false);
    }

    /// <summary>
    /// The address that signs for a sender: an account called by its id and by its key is one account, with one daemon. What no daemon can resolve stays
    /// as it is, for a daemon cannot send from it either.
    /// </summary>
    private async Task<Address> AccountAsync(Address sender, CancellationToken token)
    {
        if (sender.Protocol != AddressProtocol.Id)
            return sender;
        byte[] parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(sender, ApiJsonContext.Default.Address), "[]"u8.ToArray());
        foreach (Upstream upstream in pool.For(null, "Filecoin.StateAccountKey"))
        {
            using var deadline = new CancellationTokenSource(options.AttemptTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
            try
            {
                ReadOnlyMemory<byte> key = await upstream.CallAsync(ApiVersion.V1, "Filecoin.StateAccountKey", parameters, linked.Token).ConfigureAwait(false);
                return RpcArguments.Read(key, ApiJsonContext.Default.Address, 0) is { IsDefined: true } account ? account : sender;
            }
            catch (RpcErrorException)
            {
                return sender;
            }
            catch (RpcException)
            {
                // Another one may say.
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                upstream.CountFailure();
            }
        }

        throw RpcFaultException.Unavailable($"no daemon tells the account of {sender} now");
    }

    /// <summary>Multisig, market and payment channel calls: no UUID makes them repeatable, so they are sent once.</summary>
    private async Task<ReadOnlyMemory<byte>> PlainAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        Address? sender = call.Rule!.Parameter >= 0
            ? await AccountAsync(RpcArguments.Address(call.Params, call.Rule.Parameter), token).ConfigureAwait(false) : null;
        ReadOnlyMemory<byte> own = call.Params.ToArray();
        Upstream? of = null;
        if (call.Rule.Book is { } book)
        {
            Upstream first = await PinAsync(sender ?? default, book, token).ConfigureAwait(false);
            string holder = await pins.ClaimAsync(PinKind.Sender, book, first.Name, token).ConfigureAwait(false);
            of = pool.Find(holder) ?? throw Gone(book, holder);
            if (sender is not null && of != first)
                throw RpcFaultException.Refused($"{call.Rule.ShortName} is refused: {sender} is pinned to {first.Name}, and the book '{book}' is kept by {holder}");
        }

        return await GuardedAsync(
            sender ?? default,
            async upstream =>
            {
                using var stop = new CancellationTokenSource(options.WriteDeadline, time);
                try
                {
                    return await OnceAsync(version, call, own, upstream, stop.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    throw MessageSending.Late(upstream, sender ?? default, inDoubt: true);
                }
            },
            token,
            of).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> OnceAsync(ApiVersion version, RoutedCall call, ReadOnlyMemory<byte> parameters, Upstream upstream, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await upstream.CallAsync(version, call.Method, parameters, stop).ConfigureAwait(false);
            }
            catch (RpcConnectionException e) when (!e.MaybeDelivered)
            {
                await Task.Delay(MessageSending.Pause, time, stop).ConfigureAwait(false);
            }
            catch (RpcErrorException e)
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcException e)
            {
                throw RpcFaultException.Unavailable($"{upstream.Name} may have done {call.Rule!.ShortName}; it is not repeated: {e.Message}");
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> GuardedAsync(
        Address sender, Func<Upstream, Task<ReadOnlyMemory<byte>>> work, CancellationToken token, Upstream? at = null)
    {
        Upstream upstream = at ?? await PinAsync(sender, null, token).ConfigureAwait(false);
        IAsyncDisposable held = await pins.LockAsync($"nonce:{(sender.IsDefined ? sender.ToString() : upstream.Name)}", token).ConfigureAwait(false);
        await using var release = held.ConfigureAwait(false);
        return await work(upstream).ConfigureAwait(false);
    }

    /// <summary>The sender's daemon; at first, one that has the sender's key.</summary>
    private async Task<Upstream> PinAsync(Address sender, string? book, CancellationToken token)
    {
        string key = sender.IsDefined ? sender.ToString() : book!;
        string? name = await pins.FindAsync(PinKind.Sender, key, token).ConfigureAwait(false);
        if (name is not null && pool.Find(name) is { } pinned)
            return pinned;
        List<Upstream> fit = pool.For(null, "Filecoin.MpoolPushMessage");
        Upstream chosen = fit.FirstOrDefault() ?? throw RpcFaultException.Unavailable($"no daemon can be pinned for {key} now");
        if (sender.IsDefined)
            chosen = await HolderAsync(sender, fit, token).ConfigureAwait(false) ?? chosen;
        if (name is null)
            name = await pins.ClaimAsync(PinKind.Sender, key, chosen.Name, token).ConfigureAwait(false);
        else if (await pins.MoveAsync(PinKind.Sender, key, name, chosen.Name, token).ConfigureAwait(false))
            // The daemon left the pool by the operator's hand: only then does a sender move.
            return chosen;
        else
            name = await pins.FindAsync(PinKind.Sender, key, token).ConfigureAwait(false) ?? name;
        return pool.Find(name) ?? throw Gone(key, name);
    }

    /// <summary>The first daemon that says that it has a key.</summary>
    public static async Task<Upstream?> HolderAsync(Address account, List<Upstream> candidates, CancellationToken token)
    {
        byte[] parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(account, ApiJsonContext.Default.Address));
        foreach (Upstream upstream in candidates)
        {
            try
            {
                if ((await upstream.CallAsync(ApiVersion.V1, "Filecoin.WalletHas", parameters, token).ConfigureAwait(false)).Span.SequenceEqual("true"u8))
                    return upstream;
            }
            catch (RpcException)
            {
                // It does not say; another one may.
            }
        }

        return null;
    }

    private static Guid NameOf(Guid uuid, int index)
    {
        Span<byte> input = stackalloc byte[20];
        uuid.TryWriteBytes(input);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(input[16..], index);
        return new Guid(SHA256.HashData(input).AsSpan(0, 16));
    }

    private static ReadOnlyMemory<byte> Derive(byte[] spec, Guid uuid, int index)
    {
        if (index == 0)
            return spec;
        string text = System.Text.Encoding.UTF8.GetString(spec);
        return System.Text.Encoding.UTF8.GetBytes(text.Replace(uuid.ToString("D"), NameOf(uuid, index).ToString("D"), StringComparison.Ordinal));
    }

    private static RpcFaultException Gone(string key, string name) => RpcFaultException.Unavailable($"{key} is pinned to {name}, which another coordinator has and this one has not");
}
