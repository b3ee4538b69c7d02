using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>How sectors get from stage to stage. All of it happens within a caller's transaction.</summary>
internal static class SealTransitions
{
    /// <summary>A stage as the poller meets it first.</summary>
    public static SealStore.Change Entering(SealStage stage) => StageTable.Of(stage).Work switch
    {
        StageWork.Chain => new() { Stage = stage, State = SectorState.Waiting, Due = TimeSpan.Zero },
        StageWork.None => new() { Stage = stage, State = SectorState.Proving, Due = TimeSpan.Zero },
        _ => new() { Stage = stage, State = SectorState.Ready, Due = TimeSpan.Zero },
    };

    /// <summary>A run of a task is done: its result is kept and the next stage begins. Nothing happens when the run is no longer the sector's.</summary>
    public static async Task CompleteAsync<T>(SqlSession session, SectorId sector, long run, string machine, T result)
        where T : notnull
    {
        if (await RunningAsync(session, sector, run).ConfigureAwait(false) is { } row)
            await AdvanceAsync(session, row, machine, result).ConfigureAwait(false);
    }

    /// <summary>A run of a task failed. Nothing happens when the run is no longer the sector's.</summary>
    public static async Task FailAsync(SqlSession session, SectorId sector, long run, string? machine, StageFault fault, string reason)
    {
        if (await RunningAsync(session, sector, run).ConfigureAwait(false) is { } row)
            await FailAsync(session, row, fault, reason, machine).ConfigureAwait(false);
    }

    /// <summary>The sector's stage is done.</summary>
    /// <returns>False when another changed it first.</returns>
    public static async Task<bool> AdvanceAsync<T>(SqlSession session, SectorRow row, string? machine, T result, SealStore.Change? next = null)
        where T : notnull
    {
        SealStore.Change change = next ?? Entering(StageTable.After(row.Stage, row.IsSynthetic));
        return await EndAsync(session, row, change, StageOutcome.Done, machine, PipelineJson.Write(result), null, null).ConfigureAwait(false);
    }

    /// <summary>The sector's stage failed; the poller decides in its next round.</summary>
    /// <returns>False when another changed it first.</returns>
    public static Task<bool> FailAsync(SqlSession session, SectorRow row, StageFault fault, string reason, string? machine = null) => EndAsync(
        session, row, new() { Stage = row.Stage, State = SectorState.Failed, Due = TimeSpan.Zero, Fault = fault, Reason = reason },
        StageOutcome.Failed, machine, null, fault, reason);

    private static async Task<bool> EndAsync(
        SqlSession session, SectorRow row, SealStore.Change change, StageOutcome outcome, string? machine, string? result, StageFault? fault, string? reason)
    {
        // Tasks write their run down before they begin. What the poller does itself is written down whole.
        bool begun = row.State == SectorState.Running;
        long run = begun ? row.Run : row.Run + 1;
        if (!await SealStore.ChangeAsync(session, row, change with { Run = run }).ConfigureAwait(false))
            return false;
        if (!begun)
            await SealStore.BeginAsync(session, row).ConfigureAwait(false);
        await SealStore.EndAsync(session, row.Id, run, outcome, machine, result, fault, reason).ConfigureAwait(false);
        if (change.State == SectorState.Proving)
            await SealStore.ReleasePiecesAsync(session, row.Id, "Done").ConfigureAwait(false);
        return true;
    }

    private static async Task<SectorRow?> RunningAsync(SqlSession session, SectorId sector, long run) =>
        await SealStore.LockAsync(session, sector).ConfigureAwait(false) is { State: SectorState.Running } row && row.Run == run ? row : null;
}
