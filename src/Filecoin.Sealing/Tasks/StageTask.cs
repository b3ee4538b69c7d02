using System.Globalization;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Database;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// A stage as a task of the engine. It always ends: with the stage's result, or with the reason why there is none, from which the poller decides.
/// Only what passes by itself (a node, a database, a busy sector) puts it off.
/// </summary>
/// <typeparam name="T">What the stage leaves.</typeparam>
internal abstract partial class StageTask<T>(SealingTaskContext context, SealStage stage, TaskPlacement placement, TaskCost cost) : ITask
    where T : notnull
{
    public TaskType Type { get; } = new()
    {
        Name = stage.ToString(),
        Cost = cost,
        Placement = placement,
        Retry = new RetryPolicy { MaxAttempts = 3, MaxLosses = 5 },
    };

    protected SealingTaskContext Context => context;

    protected static SealingTaskContext Require(SealingTaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context;
    }

    public async ValueTask<IReadOnlyCollection<long>> SelectAsync(IReadOnlyList<TaskCandidate> candidates, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<SectorId> held = await TakesAsync([.. candidates.Select(candidate => SectorId.Parse(candidate.Subject))], cancellationToken).ConfigureAwait(false);
        return [.. candidates.Where(candidate => held.Contains(SectorId.Parse(candidate.Subject))).Select(candidate => candidate.Id)];
    }

    public async Task<TaskOutcome> RunAsync(TaskRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        SectorId sector = SectorId.Parse(run.Subject);
        long number = long.Parse(run.Payload, CultureInfo.InvariantCulture);
        SectorFacts? facts = await context.Database.ReadAsync(session => SealStore.FactsAsync(session, sector), cancellationToken).ConfigureAwait(false);
        if (facts is not { Row.State: SectorState.Running } || facts.Row.Run != number)
            return TaskOutcome.Done();
        await run.WriteAsync(session => SealStore.NoteAsync(session, sector, number, run.Machine, null), cancellationToken).ConfigureAwait(false);
        try
        {
            T result = await WorkAsync(facts, run, cancellationToken).ConfigureAwait(false);
            return TaskOutcome.Done(session => SealTransitions.CompleteAsync(session, sector, number, run.Machine, result));
        }
        catch (RpcException e)
        {
            return TaskOutcome.Postponed(context.Options.Policy.EpochDuration, e.Message);
        }
        catch (SectorElsewhereException e)
        {
            return TaskOutcome.Postponed(TimeSpan.Zero, e.Message);
        }
        catch (SectorBusyException e)
        {
            return TaskOutcome.Postponed(TimeSpan.FromSeconds(10), e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not (LeaseLostException or DatabaseException))
        {
            (StageFault fault, string reason) = Judge(e);
            Failed(context.Logger, sector, stage, fault, e);
            return TaskOutcome.Done(session => SealTransitions.FailAsync(session, sector, number, run.Machine, fault, reason));
        }
    }

    /// <summary>The engine gives the task up: machine after machine was lost under it.</summary>
    public Task GiveUpAsync(SqlSession session, FailedTask task) => SealTransitions.FailAsync(
        session, SectorId.Parse(task.Subject), long.Parse(task.Payload, CultureInfo.InvariantCulture), null, StageFault.Transient, task.Reason);

    /// <summary>Of some sectors, those that this machine can do the stage for: where their files lie, if the stage says nothing else.</summary>
    protected virtual Task<IReadOnlyCollection<SectorId>> TakesAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken) =>
        context.Storage.HeldAsync(sectors, cancellationToken);

    /// <summary>Does the stage, or what is left of it.</summary>
    protected abstract Task<T> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken);

    /// <summary>Where the sector is, as a job of the local tasks.</summary>
    protected async Task<SealJob> JobAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        string? path = run.Reservations.Count > 0 ? run.Reservations[0].StorageId : null;
        return new SealJob
        {
            Config = row.Config,
            Prover = ProverId.FromActorId((ulong)row.Miner),
            Sector = row.Id.Number,
            Ticket = facts.Ticket,
            Pieces = [.. facts.Pieces.Select(piece => piece.Info)],
            Paths = await context.Storage.PathsAsync(row.Id, row.Config.SectorSize, facts.Pieces.Count > 0, path, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// The job of a stage that reads layers. A machine that labelled too slowly and was taken over has some of them, but not all: it drops them, so that
    /// the task goes to the machine that has.
    /// </summary>
    protected async Task<SealJob> LabelledJobAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await JobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        if (facts.SdrMachine is not { } labelled || labelled == run.Machine || SealFiles.Layers(job).All(file => file.IsComplete))
            return job;
        await context.Storage.RemoveAsync(facts.Row.Id, cancellationToken).ConfigureAwait(false);
        throw new SectorElsewhereException(facts.Row.Id, labelled);
    }

    /// <summary>Runs a local task under the sector's lock, off the caller's thread.</summary>
    protected Task RunLocallyAsync(ISealTask task, SealJob job, TaskRun run, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using SealLock taken = SealLock.Take(job);
            var shared = new SealContext { Parents = context.Parents(job.Config), Degree = context.Degree };
            task.Run(job, SealRecord.Open(job), shared, new RunProgress(run), cancellationToken);
        },
        cancellationToken);

    private static (StageFault Fault, string Reason) Judge(Exception e) => e switch
    {
        StageFailure failure => (failure.Fault, failure.Message),
        DiskFullException or StoragePathException { Fault: StoragePathFault.NoRoom } or SectorIndexException { Fault: SectorIndexFault.NoRoom } => (StageFault.DiskFull, e.Message),
        PieceException => (StageFault.DataLost, e.Message),
        SectorFileException or DirectoryNotFoundException or FileNotFoundException => (StageFault.FilesLost, e.Message),
        VanillaProofException or UnsatisfiedCircuitException or CircuitWitnessException or ProofRejectedException => (StageFault.ProofInvalid, e.Message),
        ParameterFileException => (StageFault.Defect, e.Message),
        IOException or UnauthorizedAccessException or TimeoutException or SectorIndexException => (StageFault.Transient, e.Message),
        _ => (StageFault.Defect, $"{e.GetType().Name}: {e.Message}"),
    };

    [LoggerMessage(140, LogLevel.Warning, "{Sector} at {Stage}: {Fault}")]
    private static partial void Failed(ILogger logger, SectorId sector, SealStage stage, StageFault fault, Exception error);

    private sealed class RunProgress(TaskRun run) : IProgress<SealProgress>
    {
        public void Report(SealProgress value) => run.Report(string.Create(
            CultureInfo.InvariantCulture, $"{value.Phase} {(value.Total == 0 ? 100 : value.Done * 100 / value.Total)} %"));
    }
}

/// <summary>Another machine has the sector's files.</summary>
internal sealed class SectorElsewhereException(SectorId sector, string machine) : Exception($"{sector}: expected layers that are whole, found some; {machine} labelled them");

/// <summary>A stage cannot be done, for a reason that the poller knows how to go on from.</summary>
internal sealed class StageFailure(StageFault fault, string reason) : Exception(reason)
{
    public StageFault Fault { get; } = fault;
}
