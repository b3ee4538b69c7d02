using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>A job that a worker is busy with: how far it is, and how it is called off.</summary>
internal sealed class WorkInHand : IProgress<ProverProgress>, IDisposable
{
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;
    private ProverProgress? _progress;

    public WorkInHand(TimeSpan within, TimeProvider time, CancellationToken stopping)
    {
        _late = new CancellationTokenSource(within, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, stopping);
        Token = _either.Token;
    }

    public CancellationToken Token { get; }

    public void Cancel()
    {
        try
        {
            _either.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended at this moment.
        }
    }

    public void Report(ProverProgress value)
    {
        lock (_late)
            _progress = value;
    }

    public PoStJobProgress Progress(string job)
    {
        lock (_late)
            return _progress is { } at ? new(job, at.Phase.ToString(), at.Total > 0 ? (double)at.Done / at.Total : 0) : new(job, "Fetch", 0);
    }

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
