namespace Filecoin.Sealing.Engine;

/// <summary>A run in progress on this machine, and what ends it early.</summary>
internal sealed class ActiveRun : IDisposable
{
    private readonly CancellationTokenSource _cancel;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _settling, _withdrawn;

    public ActiveRun(TaskRun run, ITask task, CancellationToken leaseLost, CancellationToken stopping)
    {
        Run = run;
        Task = task;
        LeaseLost = leaseLost;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(leaseLost, stopping);
        Token = _cancel.Token;
    }

    public TaskRun Run { get; }

    public ITask Task { get; }

    public CancellationToken LeaseLost { get; }

    /// <summary>What the run is given.</summary>
    public CancellationToken Token { get; }

    /// <summary>Ends when nothing of the run is left.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The run itself is over; its outcome is being written.</summary>
    public bool IsSettling => _settling;

    /// <summary>The task was withdrawn while it ran.</summary>
    public bool IsWithdrawn => _withdrawn;

    public void Settling() => _settling = true;

    public void Withdraw()
    {
        _withdrawn = true;
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _ended.TrySetResult();
    }
}
