using System.Runtime.InteropServices;

namespace Filecoin.Samples.Worker.Joining;

/// <summary>How the process is asked to end: once, and it takes no more work and finishes or gives back what it has; twice, and it ends at once.</summary>
internal sealed class Ending : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _times;

    public Ending() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Signalled), PosixSignalRegistration.Create(PosixSignal.SIGINT, Signalled)];

    /// <summary>Cancelled with the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _asked.Dispose();
    }

    private void Signalled(PosixSignalContext context)
    {
        // As after a kill: leases run out by themselves, and what is on the disk is gone on with.
        if (Interlocked.Increment(ref _times) > 1)
            Environment.Exit(ExitCode.Cancelled);
        context.Cancel = true;
        _asked.Cancel();
    }
}
