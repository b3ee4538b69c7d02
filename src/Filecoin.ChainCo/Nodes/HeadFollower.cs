using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Nodes;

/// <summary>
/// The heads of one connected daemon: by ChainNotify where it works, checked against ChainHead when it falls silent; by polling otherwise.
/// Every head goes to the observer with its weight. Ends only by an exception.
/// </summary>
internal sealed class HeadFollower(ChainNode node, IRpcTransport transport, NodeTimings timings, TimeProvider time, INodeObserver observer)
{
    private readonly ChainHeadApi _chain = new(transport);
    private TipSet? _last;

    public async Task RunAsync(Action followed, CancellationToken token)
    {
        if (transport.SupportsSubscriptions)
        {
            try
            {
                await SubscribeAsync(followed, token).ConfigureAwait(false);
            }
            catch (RpcErrorException e) when (e.Code == RpcErrorCode.MethodNotFound)
            {
                // No ChainNotify here: poll.
            }
        }

        while (true)
        {
            await ReportAsync(await _chain.ChainHeadAsync(token).ConfigureAwait(false), subscribed: false, token).ConfigureAwait(false);
            followed();
            await Task.Delay(timings.PollInterval, time, token).ConfigureAwait(false);
        }
    }

    private async Task SubscribeAsync(Action followed, CancellationToken token)
    {
        IAsyncEnumerator<IReadOnlyList<HeadChange>> changes = _chain.ChainNotifyAsync(token).GetAsyncEnumerator(token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= changes.MoveNextAsync().AsTask();
                if (!await WithinAsync(next, token).ConfigureAwait(false))
                {
                    TipSet head = await _chain.ChainHeadAsync(token).ConfigureAwait(false);
                    if (_last is not null && !head.Equals(_last) && !next.IsCompleted)
                        throw new RpcProtocolException("Filecoin.ChainNotify", $"the subscription is silent at {_last.Height} while the head is at {head.Height}");
                    continue;
                }

                bool more = await next.ConfigureAwait(false);
                next = null;
                if (!more)
                    throw new RpcConnectionException("Filecoin.ChainNotify", "the daemon closed the subscription", maybeDelivered: true);
                // The last step of a batch tells the head, unless it takes a tipset away.
                TipSet now = changes.Current is [.., { Type: not HeadChangeType.Revert } last]
                    ? last.Val : await _chain.ChainHeadAsync(token).ConfigureAwait(false);
                await ReportAsync(now, subscribed: true, token).ConfigureAwait(false);
                followed();
            }
        }
        finally
        {
            if (next is not null)
            {
                // The enumerator must not be disposed of while it moves; breaking the connection ends the move.
                await transport.DisposeAsync().ConfigureAwait(false);
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await changes.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> WithinAsync(Task task, CancellationToken token)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task silence = Task.Delay(timings.SilenceBeforeCheck, time, enough.Token);
        Task first = await Task.WhenAny(task, silence).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        token.ThrowIfCancellationRequested();
        return first == task;
    }

    private async Task ReportAsync(TipSet head, bool subscribed, CancellationToken token)
    {
        if (head.Equals(_last))
            return;
        TokenAmount weight = await _chain.ChainTipSetWeightAsync(head.Key, token).ConfigureAwait(false);
        _last = head;
        node.SetHead(head, weight, subscribed);
        await observer.HeadAsync(node, head, weight, token).ConfigureAwait(false);
    }
}
