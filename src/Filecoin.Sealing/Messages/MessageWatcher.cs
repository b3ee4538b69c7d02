using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Sealing.Messages;

/// <summary>
/// Sees every message to its end: pushes again what pools forgot, raises fees, looks for it at the confidence depth and again after a
/// reorganisation, numbers it anew when its number is lost. Several may run over one database.
/// </summary>
public sealed partial class MessageWatcher
{
    private readonly MessageSender _sender;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>A watcher over a sender's messages, and over those of other senders on the same database.</summary>
    public MessageWatcher(MessageSender sender, TimeProvider? time = null, ILogger<MessageWatcher>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        _sender = sender;
        _time = time ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    /// <summary>Works until it is cancelled. A database or a node that is away for a while is waited for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = _sender.Options.Policy.EpochDuration / 4;
        while (true)
        {
            try
            {
                await RoundAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or DatabaseException)
            {
                RoundFailed(_logger, e.Message);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
            {
                // Messages must not fall silent over what nobody foresaw.
                RoundUnforeseen(_logger, e);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once at every message that is due.</summary>
    /// <returns>How many it looked at.</returns>
    public async Task<int> RoundAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> due = await _sender.Store.DueAsync(_sender.Options.RoundSize, cancellationToken).ConfigureAwait(false);
        if (due.Count == 0)
            return 0;
        TipSet head = await _sender.Chain.HeadAsync(cancellationToken).ConfigureAwait(false);
        foreach (string id in due)
        {
            try
            {
                await _sender.Driver.DriveAsync(id, head, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not (DatabaseException or OutOfMemoryException) && !cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, it is this message's: the others are looked at all the same.
                Unforeseen(_logger, id, e);
            }
        }

        return due.Count;
    }

    /// <summary>Waits until a message is landed or given up.</summary>
    /// <exception cref="MessageException">No message has the key.</exception>
    public async Task<MessageStatus> WatchAsync(string idempotencyKey, CancellationToken cancellationToken = default)
    {
        TimeSpan pause = _sender.Options.Policy.EpochDuration / 4;
        while (true)
        {
            MessageStatus status = await _sender.FindAsync(idempotencyKey, cancellationToken).ConfigureAwait(false)
                ?? throw new MessageException($"expected a message under the key '{idempotencyKey}', found none");
            if (status.IsFinal)
                return status;
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(111, LogLevel.Error, "message {Id}: it could not be looked at")]
    private static partial void Unforeseen(ILogger logger, string id, Exception error);

    [LoggerMessage(112, LogLevel.Error, "messages: a round failed")]
    private static partial void RoundUnforeseen(ILogger logger, Exception error);

    [LoggerMessage(110, LogLevel.Warning, "messages: {Reason}")]
    private static partial void RoundFailed(ILogger logger, string reason);
}
