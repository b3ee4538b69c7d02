using System.Globalization;
using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Messages;

/// <content>
/// What becomes of a numbered message that is not on the chain: pushed again, offered for more, let through where a number below it is missing, or given up
/// with its number used up.
/// </content>
internal sealed partial class MessageDriver
{
    /// <summary>Missing numbers that one look uses up at most.</summary>
    private const int FillAtOnce = 10;

    private async Task<bool> WaitAsync(MessageRow row, AttemptRow last, TipSet head, CancellationToken cancellationToken)
    {
        if (row.IsUselessAt(head) && row.IsIn(last))
            return await SpendAsync(row, last, head, cancellationToken).ConfigureAwait(false);
        long waited = head.Height.Value - (row.PushedEpoch ?? head.Height.Value);
        Message message = DagCbor.Decode<Message>(last.Unsigned);
        if (waited >= options.ReplaceAfter)
        {
            // Behind a missing number no fee is high enough.
            ulong expected = await ExpectedAsync(message.From, head, cancellationToken).ConfigureAwait(false);
            if (expected < message.Nonce)
            {
                if (await FillAsync(row, message, expected, head, cancellationToken).ConfigureAwait(false))
                    return false;
            }
            else if (Raised(message, row.Fee) is { } raised)
            {
                Replacing(logger, row.Id, message.Nonce, waited);
                await store.ReplaceAsync(row, raised, cancellationToken).ConfigureAwait(false);
                return true;
            }
        }

        if (waited > 0 && waited % options.RepushAfter == 0 && last.Signed is not null)
        {
            await PushAsync(row, last, head, cancellationToken).ConfigureAwait(false);
            return false;
        }

        await store.ChangeAsync(row, "state = 'Pushed'", options.Policy.EpochDuration, null, cancellationToken).ConfigureAwait(false);
        return false;
    }

    /// <summary>The first number of the sender that neither the chain nor the pool has.</summary>
    private async Task<ulong> ExpectedAsync(Address sender, TipSet head, CancellationToken cancellationToken) => Math.Max(
        await chain.NextNonceAsync(sender, cancellationToken).ConfigureAwait(false),
        await chain.StateNonceAsync(sender, head.Key, cancellationToken).ConfigureAwait(false) ?? 0);

    /// <summary>
    /// Uses up numbers that another program's messages had, before they were lost, with transfers of nothing from the sender to itself: all messages behind
    /// them wait for them. Should one of the other's come back, one of the two is executed, and either will do.
    /// </summary>
    /// <returns>Whether there were any for us to use up: a number of one of our messages is that one's matter.</returns>
    private async Task<bool> FillAsync(MessageRow row, Message message, ulong missing, TipSet head, CancellationToken cancellationToken)
    {
        if (await store.IsNumberOfOursAsync(message.From, missing, cancellationToken).ConfigureAwait(false))
            return false;
        TokenAmount maxFee = options.MaxFee(MessageKind.Other);
        Message nothing = Within(await chain.EstimateAsync(new Message { From = message.From, To = message.From }, maxFee, cancellationToken).ConfigureAwait(false), maxFee);
        int filled = 0;
        for (; filled < FillAtOnce && missing < message.Nonce; filled++)
        {
            if (await store.FillAsync(nothing with { Nonce = missing }, maxFee, head.Height, cancellationToken).ConfigureAwait(false) is not { } filler)
                break;
            Filling(logger, row.Id, missing);
            await DriveAsync(filler, head, cancellationToken).ConfigureAwait(false);
            missing = await ExpectedAsync(message.From, head, cancellationToken).ConfigureAwait(false);
        }

        // Only now does it wait for its fee.
        return filled > 0 && await store.ChangeAsync(
            row, "state = 'Pushed', pushed_epoch = @Height", options.Policy.EpochDuration, new { Height = head.Height.Value }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same message with higher fees, or null when the fee cap leaves no room.</summary>
    private Message? Raised(Message message, TokenAmount maxFee)
    {
        BigInteger premium = Percent(message.GasPremium) + 1;
        BigInteger cap = BigInteger.Max(premium, Percent(message.GasFeeCap));
        if (maxFee.Atto > 0 && cap * message.GasLimit > maxFee.Atto)
            cap = maxFee.Atto / message.GasLimit;
        return premium > cap ? null : message with { GasPremium = new TokenAmount(premium), GasFeeCap = new TokenAmount(cap) };
    }

    /// <summary>
    /// Gives the number of a message that comes too late to a transfer of nothing from the sender to itself. It offers more than the message did, so that
    /// pools take it in its place, and costs less, for it needs little gas. Without it every later message of the sender would wait for this one.
    /// </summary>
    private async Task<bool> SpendAsync(MessageRow row, AttemptRow last, TipSet head, CancellationToken cancellationToken)
    {
        if (head.Height < row.UselessFrom)
        {
            // The head's block may be the one that has it in time; that shows upon the next.
            await store.ChangeAsync(row, "state = 'Pushed'", options.Policy.EpochDuration, null, cancellationToken).ConfigureAwait(false);
            return false;
        }

        Message late = DagCbor.Decode<Message>(last.Unsigned);
        Message nothing = await chain.EstimateAsync(new Message { From = late.From, To = late.From }, row.Fee, cancellationToken).ConfigureAwait(false);
        BigInteger premium = BigInteger.Max(nothing.GasPremium.Atto, Percent(late.GasPremium) + 1);
        BigInteger cap = BigInteger.Max(premium, BigInteger.Max(nothing.GasFeeCap.Atto, Percent(late.GasFeeCap)));
        Spending(logger, row.Id, row.UselessFrom!.Value, late.Nonce);
        return await store.ReplaceAsync(
            row,
            Within(nothing with { Nonce = late.Nonce, GasFeeCap = new TokenAmount(cap), GasPremium = new TokenAmount(premium) }, row.Fee),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The transfer of nothing is on the chain.</summary>
    private async Task<bool> SpentAsync(MessageRow row, MsgLookup found, TipSet head, CancellationToken cancellationToken)
    {
        if (head.Height - found.Height >= options.Confidence)
            await FailAsync(row, string.Create(CultureInfo.InvariantCulture, $"{Useless(row)}; number {row.Nonce} is used up"), cancellationToken).ConfigureAwait(false);
        else
            await store.ChangeAsync(row, OffTheChain, options.Policy.EpochDuration, null, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private BigInteger Percent(TokenAmount amount) => amount.Atto * options.ReplacePercent / 100;

    private static string Useless(MessageRow row) => string.Create(CultureInfo.InvariantCulture, $"of no use from epoch {row.UselessFrom} on");

    /// <summary>The same message with a fee cap that its gas limit cannot take over the fee, and a premium of at most the cap.</summary>
    private static Message Within(Message message, TokenAmount maxFee)
    {
        TokenAmount cap = maxFee.Atto > 0 && message.GasFeeCap.Atto * message.GasLimit > maxFee.Atto ? new TokenAmount(maxFee.Atto / message.GasLimit) : message.GasFeeCap;
        return message with { GasFeeCap = cap, GasPremium = new TokenAmount(BigInteger.Min(message.GasPremium.Atto, cap.Atto)) };
    }

    [LoggerMessage(103, LogLevel.Warning, "message {Id}: number {Nonce} waits {Epochs} epochs, fees are raised")]
    private static partial void Replacing(ILogger logger, string id, ulong nonce, long epochs);

    [LoggerMessage(107, LogLevel.Warning, "message {Id}: number {Nonce} below it is missing, it goes to a transfer of nothing")]
    private static partial void Filling(ILogger logger, string id, ulong nonce);

    [LoggerMessage(106, LogLevel.Warning, "message {Id}: of no use from epoch {Epoch} on, its number {Nonce} goes to a transfer of nothing")]
    private static partial void Spending(ILogger logger, string id, long epoch, ulong nonce);
}
