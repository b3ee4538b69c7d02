using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Scheduling;

/// <summary>All windows of one miner that a head concerns.</summary>
internal sealed partial class MinerCycle(CycleServices services, MinerHandle miner, CancellationToken stopping)
{
    private const int ClosedKept = 4;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, DeadlineRun> _runs = [];
    private readonly SortedDictionary<long, SectorWatch> _watches = [];
    private readonly Queue<IReadOnlyList<PartitionState>> _closed = new();
    private readonly Dictionary<ulong, SectorCheckState> _checks = [];
    private int _stepping;

    public Address Miner => miner.Address;

    public IReadOnlyList<PartitionState> Partitions
    {
        get
        {
            lock (_lock)
                return [.. _closed.SelectMany(states => states), .. _runs.Values.SelectMany(run => run.State())];
        }
    }

    public IReadOnlyList<SectorCheckState> Checks
    {
        get
        {
            lock (_lock)
            {
                foreach (SectorWatch watch in _watches.Values)
                {
                    if (watch.State is { } state)
                        _checks[state.Window.Deadline] = state;
                }

                return [.. _checks.Values.OrderBy(check => check.Window.Open)];
            }
        }
    }

    /// <summary>Brings the miner up to a head. One window's failure is no other's; the first is thrown in the end.</summary>
    public async Task StepAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        // A call that does not end when it should holds up its own miner only, and two steps never run into each other.
        if (Interlocked.Exchange(ref _stepping, 1) != 0)
            throw new TimeoutException("still busy with an earlier head");
        try
        {
            await StepWindowsAsync(head, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _stepping, 0);
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            foreach (DeadlineRun run in _runs.Values)
                run.Close();
            foreach (SectorWatch watch in _watches.Values)
                watch.Stop();
        }
    }

    private async Task StepWindowsAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        await CloseAsync(head, cancellationToken).ConfigureAwait(false);
        DeadlineInfo info = await services.Chain.DeadlineAsync(miner.Address, head.Key, cancellationToken).ConfigureAwait(false);
        var steps = new List<Task>();
        ProvingWindow current = ProvingWindow.Of(info);
        for (ProvingWindow window = current; head.Height >= window.Challenge + services.Options.ChallengeConfidence; window = window.Next(info))
        {
            if (head.Height < window.Close)
                steps.Add(Run(window).StepAsync(head, cancellationToken));
        }

        ProvingWindow ahead = current;
        for (ulong i = 0; i < info.WPoStPeriodDeadlines && head.Height >= ahead.FaultCutoff - services.Options.CheckLead; i++, ahead = ahead.Next(info))
        {
            if (head.Height < ahead.FaultCutoff)
                steps.Add(Watch(ahead).StepAsync(head, cancellationToken));
        }

        await Task.WhenAll(steps).ConfigureAwait(false);
    }

    private DeadlineRun Run(ProvingWindow window)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(window.Open.Value, out DeadlineRun? run))
                _runs.Add(window.Open.Value, run = new DeadlineRun(services, miner, window, stopping));
            return run;
        }
    }

    private SectorWatch Watch(ProvingWindow window)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue(window.Open.Value, out SectorWatch? watch))
                _watches.Add(window.Open.Value, watch = new SectorWatch(services, miner, window, stopping));
            return watch;
        }
    }

    private async Task CloseAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        DeadlineRun[] over;
        lock (_lock)
        {
            over = [.. _runs.Values.Where(run => run.Window.Close <= head.Height)];
            foreach (DeadlineRun run in over)
            {
                _runs.Remove(run.Window.Open.Value);
                IReadOnlyList<ulong> missing = run.Close();
                if (missing.Count > 0)
                {
                    services.Metrics.Missed.Add(missing.Count);
                    Missed(services.Logger, miner.Address, run.Window.Deadline, string.Join(',', missing));
                }

                _closed.Enqueue(run.State());
                if (_closed.Count > ClosedKept)
                    _closed.Dequeue();
            }

            foreach (long opened in _watches.Keys.Where(opened => opened <= head.Height.Value).ToArray())
            {
                _watches[opened].Stop();
                if (_watches[opened].State is { } state)
                    _checks[state.Window.Deadline] = state;
                _watches.Remove(opened);
            }
        }

        // Until finality a reorg may open the window again, and its proofs are still there.
        if (over.Length > 0)
            await services.Store.ForgetAsync(miner.Id, head.Height - (2 * services.Options.Policy.ChainFinality), cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(350, LogLevel.Error, "{Miner} deadline {Deadline} closed without proofs of partitions {Partitions}")]
    private static partial void Missed(ILogger logger, Address miner, ulong deadline, string partitions);
}
