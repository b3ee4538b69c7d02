using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Database;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Messages;

/// <summary>Takes one message one step further: number, sign, push, look for it, raise its fees, number it anew.</summary>
internal sealed partial class MessageDriver(
    MessageStore store, IMessageChain chain, IMessageSigner signer, MessageOptions options,
    Func<SqlSession, MessageStatus, Task>? onFinal, ILogger logger)
{
    // lotus chain/types exit codes: SysErrOutOfGas.
    private const long OutOfGas = 7;

    private const string OffTheChain =
        "state = 'Pushed', landed_cid = NULL, landed_epoch = NULL, landed_tipset = NULL, exit_code = NULL, returned = NULL, gas_used = NULL";

    /// <summary>Takes the message as far as it goes now.</summary>
    public async Task DriveAsync(string id, TipSet? head, CancellationToken cancellationToken)
    {
        // Queued, numbered, signed, pushed: more steps than that in a row mean that another machine drives it.
        for (int step = 0; step < 6; step++)
        {
            if (await store.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } row)
                return;
            try
            {
                head ??= await chain.HeadAsync(cancellationToken).ConfigureAwait(false);
                if (!await StepAsync(row, head, cancellationToken).ConfigureAwait(false))
                    return;
            }
            catch (Exception e) when (e is RpcException or MessageException)
            {
                await RefusedAsync(row, e, cancellationToken).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <returns>Whether there is more to do at once.</returns>
    private async Task<bool> StepAsync(MessageRow row, TipSet head, CancellationToken cancellationToken)
    {
        if (row.Stage is MessageState.Numbered or MessageState.Signed && row.IsUselessAt(head)
            && row.IsIn(await LastAttemptAsync(row, cancellationToken).ConfigureAwait(false)))
        {
            // A process that died may have pushed it, and a block may have it: whether its number is free shows on the chain.
            return await store.ChangeAsync(row, "state = 'Pushed'", TimeSpan.Zero, null, cancellationToken).ConfigureAwait(false);
        }

        switch (row.Stage)
        {
            case MessageState.Queued when row.IsUselessAt(head):
                await FailAsync(row, Useless(row), cancellationToken).ConfigureAwait(false);
                return false;
            case MessageState.Queued:
                Message estimated = await EstimateAsync(row, cancellationToken).ConfigureAwait(false);
                ulong pool = await chain.NextNonceAsync(estimated.From, cancellationToken).ConfigureAwait(false);
                await store.NumberAsync(row, estimated, pool, head.Height, cancellationToken).ConfigureAwait(false);
                return true;
            case MessageState.Numbered:
                AttemptRow unsigned = await LastAttemptAsync(row, cancellationToken).ConfigureAwait(false);
                if (unsigned.Signed is null)
                    await store.SignAsync(row, await signer.SignAsync(DagCbor.Decode<Message>(unsigned.Unsigned), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                else
                    await store.ChangeAsync(row, "state = 'Signed'", TimeSpan.Zero, null, cancellationToken).ConfigureAwait(false);
                return true;
            case MessageState.Signed:
                await PushAsync(row, await LastAttemptAsync(row, cancellationToken).ConfigureAwait(false), head, cancellationToken).ConfigureAwait(false);
                return false;
            case MessageState.Pushed or MessageState.Included or MessageState.Landed:
                return await LookAsync(row, head, cancellationToken).ConfigureAwait(false);
            default:
                return false;
        }
    }

    private async Task<Message> EstimateAsync(MessageRow row, CancellationToken cancellationToken)
    {
        Message message = row.Unsigned();
        Message estimated = await chain.EstimateAsync(message, row.Fee, cancellationToken).ConfigureAwait(false);
        if (row.MoreGas > 0)
        {
            // It ran out of what the estimate gave it: half as much again each time.
            double factor = Math.Pow(1.5, row.MoreGas);
            estimated = estimated with { GasLimit = (long)Math.Min(options.GasLimit(row.For), estimated.GasLimit * factor) };
        }

        if (estimated.GasLimit > options.GasLimit(row.For))
            throw new MessageGasException(row.For, options.GasLimit(row.For), estimated.GasLimit);

        return Within(message with { GasLimit = estimated.GasLimit, GasPremium = estimated.GasPremium, GasFeeCap = estimated.GasFeeCap }, row.Fee);
    }

    private async Task PushAsync(MessageRow row, AttemptRow attempt, TipSet head, CancellationToken cancellationToken)
    {
        SignedMessage signed = DagCbor.Decode<SignedMessage>(attempt.Signed);
        string? reason = null;
        try
        {
            await chain.PushAsync(signed, cancellationToken).ConfigureAwait(false);
            Pushed(logger, row.Id, signed.Message.Nonce, signed.Cid);
        }
        catch (RpcErrorException e)
        {
            // Also what a pool answers that has it already. The chain decides: it is looked for, and pushed again until it is found.
            reason = e.ErrorMessage;
        }

        await store.ChangeAsync(
            row, "state = 'Pushed', pushed_epoch = COALESCE(pushed_epoch, @Height), reason = @reason", options.Policy.EpochDuration,
            new { Height = head.Height.Value, reason }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks for the message on the chain of the head.</summary>
    private async Task<bool> LookAsync(MessageRow row, TipSet head, CancellationToken cancellationToken)
    {
        IReadOnlyList<AttemptRow> attempts = await store.AttemptsAsync(row, cancellationToken).ConfigureAwait(false);
        long lookback = Math.Max(1, head.Height.Value - (row.FirstEpoch ?? 0)) + options.Confidence + 1;
        foreach (AttemptRow attempt in attempts.Where(a => a.Cid is not null).Reverse())
        {
            if (await chain.FindAsync(head.Key, Cid.Parse(attempt.Cid!), lookback, cancellationToken).ConfigureAwait(false) is not { } found)
                continue;
            return row.IsIn(attempt)
                ? await FoundAsync(row, found, head, cancellationToken).ConfigureAwait(false)
                : await SpentAsync(row, found, head, cancellationToken).ConfigureAwait(false);
        }

        if (row.Stage != MessageState.Pushed)
        {
            // A reorganisation took it off the chain.
            Reorganised(logger, row.Id, row.LandedEpoch ?? 0);
            return await store.ChangeAsync(
                row,
                $"{OffTheChain}, reason = 'reorganised off the chain'",
                TimeSpan.Zero, null, cancellationToken).ConfigureAwait(false);
        }

        // Does the chain, deep enough, already hold another message under this number? Then none of ours can ever land.
        TipSet deep = head.Height.Value <= options.Confidence
            ? head
            : await chain.TipSetAtAsync(head.Height - options.Confidence, head.Key, cancellationToken).ConfigureAwait(false);
        ulong? next = await chain.StateNonceAsync(Address.Parse(row.Sender), deep.Key, cancellationToken).ConfigureAwait(false);
        if (next > (ulong)row.Nonce!.Value && row.IsNothing)
        {
            await FailAsync(row, "another message has used up its number", cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (next > (ulong)row.Nonce!.Value)
            return await RenumberAsync(row, "another program's message took its number", "renumbered", row.Renumbered, options.RenumberTries, cancellationToken).ConfigureAwait(false);
        return await WaitAsync(row, attempts[^1], head, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> FoundAsync(MessageRow row, MsgLookup found, TipSet head, CancellationToken cancellationToken)
    {
        bool deep = head.Height - found.Height >= options.Confidence;
        if (deep && found.Receipt.ExitCode == OutOfGas && row.Stage != MessageState.Landed && row.MoreGas < options.MoreGasTries)
        {
            return await RenumberAsync(row, string.Create(CultureInfo.InvariantCulture, $"ran out of gas at epoch {found.Height}"), "more_gas", row.MoreGas, options.MoreGasTries, cancellationToken)
                .ConfigureAwait(false);
        }

        // Landed messages are looked at until the chain is final beneath them, ever more rarely.
        long depth = head.Height - found.Height;
        TimeSpan? next = !deep ? options.Policy.EpochDuration
            : depth >= options.Policy.ChainFinality ? null
            : options.Policy.EpochDuration * Math.Max(1, depth);
        await store.Database.WriteAsync(
            async session =>
            {
                bool changed = await MessageStore.ChangeAsync(
                    session, row,
                    "state = @State, landed_cid = @Cid, landed_epoch = @Height, landed_tipset = @TipSet, exit_code = @ExitCode, returned = @Return, gas_used = @GasUsed, reason = NULL",
                    next,
                    new
                    {
                        State = (deep ? MessageState.Landed : MessageState.Included).ToString(),
                        Cid = found.Message.ToString(),
                        Height = found.Height.Value,
                        TipSet = found.TipSet.Bytes.ToArray(),
                        found.Receipt.ExitCode,
                        Return = found.Receipt.Return.ToArray(),
                        found.Receipt.GasUsed,
                    }).ConfigureAwait(false);
                if (changed && deep && row.Stage != MessageState.Landed)
                    await FinalAsync(session, row.Id).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (deep && row.Stage != MessageState.Landed)
            Landed(logger, row.Id, found.Height.Value, found.Receipt.ExitCode);
        return false;
    }

    /// <summary>Its number is spent without it: it is queued for another.</summary>
    private async Task<bool> RenumberAsync(MessageRow row, string reason, string counter, long tries, int limit, CancellationToken cancellationToken)
    {
        if (tries >= limit)
        {
            await FailAsync(row, string.Create(CultureInfo.InvariantCulture, $"{reason}, given up after {limit} tries"), cancellationToken).ConfigureAwait(false);
            return false;
        }

        Renumbering(logger, row.Id, row.Nonce ?? 0, reason);
        return await store.ChangeAsync(
            row, $"state = 'Queued', nonce = NULL, {counter} = {counter} + 1, reason = @reason", TimeSpan.Zero, new { reason }, cancellationToken).ConfigureAwait(false);
    }

    private async Task RefusedAsync(MessageRow row, Exception error, CancellationToken cancellationToken)
    {
        // Only a message without a number can be given up at once: nobody has seen it. A numbered one would leave a gap.
        bool final = row.Stage == MessageState.Queued && error is RpcErrorException { IsTransient: false } or RpcUnauthorizedException or MessageGasException;
        if (final && row.Refused >= 2)
        {
            await FailAsync(row, error.Message, cancellationToken).ConfigureAwait(false);
            return;
        }

        TimeSpan wait = options.Policy.EpochDuration * Math.Pow(2, Math.Min(row.Refused, 10));
        await store.ChangeAsync(
            row, "refused = refused + 1, reason = @Message", wait < options.BackOffMax ? wait : options.BackOffMax, new { error.Message }, cancellationToken).ConfigureAwait(false);
        Refused(logger, row.Id, error.Message);
    }

    private Task FailAsync(MessageRow row, string reason, CancellationToken cancellationToken) => store.Database.WriteAsync(
        async session =>
        {
            if (await MessageStore.ChangeAsync(session, row, "state = 'Failed', reason = @reason", null, new { reason }).ConfigureAwait(false))
                await FinalAsync(session, row.Id).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task FinalAsync(SqlSession session, string id)
    {
        if (onFinal is null)
            return;
        MessageRow row = (await session.FirstAsync<MessageRow>($"SELECT {MessageRow.Columns} FROM message_outgoing WHERE id = @id", new { id }).ConfigureAwait(false))!;
        await onFinal(session, row.Status(null)).ConfigureAwait(false);
    }

    private async Task<AttemptRow> LastAttemptAsync(MessageRow row, CancellationToken cancellationToken) =>
        (await store.AttemptsAsync(row, cancellationToken).ConfigureAwait(false))[^1];

    [LoggerMessage(100, LogLevel.Information, "message {Id}: number {Nonce} pushed as {Cid}")]
    private static partial void Pushed(ILogger logger, string id, ulong nonce, Cid cid);

    [LoggerMessage(101, LogLevel.Information, "message {Id}: landed at epoch {Height} with exit code {ExitCode}")]
    private static partial void Landed(ILogger logger, string id, long height, long exitCode);

    [LoggerMessage(102, LogLevel.Warning, "message {Id}: a reorganisation took it off the chain, where it was at epoch {Height}")]
    private static partial void Reorganised(ILogger logger, string id, long height);

    [LoggerMessage(104, LogLevel.Warning, "message {Id}: number {Nonce} is lost: {Reason}")]
    private static partial void Renumbering(ILogger logger, string id, long nonce, string reason);

    [LoggerMessage(105, LogLevel.Warning, "message {Id}: {Reason}")]
    private static partial void Refused(ILogger logger, string id, string reason);
}
