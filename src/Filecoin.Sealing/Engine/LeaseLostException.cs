namespace Filecoin.Sealing.Engine;

/// <summary>The task is no longer this run's: its machine was silent for too long, or the task was withdrawn. Nothing of the write was kept.</summary>
public sealed class LeaseLostException : Exception
{
    internal LeaseLostException(long taskId, long fence)
        : base($"the lease on task {taskId} with token {fence} is lost: the task was taken over or withdrawn")
    {
        TaskId = taskId;
        Fence = fence;
    }

    /// <summary>Which task.</summary>
    public long TaskId { get; }

    /// <summary>The token that is no longer good.</summary>
    public long Fence { get; }
}
