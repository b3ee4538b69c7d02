using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// Puts sectors that wait for company into messages. Each is looked at alone first, so one that cannot go holds up no other; then the message and
/// the sectors' way onward are one transaction.
/// </summary>
/// <typeparam name="T">What a sector contributes to the message.</typeparam>
internal abstract partial class MessageBatch<T>(SqlDatabase database, SealingOptions options, ISealingChain chain, MessageSender sender, ILogger logger)
{
    protected SealingOptions Options => options;

    protected ISealingChain Chain => chain;

    protected ILogger Logger => logger;

    protected abstract SealStage Stage { get; }

    protected abstract BatchOptions Batch { get; }

    /// <summary>Most sectors that the chain takes in one message.</summary>
    protected abstract int ChainLimit { get; }

    /// <summary>What became of a sector that was looked at.</summary>
    protected abstract record Verdict
    {
        private Verdict()
        {
        }

        /// <summary>It may go.</summary>
        public sealed record Go(T Part, TokenAmount Collateral, long? Expiration = null) : Verdict;

        /// <summary>The chain has it already.</summary>
        public sealed record Landed : Verdict;

        /// <summary>It may not.</summary>
        public sealed record No(StageFault Fault, string Reason) : Verdict;
    }

    /// <summary>Sends what is full, what waited long enough, and what failed in company before, alone.</summary>
    /// <returns>How many sectors went.</returns>
    public async Task<int> RoundAsync(ChainView view, bool now, CancellationToken cancellationToken)
    {
        int max = Math.Min(Batch.MaxSectors, ChainLimit), sent = 0;
        while (true)
        {
            // Some that cannot go may lie before those that can.
            IReadOnlyList<SectorRow> waiting = await database.ReadAsync(
                session => SealStore.BatchingAsync(session, options.MinerId, Stage, 2 * max), cancellationToken).ConfigureAwait(false);
            SectorRow? alone = waiting.FirstOrDefault(row => row.Attempt > 0);
            SectorRow[] company = [.. waiting.Where(row => row.Attempt == 0).Take(max)];
            SectorRow[] chosen = alone is not null ? [alone] : company.Length >= max || now ? company : [];
            if (chosen.Length == 0)
                return sent;
            try
            {
                int moved = await SendAsync(chosen, view, cancellationToken).ConfigureAwait(false);
                sent += moved;
                if (moved == 0)
                    return sent;
            }
            catch (Exception e) when (e is RpcException or MessageException)
            {
                // Nothing was written: they wait where they are.
                NotSent(logger, Stage, chosen.Length, e.Message);
                return sent;
            }
        }
    }

    /// <summary>Whether a sector may go, and with what.</summary>
    protected abstract Task<Verdict> JudgeAsync(SectorFacts facts, ChainView view, CancellationToken cancellationToken);

    /// <summary>The message for the parts, in ascending order of the sectors' numbers.</summary>
    protected abstract Task<OutgoingMessage> ComposeAsync(
        string key, Address from, IReadOnlyList<(SectorFacts Facts, T Part)> parts, TokenAmount value, ChainView view, CancellationToken cancellationToken);

    /// <summary>Who sends.</summary>
    protected abstract Address? From { get; }

    private async Task<int> SendAsync(SectorRow[] rows, ChainView view, CancellationToken cancellationToken)
    {
        var going = new List<(SectorFacts Facts, Verdict.Go Go)>(rows.Length);
        int moved = 0;
        foreach (SectorRow row in rows.OrderBy(row => row.Number))
        {
            SectorFacts? facts = await database.ReadAsync(session => SealStore.FactsAsync(session, row.Id), cancellationToken).ConfigureAwait(false);
            if (facts is null || facts.Row.Version != row.Version)
                continue;
            switch (await JudgeOneAsync(facts, view.Covering(facts), cancellationToken).ConfigureAwait(false))
            {
                case Verdict.Go go when Batch.MaxCollateralPerSector is { } limit && go.Collateral > limit:
                    moved += await FailAsync(row, StageFault.FundsShort, $"expected at most {limit.ToFilString()} a sector, found {go.Collateral.ToFilString()}", cancellationToken).ConfigureAwait(false);
                    break;
                case Verdict.Go go:
                    going.Add((facts, go));
                    break;
                case Verdict.No no:
                    moved += await FailAsync(row, no.Fault, no.Reason, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await database.WriteAsync(session => SealTransitions.AdvanceAsync(session, row, null, new MessageResult("", 1)), cancellationToken).ConfigureAwait(false);
                    moved++;
                    break;
            }
        }

        if (going.Count == 0)
            return moved;
        Address from = From ?? (await chain.MinerInfoAsync(options.Miner, view.Head.Key, cancellationToken).ConfigureAwait(false)).Worker;
        TokenAmount collateral = going.Aggregate(TokenAmount.Zero, (sum, next) => sum + next.Go.Collateral);
        TokenAmount available = options.CollateralFromMiner
            ? await chain.AvailableBalanceAsync(options.Miner, view.Head.Key, cancellationToken).ConfigureAwait(false) : TokenAmount.Zero;
        TokenAmount value = collateral > available ? collateral - available : TokenAmount.Zero;
        TokenAmount balance = await chain.AccountBalanceAsync(from, view.Head.Key, cancellationToken).ConfigureAwait(false);
        if (balance < value)
        {
            foreach ((SectorFacts facts, _) in going)
                moved += await FailAsync(facts.Row, StageFault.FundsShort, $"expected {value.ToFilString()} at {from}, found {balance.ToFilString()}", cancellationToken).ConfigureAwait(false);
            return moved;
        }

        return moved + await WriteAsync(going, from, value, view, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What nobody foresaw about a sector is this sector's alone.</summary>
    private async Task<Verdict> JudgeOneAsync(SectorFacts facts, ChainView view, CancellationToken cancellationToken)
    {
        try
        {
            return await JudgeAsync(facts, view, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (RpcException or DatabaseException or OperationCanceledException or OutOfMemoryException))
        {
            return new Verdict.No(StageFault.Defect, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task<int> WriteAsync(
        List<(SectorFacts Facts, Verdict.Go Go)> going, Address from, TokenAmount value, ChainView view, CancellationToken cancellationToken)
    {
        // The key is new each time: it is written only with the sectors' way onward, so no second message can be for the same turn.
        string key = $"{Stage}-{going[0].Facts.Row.Id}-{Guid.NewGuid():n}";
        OutgoingMessage message = await ComposeAsync(
            key, from, [.. going.Select(next => (next.Facts, next.Go.Part))], value, view, cancellationToken).ConfigureAwait(false);
        Address account = await sender.ResolveAsync(message, cancellationToken).ConfigureAwait(false);
        bool written = await database.WriteAsync(
            async session =>
            {
                foreach ((SectorFacts facts, Verdict.Go go) in going)
                {
                    SealStore.Change landing = SealTransitions.Entering(StageTable.After(Stage, synthetic: false)) with
                    {
                        WaitsFor = key,
                        Due = options.Policy.EpochDuration * 10,
                        Expiration = go.Expiration,
                    };
                    if (!await SealTransitions.AdvanceAsync(session, facts.Row, null, new MessageResult(key, going.Count), landing).ConfigureAwait(false))
                        throw new SectorMovedException(facts.Row.Id);
                }

                await sender.WriteAsync(session, message, account).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        Sent(logger, Stage, going.Count, key);
        await sender.DriveAsync(key, cancellationToken).ConfigureAwait(false);
        return written ? going.Count : 0;
    }

    private async Task<int> FailAsync(SectorRow row, StageFault fault, string reason, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => SealTransitions.FailAsync(session, row, fault, reason), cancellationToken).ConfigureAwait(false) ? 1 : 0;

    [LoggerMessage(130, LogLevel.Information, "{Stage}: {Sectors} sectors in message {Key}")]
    private static partial void Sent(ILogger logger, SealStage stage, int sectors, string key);

    [LoggerMessage(131, LogLevel.Warning, "{Stage}: {Sectors} sectors wait: {Reason}")]
    private static partial void NotSent(ILogger logger, SealStage stage, int sectors, string reason);
}

/// <summary>Another hub moved a sector of the message first; nothing was written.</summary>
internal sealed class SectorMovedException(SectorId sector) : MessageException($"{sector}: another hub was faster");
