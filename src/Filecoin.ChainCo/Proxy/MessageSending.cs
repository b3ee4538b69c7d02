using System.Globalization;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>A message that a daemon is to number, sign and send.</summary>
/// <param name="Sender">Who sends.</param>
/// <param name="Sample">What is sent; a message in a pool is recognised by it.</param>
/// <param name="Parameters">The call's parameters.</param>
/// <param name="Uuid">The UUID that the client gave; null when it gave none, so that nobody can ask for the same message again.</param>
/// <param name="Dedupes">Whether the daemon answers a UUID that it has sent before with what it sent.</param>
internal sealed record OutgoingMessage(Address Sender, Message Sample, byte[] Parameters, Guid? Uuid, bool Dedupes);

/// <summary>
/// Sends a message at its daemon once. It is sent again, and only there, when it certainly did not arrive, or when the daemon's process that may have had
/// it is gone and its pool shows that nothing was sent. Lotus looks a MsgUuid up before it takes its lock and keeps it after it has pushed, so the UUID
/// alone does not make a repetition safe. What a client calls by a UUID of its own is written down before it is sent: a coordinator that is asked for it
/// after another one died knows that it may be at work.
/// </summary>
internal sealed class MessageSending(IPinStore pins, ChainProxyOptions options, TimeProvider time)
{
    private readonly IPinStore _pins = pins;
    private readonly ChainProxyOptions _options = options;
    private readonly TimeProvider _time = time;
    private const string Nothing = "none";
    private const string Sent = "sent ";

    /// <summary>Between two tries at one daemon.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(200);

    public static RpcFaultException Late(Upstream upstream, Address sender, bool inDoubt) => RpcFaultException.Unavailable(
        inDoubt ? $"{upstream.Name} may have sent the message of {sender}, and its pool does not show it yet; it is not sent again"
            : $"{upstream.Name}, to which {sender} is pinned, cannot be reached; nothing was sent");

    /// <summary>The signed message. The caller holds the sender's lock.</summary>
    /// <exception cref="RpcFaultException">It was not sent, or it is not known whether it was.</exception>
    public async Task<ReadOnlyMemory<byte>> SendAsync(ApiVersion version, Upstream upstream, OutgoingMessage message)
    {
        string? note = message.Uuid is { } uuid ? await _pins.FindAsync(PinKind.Message, uuid.ToString("D")).ConfigureAwait(false) : null;
        if (note?.StartsWith(Sent, StringComparison.Ordinal) == true)
            return Again(message, note[Sent.Length..]);
        Look? begun = note is null or Nothing ? null : Look.Parse(note);
        if (begun is not null && begun.Daemon != upstream.Name)
            throw RpcFaultException.Refused($"{begun.Daemon} may have sent this message of {message.Sender} before it left the pool; it is not sent again");
        // Another coordinator's call may last for as long as its deadline; only then does this one's begin.
        using var stop = new CancellationTokenSource(begun is null ? _options.WriteDeadline : 2 * _options.WriteDeadline, _time);
        return await new Attempt(this, version, upstream, message, note, stop.Token) { Before = begun, InDoubt = begun is not null }.RunAsync().ConfigureAwait(false);
    }

    /// <summary>A message that was sent before, from what was kept of it and the parameters that the client gives again.</summary>
    private static ReadOnlyMemory<byte> Again(OutgoingMessage message, string kept)
    {
        string[] parts = kept.Split('\n');
        SignedMessage sent = JsonSerializer.Deserialize(parts[1], ApiJsonContext.Default.SignedMessage)!;
        sent = sent with { Message = sent.Message with { Params = message.Sample.Params } };
        if (sent.Cid.ToString() != parts[0])
            throw RpcFaultException.Refused($"the UUID {message.Uuid} is that of message {parts[0]}, which is not this one");
        return JsonSerializer.SerializeToUtf8Bytes(sent, ApiJsonContext.Default.SignedMessage);
    }

    /// <summary>A message in the daemon's pool.</summary>
    private static async Task<ReadOnlyMemory<byte>?> PendingAsync(ApiVersion version, Upstream upstream, Func<SignedMessage, bool> isIt, CancellationToken stop)
    {
        ReadOnlyMemory<byte> pending = await upstream.CallAsync(version, "Filecoin.MpoolPending", "[null]"u8.ToArray(), stop).ConfigureAwait(false);
        try
        {
            SignedMessage? sent = JsonSerializer.Deserialize(pending.Span, ApiJsonContext.Default.IReadOnlyListSignedMessage)?.FirstOrDefault(isIt);
            if (sent is null)
                return null;
            return JsonSerializer.SerializeToUtf8Bytes(sent, ApiJsonContext.Default.SignedMessage);
        }
        catch (Exception e) when (e is JsonException or ChainFormatException)
        {
            throw new RpcProtocolException("Filecoin.MpoolPending", e.Message, e);
        }
    }

    /// <summary>What was seen of a sender at its daemon: its next nonce, and the daemon's process, empty when the daemon does not tell.</summary>
    private sealed record Look(string Daemon, ulong Nonce, string Session)
    {
        public static Look Parse(string note)
        {
            string[] parts = note.Split('\n');
            return parts is [string daemon, string nonce, string session] && ulong.TryParse(nonce, CultureInfo.InvariantCulture, out ulong number)
                ? new Look(daemon, number, session) : throw new PinStoreException($"what is kept of a message's sending is not readable: {note}");
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Daemon}\n{Nonce}\n{Session}");
    }

    /// <summary>One call of a client, with as many tries as it takes.</summary>
    private sealed class Attempt(MessageSending owner, ApiVersion version, Upstream upstream, OutgoingMessage message, string? note, CancellationToken stop)
    {
        private readonly long _begun = owner._time.GetTimestamp();
        private string? _note = note;

        /// <summary>What was seen before the message was sent for the first time.</summary>
        public Look? Before { get; set; }

        /// <summary>Whether it may have been sent.</summary>
        public bool InDoubt { get; set; }

        public async Task<ReadOnlyMemory<byte>> RunAsync()
        {
            bool inherited = InDoubt;
            while (true)
            {
                try
                {
                    if (InDoubt)
                    {
                        if (await SentAsync().ConfigureAwait(false) is { } sent)
                            return await KeepAsync(sent).ConfigureAwait(false);
                        InDoubt = !IsOver(Before!, await LookAsync().ConfigureAwait(false), inherited);
                        if (!InDoubt)
                            continue;
                    }
                    else if (await TryAsync().ConfigureAwait(false) is { } result)
                    {
                        return await KeepAsync(result).ConfigureAwait(false);
                    }
                }
                catch (Exception e) when (e is RpcConnectionException or RpcProtocolException)
                {
                    // The daemon cannot be asked now; until it can, nothing is known and nothing is sent.
                }
                catch (RpcException e)
                {
                    throw RpcFaultException.Of(e);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    throw Late(upstream, message.Sender, InDoubt);
                }

                try
                {
                    await Task.Delay(Pause, owner._time, stop).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    throw Late(upstream, message.Sender, InDoubt);
                }
            }
        }

        /// <summary>Whether an earlier call sent nothing and cannot do so any more.</summary>
        private bool IsOver(Look before, Look now, bool inherited)
        {
            // The pool does not show it. If the sender sent anything at all since, that may be it, executed by now.
            if (now.Nonce != before.Nonce)
                return false;
            // The call may still be at work, unless the process that had it is another one by now, or its coordinator gave it up long ago.
            bool isAnother = now.Session.Length > 0 && now.Session != before.Session;
            return isAnother || (inherited && message.Dedupes && owner._time.GetElapsedTime(_begun) >= owner._options.WriteDeadline);
        }

        /// <summary>Sends once; null when it must be tried again or is in doubt.</summary>
        private async Task<ReadOnlyMemory<byte>?> TryAsync()
        {
            Before = await LookAsync().ConfigureAwait(false);
            await NoteAsync(Before.ToString()).ConfigureAwait(false);
            try
            {
                return await upstream.CallAsync(version, "Filecoin.MpoolPushMessage", message.Parameters, stop).ConfigureAwait(false);
            }
            catch (RpcErrorException) when (message.Uuid is not null)
            {
                // An error after the push leaves the message in the pool: only when it is not there may the UUID be used again.
                if (await SentAsync().ConfigureAwait(false) is { } sent)
                    return sent;
                await NoteAsync(Nothing).ConfigureAwait(false);
                throw;
            }
            catch (RpcConnectionException e)
            {
                InDoubt = e.MaybeDelivered;
            }
            catch (Exception e) when (e is RpcProtocolException or OperationCanceledException)
            {
                InDoubt = true;
                stop.ThrowIfCancellationRequested();
            }

            return null;
        }

        private async Task<Look> LookAsync()
        {
            string session = "";
            try
            {
                session = Encoding.UTF8.GetString((await upstream.CallAsync(version, "Filecoin.Session", RpcParams.None, stop).ConfigureAwait(false)).Span);
            }
            catch (RpcErrorException)
            {
                // It does not tell: a call in doubt then stays in doubt.
            }

            byte[] parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(message.Sender, ApiJsonContext.Default.Address));
            ReadOnlyMemory<byte> nonce = await upstream.CallAsync(version, "Filecoin.MpoolGetNonce", parameters, stop).ConfigureAwait(false);
            try
            {
                return new Look(upstream.Name, JsonSerializer.Deserialize(nonce.Span, ApiJsonContext.Default.UInt64), session);
            }
            catch (JsonException e)
            {
                throw new RpcProtocolException("Filecoin.MpoolGetNonce", e.Message, e);
            }
        }

        /// <summary>The message in the daemon's pool that the call in doubt sent.</summary>
        private Task<ReadOnlyMemory<byte>?> SentAsync()
        {
            Message sample = message.Sample;
            return PendingAsync(
                version, upstream,
                sent => sent.Message.Nonce >= Before!.Nonce && sent.Message.To == sample.To && sent.Message.Method == sample.Method
                    && sent.Message.Value == sample.Value && sent.Message.Params.Span.SequenceEqual(sample.Params.Span)
                    && (sent.Message.From == message.Sender || sent.Message.From == sample.From),
                stop);
        }

        /// <summary>Writes down what is known of a message that can be asked for again.</summary>
        private async Task NoteAsync(string now)
        {
            if (message.Uuid is not { } uuid || _note == now)
                return;
            string key = uuid.ToString("D");
            bool mine = _note is null
                ? await owner._pins.ClaimAsync(PinKind.Message, key, now).ConfigureAwait(false) == now
                : await owner._pins.MoveAsync(PinKind.Message, key, _note, now).ConfigureAwait(false);
            if (!mine)
                throw RpcFaultException.Unavailable($"another coordinator is sending this message of {message.Sender}");
            _note = now;
        }

        private async Task<ReadOnlyMemory<byte>> KeepAsync(ReadOnlyMemory<byte> result)
        {
            if (message.Uuid is null)
                return result;
            try
            {
                if (JsonSerializer.Deserialize(result.Span, ApiJsonContext.Default.SignedMessage) is { } sent)
                    await NoteAsync($"{Sent}{sent.Cid}\n{JsonSerializer.Serialize(sent with { Message = sent.Message with { Params = default } }, ApiJsonContext.Default.SignedMessage)}")
                        .ConfigureAwait(false);
            }
            catch (Exception e) when (e is JsonException or ChainFormatException or PinStoreException or RpcFaultException)
            {
                // It is sent, and that is what the client must hear; asked for again it counts as in doubt.
            }

            return result;
        }
    }
}
