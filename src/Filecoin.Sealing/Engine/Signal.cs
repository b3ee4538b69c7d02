namespace Filecoin.Sealing.Engine;

/// <summary>Something that happens again and again, to be waited for. Safe for concurrent use.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends when it happens the next time.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Lets everybody go on who waits.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
