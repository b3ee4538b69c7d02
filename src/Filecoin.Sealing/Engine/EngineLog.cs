using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Engine;

/// <summary>What the engine says.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Information, "{Machine} joined as session {Session}: {Resources}")]
    public static partial void Joined(ILogger logger, string machine, long session, MachineResources resources);

    [LoggerMessage(2, LogLevel.Warning, "The database does not answer: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Machine} lost its lease: {Runs} runs are cancelled, others may take their tasks over")]
    public static partial void SessionLost(ILogger logger, string machine, int runs);

    [LoggerMessage(4, LogLevel.Critical, "{Machine} was started elsewhere under the same name; this process takes no more tasks")]
    public static partial void Superseded(ILogger logger, string machine);

    [LoggerMessage(5, LogLevel.Warning, "A machine was lost: {Tasks} tasks of session {Session} are free")]
    public static partial void TookOver(ILogger logger, long session, int tasks);

    [LoggerMessage(6, LogLevel.Information, "{Run} starts, attempt {Attempt}")]
    public static partial void RunStarts(ILogger logger, TaskRun run, long attempt);

    [LoggerMessage(7, LogLevel.Information, "{Run} is {Outcome}")]
    public static partial void RunEnded(ILogger logger, TaskRun run, string outcome);

    [LoggerMessage(8, LogLevel.Warning, "{Run} is {Outcome}: {Reason}")]
    public static partial void RunFailed(ILogger logger, TaskRun run, string outcome, string reason, Exception? error);

    [LoggerMessage(9, LogLevel.Error, "{Type} could not select tasks")]
    public static partial void SelectFailed(ILogger logger, string type, Exception error);

    [LoggerMessage(10, LogLevel.Warning, "{Run} was withdrawn")]
    public static partial void Withdrawn(ILogger logger, TaskRun run);

    [LoggerMessage(11, LogLevel.Information, "{Machine} is {State}")]
    public static partial void StateChanged(ILogger logger, string machine, MachineState state);

    [LoggerMessage(12, LogLevel.Warning, "{Runs} runs did not end in time; their tasks are taken over when the lease ends")]
    public static partial void Stragglers(ILogger logger, int runs);

    [LoggerMessage(13, LogLevel.Error, "The engine failed in an unforeseen way and goes on")]
    public static partial void Unforeseen(ILogger logger, Exception error);

    [LoggerMessage(14, LogLevel.Information, "{Type} finds no room on storage for a task")]
    public static partial void NoRoom(ILogger logger, string type);
}
