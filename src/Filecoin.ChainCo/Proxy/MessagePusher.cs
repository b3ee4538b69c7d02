using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// Signed messages: pushed to every daemon at once, and in the pool as soon as one took them. "Nonce already exists" and "nonce too low" are success
/// only if that very message is meant.
/// </summary>
internal sealed class MessagePusher(ChainProxyOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Task, CancellationTokenSource> _running = [];

    /// <summary>Pushes one message, a batch, or a raw Ethereum transaction.</summary>
    /// <exception cref="RpcFaultException">No daemon took it.</exception>
    public async Task<ReadOnlyMemory<byte>> PushAsync(ApiVersion version, RoutedCall call, List<Upstream> candidates, CancellationToken token)
    {
        if (candidates.Count == 0)
            throw RpcFaultException.Unavailable($"no daemon can take {call.Method} now");
        string single = call.Method.Replace("BatchPush", "Push", StringComparison.Ordinal);
        if (single == call.Method)
            return await OneAsync(version, call.Method, call.Params, candidates, token).ConfigureAwait(false);
        // One after the other: the messages of one sender must arrive in order, and each can be told apart when a push is repeated.
        List<ReadOnlyMemory<byte>> messages = RpcArguments.All(RpcArguments.At(call.Params, 0));
        var cids = new ReadOnlyMemory<byte>[messages.Count];
        for (int i = 0; i < cids.Length; i++)
            cids[i] = await OneAsync(version, single, RpcArguments.Join(messages[i]), candidates, token).ConfigureAwait(false);
        return RpcArguments.Join(cids);
    }

    private async Task<ReadOnlyMemory<byte>> OneAsync(
        ApiVersion version, string method, ReadOnlyMemory<byte> parameters, List<Upstream> candidates, CancellationToken token)
    {
        SignedMessage? message = method.StartsWith("Filecoin.Mpool", StringComparison.Ordinal)
            ? RpcArguments.Read(RpcArguments.At(parameters, 0), ApiJsonContext.Default.SignedMessage, 0) : null;
        // The pushes outlive the caller: a message that one daemon has is on its way, and the others shall have it as well.
        ReadOnlyMemory<byte> own = parameters.ToArray();
        var running = candidates.Select(upstream => Start(stop => AtAsync(version, method, own, message, upstream, stop))).ToList();
        RpcFaultException? fault = null;
        while (running.Count > 0)
        {
            Task<(ReadOnlyMemory<byte> Result, RpcFaultException? Fault)> done = await Task.WhenAny(running).WaitAsync(token).ConfigureAwait(false);
            running.Remove(done);
            (ReadOnlyMemory<byte> result, RpcFaultException? failed) = await done.ConfigureAwait(false);
            if (failed is null)
                return result;
            // What a daemon says of the message tells more than that another one did not answer.
            if (fault is null || fault.Raw.IsEmpty || fault.Code == RpcErrorCode.MethodNotFound)
                fault = failed;
        }

        throw fault!;
    }

    private async Task<(ReadOnlyMemory<byte> Result, RpcFaultException? Fault)> AtAsync(
        ApiVersion version, string method, ReadOnlyMemory<byte> parameters, SignedMessage? message, Upstream upstream, CancellationToken stop)
    {
        // A connection that broke leaves open whether the message arrived; the same message may be pushed again.
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return (await upstream.CallAsync(version, method, parameters, stop).ConfigureAwait(false), null);
            }
            catch (RpcErrorException e)
            {
                return message is not null && await HasAsync(version, e.ErrorMessage, message, upstream, stop).ConfigureAwait(false)
                    ? (JsonSerializer.SerializeToUtf8Bytes(message.Cid, ApiJsonContext.Default.Cid), null) : (default, RpcFaultException.Of(e));
            }
            catch (RpcException e)
            {
                if (attempt == 1)
                    return (default, RpcFaultException.Of(e));
            }
            catch (OperationCanceledException)
            {
                upstream.CountFailure();
                return (default, RpcFaultException.Unavailable($"{upstream.Name} did not take the message within {options.WriteDeadline}"));
            }

            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return (default, RpcFaultException.Unavailable($"{upstream.Name} did not take the message within {options.WriteDeadline}"));
            }
        }
    }

    /// <summary>Whether the daemon refuses the message because it has it already, in its pool or on the chain.</summary>
    private static async Task<bool> HasAsync(ApiVersion version, string error, SignedMessage message, Upstream upstream, CancellationToken stop)
    {
        try
        {
            if (error.Contains("already exists", StringComparison.OrdinalIgnoreCase) || error.Contains("already in mpool", StringComparison.OrdinalIgnoreCase))
            {
                ReadOnlyMemory<byte> pending = await upstream.CallAsync(version, "Filecoin.MpoolPending", "[null]"u8.ToArray(), stop).ConfigureAwait(false);
                IReadOnlyList<SignedMessage>? messages = JsonSerializer.Deserialize(pending.Span, ApiJsonContext.Default.IReadOnlyListSignedMessage);
                if (messages?.Any(other => other.Message.Nonce == message.Message.Nonce && other.Cid == message.Cid) == true)
                    return true;
            }
            else if (!error.Contains("nonce too low", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            // Perhaps it was executed meanwhile: that message, not one that replaced it.
            byte[] search = RpcArguments.Join("null"u8.ToArray(), JsonSerializer.SerializeToUtf8Bytes(message.Cid, ApiJsonContext.Default.Cid), "-1"u8.ToArray(), "false"u8.ToArray());
            ReadOnlyMemory<byte> found = await upstream.CallAsync(ApiVersion.V1, "Filecoin.StateSearchMsg", search, stop).ConfigureAwait(false);
            return JsonSerializer.Deserialize(found.Span, ApiJsonContext.Default.MsgLookup) is { } lookup && lookup.Message == message.Cid;
        }
        catch (Exception e) when (e is RpcException or JsonException or ChainFormatException or OperationCanceledException)
        {
            return false;
        }
    }

    private Task<T> Start<T>(Func<CancellationToken, Task<T>> work)
    {
        var stop = new CancellationTokenSource(options.WriteDeadline, time);
        Task<T> task = Task.Run(() => work(stop.Token), CancellationToken.None);
        lock (_lock)
            _running[task] = stop;
        _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    private void Ended(Task task)
    {
        CancellationTokenSource? stop;
        lock (_lock)
            _running.Remove(task, out stop);
        stop?.Dispose();
    }
}
