using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Pipeline;

/// <summary>
/// Moves sectors. A round looks only at rows whose time has come, so many as fit into a bounded memory at once; all that it decides is written with
/// the version that it was decided on.
/// </summary>
internal sealed partial class SealPoller(
    SqlDatabase database, SealingOptions options, ISealingChain chain, ISealingStorage storage, MessageSender sender, TaskQueue queue,
    ILogger logger, ISealAggregator? aggregator = null)
{
    /// <summary>A safety net: what waits for a message is woken by it, and looked at in this many epochs all the same.</summary>
    private const int WaitEpochs = 10;

    /// <summary>Rows that a round puts off at most, so that it stays short when very many come due at once.</summary>
    private const int PutOffRows = 10_000;

    private readonly SubmitPreCommit _preCommit = new(database, options, chain, sender, logger);
    private readonly SubmitCommit _commit = new(database, options, chain, sender, aggregator, logger);

    private delegate Task Decision(SqlSession session);

    /// <summary>Looks once at all that can move.</summary>
    /// <returns>How many rows it looked at.</returns>
    /// <exception cref="RpcException">The node does not say its head.</exception>
    public async Task<int> RoundAsync(CancellationToken cancellationToken = default)
    {
        ChainView view = await ChainView.TakeAsync(chain, options, cancellationToken).ConfigureAwait(false);
        long now = await database.ReadAsync(session => session.ScalarAsync<long>($"SELECT {session.Dialect.NowMilliseconds}"), cancellationToken).ConfigureAwait(false);
        TimeSpan wait = options.Policy.EpochDuration * WaitEpochs;
        int looked = await database.WriteAsync(session => SealStore.PutOffAsync(session, options.MinerId, now, wait, PutOffRows), cancellationToken).ConfigureAwait(false);
        bool preCommitNow = false, commitNow = false;
        while (true)
        {
            IReadOnlyList<SectorRow> due = await database.ReadAsync(
                session => SealStore.DueAsync(session, options.MinerId, now, options.RoundSize), cancellationToken).ConfigureAwait(false);
            if (due.Count == 0)
                break;
            var decisions = new List<(SectorRow Row, Decision Decision)>(due.Count);
            var messages = new Dictionary<string, MessageStatus?>(StringComparer.Ordinal);
            foreach (SectorRow row in due)
            {
                decisions.Add((row, await DecideAsync(row, view, messages, cancellationToken).ConfigureAwait(false)));
                preCommitNow |= row is { State: SectorState.Batching, Stage: SealStage.PreCommit, Attempt: 0 };
                commitNow |= row is { State: SectorState.Batching, Stage: SealStage.Commit, Attempt: 0 };
            }

            await ApplyAsync(decisions, cancellationToken).ConfigureAwait(false);
            looked += due.Count;
            if (due.Any(row => row.State == SectorState.Ready))
                queue.Wake();
        }

        looked += await _preCommit.RoundAsync(view, preCommitNow, cancellationToken).ConfigureAwait(false);
        looked += await _commit.RoundAsync(view, commitNow, cancellationToken).ConfigureAwait(false);
        return looked;
    }

    /// <summary>Writes decisions in one transaction; when the database refuses one of them, each in its own, so that it holds up no other.</summary>
    private async Task ApplyAsync(List<(SectorRow Row, Decision Decision)> decisions, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                async session =>
                {
                    foreach ((_, Decision decision) in decisions)
                        await decision(session).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (DatabaseException e) when (!e.IsTransient)
        {
            if (decisions is [(SectorRow row, _)])
            {
                Refused(logger, row.Id, row.Stage, e);
                await database.WriteAsync(session => SealStore.ChangeAsync(session, row, Same(row, options.LostMachineAfter)), cancellationToken).ConfigureAwait(false);
                return;
            }

            foreach ((SectorRow, Decision) decision in decisions)
                await ApplyAsync([decision], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Decision> DecideAsync(SectorRow row, ChainView view, Dictionary<string, MessageStatus?> messages, CancellationToken cancellationToken)
    {
        try
        {
            return (row.State, StageTable.Of(row.Stage).Work) switch
            {
                (SectorState.Ready, StageWork.Task) => session => StartAsync(session, row),
                (SectorState.Ready, StageWork.Batch) => await WaitForCompanyAsync(row, view, cancellationToken).ConfigureAwait(false),
                (SectorState.Batching, _) => session => SealStore.ChangeAsync(session, row, new() { Stage = row.Stage, State = row.State, Due = options.Policy.EpochDuration * 2 }),
                (SectorState.Waiting, _) => await LookAsync(row, view, messages, cancellationToken).ConfigureAwait(false),
                (SectorState.Failed, _) => await RecoverAsync(row, view, cancellationToken).ConfigureAwait(false),
                (SectorState.Running, _) => await WatchAsync(row, cancellationToken).ConfigureAwait(false),
                (SectorState.Proving, _) => await LookUntilFinalAsync(row, view, cancellationToken).ConfigureAwait(false),
                _ => session => SealStore.ChangeAsync(session, row, Same(row, null)),
            };
        }
        catch (RpcException e)
        {
            ChainAway(logger, row.Id, row.Stage, e.Message);
            return session => SealStore.ChangeAsync(session, row, Same(row, options.Policy.EpochDuration));
        }
        catch (Exception e) when (e is not (DatabaseException or OperationCanceledException or OutOfMemoryException))
        {
            // Whatever it is, it is this sector's: the others go on, and an operator finds the reason.
            return session => SealTransitions.FailAsync(session, row, StageFault.Defect, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task StartAsync(SqlSession session, SectorRow row)
    {
        long run = row.Run + 1;
        if (!await SealStore.ChangeAsync(session, row, new() { Stage = row.Stage, State = SectorState.Running, Due = options.LostMachineAfter, Run = run }).ConfigureAwait(false))
            return;
        await SealStore.BeginAsync(session, row).ConfigureAwait(false);

        // A task that an earlier life of the sector left behind has nothing to say any more.
        await queue.WithdrawAsync(session, row.StageName, row.Id.ToString()).ConfigureAwait(false);
        await queue.AddAsync(session, row.StageName, row.Id.ToString(), run.ToString(CultureInfo.InvariantCulture), (long)row.Stage).ConfigureAwait(false);
    }

    /// <summary>A task that runs long: is it there at all, and is there a machine left that can run it?</summary>
    private async Task<Decision> WatchAsync(SectorRow row, CancellationToken cancellationToken)
    {
        if (!await database.ReadAsync(session => TaskQueue.IsLiveAsync(session, row.StageName, row.Id.ToString()), cancellationToken).ConfigureAwait(false))
            return session => SealTransitions.FailAsync(session, row, StageFault.Transient, "the queue has no such task any more");
        bool local = row.Stage is not SealStage.Sdr;
        if (!local || await storage.ExistsAsync(row.Id, cancellationToken).ConfigureAwait(false))
            return session => SealStore.ChangeAsync(session, row, Same(row, options.LostMachineAfter));
        return async session =>
        {
            if (await SealTransitions.FailAsync(session, row, StageFault.FilesLost, "no living machine has the sector's files").ConfigureAwait(false))
                await queue.WithdrawAsync(session, row.StageName, row.Id.ToString()).ConfigureAwait(false);
        };
    }

    private async Task<Decision> WaitForCompanyAsync(SectorRow row, ChainView view, CancellationToken cancellationToken)
    {
        SectorFacts facts = await FactsAsync(row, cancellationToken).ConfigureAwait(false);
        BatchOptions batch = row.Stage == SealStage.PreCommit ? options.PreCommit : options.Commit;
        long limit = Limit(facts);
        TimeSpan left = (options.Policy.EpochDuration * Math.Max(0, limit - view.Head.Height.Value)) - batch.Slack;

        // One that failed before goes alone and at once: it shall not hold up others again.
        TimeSpan wait = row.Attempt > 0 || left < TimeSpan.Zero ? TimeSpan.Zero : left < batch.MaxWait ? left : batch.MaxWait;
        return session => SealStore.ChangeAsync(session, row, new() { Stage = row.Stage, State = SectorState.Batching, Due = wait });
    }

    /// <summary>The epoch by which the sector's next message must land.</summary>
    private long Limit(SectorFacts facts)
    {
        long limit = facts.EarliestStart ?? long.MaxValue / 2;
        if (facts.Row.Stage == SealStage.PreCommit)
            return Math.Min(limit - options.Policy.PreCommitChallengeDelay, (facts.Sdr?.Epoch ?? 0) + options.Policy.MaxPreCommitRandomnessLookback);
        return Math.Min(limit, (facts.PreCommit?.Epoch ?? 0) + (options.Policy.MaxProveCommitDuration(facts.Row.Proof) ?? 0));
    }

    private async Task<Decision> LookAsync(SectorRow row, ChainView view, Dictionary<string, MessageStatus?> messages, CancellationToken cancellationToken)
    {
        // Most that wait share their message with others, and nothing else is asked before it is through.
        MessageStatus? message = null;
        if (row.WaitsFor is { } id && !messages.TryGetValue(id, out message))
            messages[id] = message = await sender.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (message is { IsFinal: false })
            return session => SealStore.ChangeAsync(session, row, Same(row, options.Policy.EpochDuration * WaitEpochs));

        // The watcher may have seen a later head than this round did.
        if (message is { State: MessageState.Landed, Height: { } landed } && view.Safe.Height < landed)
            return session => SealStore.ChangeAsync(session, row, Same(row, options.Policy.EpochDuration));
        SectorFacts facts = await FactsAsync(row, cancellationToken).ConfigureAwait(false);
        view.Covering(facts);
        return row.Stage switch
        {
            SealStage.PreCommitLanding => await LookForPreCommitAsync(facts, message, view, cancellationToken).ConfigureAwait(false),
            SealStage.Seed => await LookForSeedAsync(facts, view, cancellationToken).ConfigureAwait(false),
            _ => await LookForSectorAsync(facts, message, view, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<Decision> LookForPreCommitAsync(SectorFacts facts, MessageStatus? message, ChainView view, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        if (await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found.Info.SealedCID == Cid.FromSealedCommitment(facts.CommR.Span)
                ? session => SealTransitions.AdvanceAsync(session, row, null, new PreCommitResult(found.PreCommitEpoch.Value))
                : session => SealTransitions.FailAsync(session, row, StageFault.PreCommitForeign, $"the chain holds a precommit of {found.Info.SealedCID} under the number");
        }

        return Missing(row, message, StageFault.PreCommitMissing, "the message landed, and the chain holds no precommit");
    }

    private static async Task<Decision> LookForSectorAsync(SectorFacts facts, MessageStatus? message, ChainView view, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        if (await view.SectorAsync(row.Id, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return !facts.Differs(found)
                ? session => SealTransitions.AdvanceAsync(session, row, null, new CommitResult(found.Activation.Value, found.Expiration.Value))
                : session => SealTransitions.FailAsync(session, row, StageFault.PreCommitForeign, $"the chain proves {found.SealedCID} under the number");
        }

        return Missing(row, message, StageFault.SectorMissing, "the message landed, and the chain holds no such sector");
    }

    /// <summary>A proven sector is looked at once more when its activation is final: a reorganisation deeper than the confidence may have taken it.</summary>
    private async Task<Decision> LookUntilFinalAsync(SectorRow row, ChainView view, CancellationToken cancellationToken)
    {
        SectorFacts facts = await FactsAsync(row, cancellationToken).ConfigureAwait(false);
        long left = (facts.Commit?.Activation ?? 0) + options.Policy.ChainFinality + options.Confidence - view.Head.Height.Value;
        if (left > 0)
            return session => SealStore.ChangeAsync(session, row, Same(row, options.Policy.EpochDuration * left));
        return await view.Covering(facts).SectorAsync(row.Id, cancellationToken).ConfigureAwait(false) is not null
            ? session => SealStore.ChangeAsync(session, row, Same(row, null))
            : session => SealTransitions.FailAsync(session, row, StageFault.SectorMissing, "a reorganisation took the sector off the chain");
    }

    private static Decision Missing(SectorRow row, MessageStatus? message, StageFault fault, string reason) => message switch
    {
        { State: MessageState.Failed } => session => SealTransitions.FailAsync(session, row, StageFault.MessageFailed, $"the message was given up: {message.Reason}"),
        { ExitCode: not 0 and not null } => session => SealTransitions.FailAsync(session, row, StageFault.MessageFailed, $"the message landed with exit code {message.ExitCode}"),
        _ => session => SealTransitions.FailAsync(session, row, fault, reason),
    };

    private async Task<Decision> LookForSeedAsync(SectorFacts facts, ChainView view, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        if (await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            bool expired = facts.PreCommit is { } old && view.Head.Height.Value > old.Epoch + options.Policy.MaxProveCommitDuration(row.Proof);
            return session => SealTransitions.FailAsync(
                session, row, expired ? StageFault.PreCommitExpired : StageFault.PreCommitMissing, "the chain holds no precommit any more");
        }

        ChainEpoch epoch = found.PreCommitEpoch + options.Policy.PreCommitChallengeDelay;
        if (view.Safe.Height < epoch)
        {
            TimeSpan wait = options.Policy.EpochDuration * (epoch - view.Safe.Height);
            return session => SealStore.ChangeAsync(session, row, Same(row, wait));
        }

        Seed seed = await SealRandomness.SeedAsync(chain, options.Miner, epoch, view.Safe.Key, cancellationToken).ConfigureAwait(false);
        return session => SealTransitions.AdvanceAsync(session, row, null, new SeedResult(seed.ToString(), epoch.Value));
    }

    private async Task<Decision> RecoverAsync(SectorRow row, ChainView view, CancellationToken cancellationToken)
    {
        SectorFacts facts = await FactsAsync(row, cancellationToken).ConfigureAwait(false);
        view.Covering(facts);
        SectorPreCommitOnChainInfo? preCommit = await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false);
        SectorOnChainInfo? sector = await view.SectorAsync(row.Id, cancellationToken).ConfigureAwait(false);
        bool foreign = sector is not null && facts.Differs(sector);
        Recovery recovery = Recovery.Decide(new(
            row.Stage, foreign ? StageFault.PreCommitForeign : row.Fault, row.Attempt, row.Rounds - row.SinceRound, preCommit is not null, sector is not null && !foreign));
        Recovers(logger, row.Id, row.Stage, row.Fault, row.Reason, recovery);
        return recovery switch
        {
            Recovery.Retry retry => session => SealStore.ChangeAsync(
                session, row, SealTransitions.Entering(row.Stage) with { Due = retry.Wait, Fault = row.Fault, Reason = row.Reason }),
            Recovery.GoBack back => session => GoBackAsync(session, row, back),
            Recovery.SkipTo skip => session => SealStore.ChangeAsync(session, row, SealTransitions.Entering(skip.Stage)),
            Recovery.Hold hold => session => SealStore.ChangeAsync(session, row, new()
            {
                Stage = row.Stage,
                State = SectorState.Held,
                Fault = row.Fault,
                Reason = $"{row.Reason}; {hold.Advice}",
                Command = SealStore.Command(hold.Verb, row.Id),
            }),
            _ => throw new InvalidOperationException($"no such recovery: {recovery}"),
        };
    }

    private static async Task GoBackAsync(SqlSession session, SectorRow row, Recovery.GoBack back)
    {
        SealStore.Change change = SealTransitions.Entering(back.Stage) with
        {
            NewRound = back.Stage == SealStage.Sdr,
            Due = Recovery.Rest(row.Attempt),
            Reason = row.Reason,
            Fault = row.Fault,
        };
        if (await SealStore.ChangeAsync(session, row, change).ConfigureAwait(false))
            await SealStore.SupersedeAsync(session, row.Id, back.Stage, back.KeepTicket).ConfigureAwait(false);
    }

    private Task<SectorFacts> FactsAsync(SectorRow row, CancellationToken cancellationToken) =>
        database.ReadAsync(session => SealStore.FactsAsync(session, row), cancellationToken);

    private static SealStore.Change Same(SectorRow row, TimeSpan? due) => new()
    {
        Stage = row.Stage,
        State = row.State,
        Due = due,
        WaitsFor = row.WaitsFor,
        Fault = row.FaultName is null ? null : row.Fault,
        Reason = row.Reason,
        Command = row.Command,
    };

    [LoggerMessage(120, LogLevel.Warning, "{Sector} at {Stage}: {Fault}: {Reason}; {Recovery}")]
    private static partial void Recovers(ILogger logger, SectorId sector, SealStage stage, StageFault fault, string? reason, Recovery recovery);

    [LoggerMessage(122, LogLevel.Error, "{Sector} at {Stage}: the database refuses what was decided")]
    private static partial void Refused(ILogger logger, SectorId sector, SealStage stage, Exception error);

    [LoggerMessage(121, LogLevel.Warning, "{Sector} at {Stage}: the node gives no answer: {Reason}")]
    private static partial void ChainAway(ILogger logger, SectorId sector, SealStage stage, string reason);
}
