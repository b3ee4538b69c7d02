using System.Security.Cryptography;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// Calls by which a daemon numbers, signs and sends. Each sender has one daemon for good. A call is sent again, and only there, when it certainly did not
/// arrive, or when the daemon's process that may have had it is gone and its pool shows that nothing was sent. Lotus looks a MsgUuid up before it takes
/// its lock and keeps it after it has pushed, so the UUID alone does not make a repetition safe.
/// </summary>
internal sealed class NonceRouter(UpstreamPool pool, IPinStore pins, ChainProxyOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The daemon to which a sender is pinned; null when there is none or it left the pool.</summary>
    public async Task<Upstream?> FindAsync(string sender, CancellationToken token) =>
        await pins.FindAsync(PinKind.Sender, sender, token).ConfigureAwait(false) is { } name ? pool.Find(name) : null;

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
        Address sender = MessageArguments.Sender(message);
        Message sample = RpcArguments.Read(message, ApiJsonContext.Default.Message, 0);
        (byte[] withUuid, _) = MessageArguments.WithUuid(spec, Guid.NewGuid());
        // From here on the caller's going away must not leave open what was sent.
        ReadOnlyMemory<byte> own = message.ToArray();
        return await GuardedAsync(
            sender,
            async (upstream, stop) =>
            {
                bool takesUuid = upstream.Node.State.Identity?.Quirks.SendSpecHasUuid ?? true;
                byte[] parameters = RpcArguments.Join(own, takesUuid ? withUuid : spec.IsEmpty ? "null"u8.ToArray() : spec.ToArray());
                return await SendAsync(version, upstream, sender, sample, parameters, stop).ConfigureAwait(false);
            },
            token).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> SendAsync(
        ApiVersion version, Upstream upstream, Address sender, Message sample, byte[] parameters, CancellationToken stop)
    {
        (ulong Nonce, string Session)? before = null;
        bool inDoubt = false;
        while (true)
        {
            try
            {
                if (inDoubt)
                {
                    if (await SentAsync(version, upstream, sender, sample, before!.Value.Nonce, stop).ConfigureAwait(false) is { } sent)
                        return sent;
                    // Nothing was sent so far. The call may still be at work, unless the process that had it is another one by now.
                    (ulong Nonce, string Session) now = await LookAsync(version, upstream, sender, stop).ConfigureAwait(false);
                    inDoubt = now.Session.Length == 0 || now.Session == before.Value.Session || now.Nonce != before.Value.Nonce;
                    if (inDoubt)
                    {
                        await Task.Delay(Pause, time, stop).ConfigureAwait(false);
                        continue;
                    }
                }

                before = await LookAsync(version, upstream, sender, stop).ConfigureAwait(false);
                try
                {
                    return await upstream.CallAsync(version, "Filecoin.MpoolPushMessage", parameters, stop).ConfigureAwait(false);
                }
                catch (RpcConnectionException e)
                {
                    inDoubt = e.MaybeDelivered;
                }
                catch (Exception e) when (e is RpcProtocolException or OperationCanceledException)
                {
                    inDoubt = true;
                    stop.ThrowIfCancellationRequested();
                }
            }
            catch (RpcErrorException e)
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcUnauthorizedException e)
            {
                throw RpcFaultException.Of(e);
            }
            catch (Exception e) when (e is RpcConnectionException or RpcProtocolException)
            {
                // The daemon cannot be asked now; until it can, nothing is known and nothing is sent.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw Late(upstream, sender, inDoubt);
            }

            try
            {
                await Task.Delay(Pause, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw Late(upstream, sender, inDoubt);
            }
        }
    }

    /// <summary>The sender's next nonce, and the daemon's process.</summary>
    private static async Task<(ulong Nonce, string Session)> LookAsync(ApiVersion version, Upstream upstream, Address sender, CancellationToken stop)
    {
        string session = "";
        try
        {
            session = System.Text.Encoding.UTF8.GetString((await upstream.CallAsync(version, "Filecoin.Session", RpcParams.None, stop).ConfigureAwait(false)).Span);
        }
        catch (RpcErrorException)
        {
            // It does not tell: a call in doubt then stays in doubt.
        }

        byte[] parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(sender, ApiJsonContext.Default.Address));
        ReadOnlyMemory<byte> nonce = await upstream.CallAsync(version, "Filecoin.MpoolGetNonce", parameters, stop).ConfigureAwait(false);
        try
        {
            return (JsonSerializer.Deserialize(nonce.Span, ApiJsonContext.Default.UInt64), session);
        }
        catch (JsonException e)
        {
            throw new RpcProtocolException("Filecoin.MpoolGetNonce", e.Message, e);
        }
    }

    /// <summary>The message in the daemon's pool that the call in doubt sent.</summary>
    private static async Task<ReadOnlyMemory<byte>?> SentAsync(
        ApiVersion version, Upstream upstream, Address sender, Message sample, ulong from, CancellationToken stop)
    {
        ReadOnlyMemory<byte> pending = await upstream.CallAsync(version, "Filecoin.MpoolPending", "[null]"u8.ToArray(), stop).ConfigureAwait(false);
        try
        {
            SignedMessage? sent = JsonSerializer.Deserialize(pending.Span, ApiJsonContext.Default.IReadOnlyListSignedMessage)?.FirstOrDefault(
                message => message.Message.Nonce >= from && message.Message.To == sample.To && message.Message.Method == sample.Method
                    && message.Message.Value == sample.Value && message.Message.Params.Span.SequenceEqual(sample.Params.Span)
                    && (message.Message.From == sender || sender.Protocol == AddressProtocol.Id));
            if (sent is null)
                return null;
            return JsonSerializer.SerializeToUtf8Bytes(sent, ApiJsonContext.Default.SignedMessage);
        }
        catch (Exception e) when (e is JsonException or ChainFormatException)
        {
            throw new RpcProtocolException("Filecoin.MpoolPending", e.Message, e);
        }
    }

    /// <summary>Multisig, market and payment channel calls: no UUID makes them repeatable, so they are sent once.</summary>
    private async Task<ReadOnlyMemory<byte>> PlainAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        Address? sender = call.Rule!.Parameter >= 0 ? RpcArguments.Address(call.Params, call.Rule.Parameter) : null;
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
            async (upstream, stop) =>
            {
                while (true)
                {
                    try
                    {
                        return await upstream.CallAsync(version, call.Method, own, stop).ConfigureAwait(false);
                    }
                    catch (RpcConnectionException e) when (!e.MaybeDelivered)
                    {
                        await Task.Delay(Pause, time, stop).ConfigureAwait(false);
                    }
                    catch (RpcErrorException e)
                    {
                        throw RpcFaultException.Of(e);
                    }
                    catch (RpcException e)
                    {
                        throw RpcFaultException.Unavailable($"{upstream.Name} may have done {call.Rule.ShortName}; it is not repeated: {e.Message}");
                    }
                }
            },
            token,
            of).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> GuardedAsync(
        Address sender, Func<Upstream, CancellationToken, Task<ReadOnlyMemory<byte>>> work, CancellationToken token, Upstream? at = null)
    {
        Upstream upstream = at ?? await PinAsync(sender, null, token).ConfigureAwait(false);
        using var stop = new CancellationTokenSource(options.WriteDeadline, time);
        IAsyncDisposable held = await pins.LockAsync($"nonce:{(sender.IsDefined ? sender.ToString() : upstream.Name)}", token).ConfigureAwait(false);
        await using var release = held.ConfigureAwait(false);
        try
        {
            return await work(upstream, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw Late(upstream, sender, inDoubt: true);
        }
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

    private static RpcFaultException Late(Upstream upstream, Address sender, bool inDoubt) => RpcFaultException.Unavailable(
        inDoubt ? $"{upstream.Name} may have sent the message of {sender}, and its pool does not show it yet; it is not sent again"
            : $"{upstream.Name}, to which {sender} is pinned, cannot be reached; nothing was sent");

    private static RpcFaultException Gone(string key, string name) => RpcFaultException.Unavailable($"{key} is pinned to {name}, which another coordinator has and this one has not");
}
