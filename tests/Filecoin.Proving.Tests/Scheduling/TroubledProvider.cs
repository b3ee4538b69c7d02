using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>
/// A provider with one hub that only hands out work, three workers whose clocks are wrong, disks of every mood, and now and then a second hub that somebody
/// started by mistake. The script of its troubles follows from the seed. At any time one copy of all but two sectors can be read, some worker lives, and
/// no hub is down for more than two epochs: a deadline that is missed is the software's fault.
/// </summary>
internal sealed class TroubledProvider : IAsyncDisposable
{
    /// <summary>Sectors that are away for a while now and then.</summary>
    public static readonly ulong[] Unsteady = [6, 30];

    private const int Workers = 3;

    private readonly Random _script;
    private readonly Random _faults;
    private readonly string _database;
    private readonly SimulatedChain _chain;
    private readonly ReplicaShelf _shelf;
    private readonly StandInSnarks _snarks;
    private readonly VirtualTime _time;
    private readonly WindowPoStOptions _options;
    private readonly HubDoor _door = new();
    private readonly RunningWorker?[] _workers = new RunningWorker?[Workers];
    private readonly Dictionary<string, (int Until, PathMood Mood)> _moods = new(StringComparer.Ordinal);
    private TestHub? _hub;
    private TestHub? _mistake;
    private int _hubBack;
    private int _mistakeEnds;
    private int _epoch;
    private double _failing;

    public TroubledProvider(
        int seed, string database, SimulatedChain chain, ReplicaShelf shelf, StandInSnarks snarks, VirtualTime time, WindowPoStOptions options)
    {
        (_database, _chain, _shelf, _snarks, _time, _options) = (database, chain, shelf, snarks, time, options);
        (_script, _faults) = (new Random(seed), new Random(seed + 1));
        Log = new TestLog(chain);
        _shelf.Paths["second"] = PathMood.Well;
        _chain.Fault = what => Draw() < _failing ? new IOException($"{what}: the daemon went away") : null;
        _chain.Delay = message => 1 + (message.Key.Length % 2);
        _snarks.Behaviour = Prove;
    }

    public TestLog Log { get; }

    public int HubKills { get; private set; }

    public int WorkerKills { get; private set; }

    public int MessagesLost { get; private set; }

    /// <summary>Lets an epoch pass; with trouble or, so that what it left behind heals, without.</summary>
    public async Task PassAsync(bool trouble)
    {
        _epoch++;
        if (trouble)
            await MakeTroubleAsync();
        else
            await MakePeaceAsync();
        _chain.Advance();
        await Epochs.PassAsync(_time, _chain, IsBusy, IsSettled, step: 5);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningWorker? worker in _workers)
            await (worker?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_hub is not null)
            await _hub.DisposeAsync();
        if (_mistake is not null)
            await _mistake.DisposeAsync();
    }

    private async Task MakeTroubleAsync()
    {
        if (_hub is null && _epoch >= _hubBack)
            StartHub();
        else if (_hub is not null && Chance(0.07))
        {
            _door.Pool = null;
            await _hub.KillAsync();
            _hub = null;
            _hubBack = _epoch + _script.Next(3);
            HubKills++;
            Log.Add("the hub was killed");
            if (_hubBack == _epoch)
                StartHub();
        }

        if (_mistake is null && Chance(0.04))
        {
            _mistake = new TestHub(_database, _chain, _shelf, _snarks, new SkewedTime(_time, TimeSpan.FromHours(3)), _options, log: Log);
            Log.Add("a second hub started");
            _mistakeEnds = _epoch + 4;
        }
        else if (_mistake is not null && _epoch >= _mistakeEnds)
        {
            await _mistake.KillAsync();
            _mistake = null;
            Log.Add("the second hub was killed");
        }

        for (int i = 0; i < Workers; i++)
        {
            if (_workers[i] is null)
                _workers[i] = StartWorker(i);
            else if (Chance(0.1) && _workers.Count(worker => worker is not null) > 1)
            {
                await _workers[i]!.DisposeAsync();
                _workers[i] = null;
                WorkerKills++;
                Log.Add($"worker {i} was killed");
            }
        }

        SetMood("first", "second");
        SetMood("second", "first");
        foreach (ulong sector in Unsteady)
        {
            if (Chance(0.02))
                _shelf.Lost[new SectorNumber(sector)] = true;
            else if (Chance(0.05))
                _shelf.Lost.TryRemove(new SectorNumber(sector), out _);
        }

        _failing = Chance(0.1) ? 0.3 : 0;
        Log.Add($"first {_shelf.Paths["first"]}, second {_shelf.Paths["second"]}, failing {_failing}");
        if (Chance(0.05))
            MessagesLost += _chain.LoseMessages();
        if (Chance(0.06))
        {
            Log.Add("reorganised");
            _chain.Reorganise(_script.Next(1, 4));
        }
    }

    private async Task MakePeaceAsync()
    {
        if (_mistake is not null)
            await _mistake.KillAsync();
        (_mistake, _failing) = (null, 0);
        if (_hub is null)
            StartHub();
        for (int i = 0; i < Workers; i++)
            _workers[i] ??= StartWorker(i);
        _shelf.Lost.Clear();
        _shelf.Paths["first"] = _shelf.Paths["second"] = PathMood.Well;
    }

    private void StartHub()
    {
        _hub = new TestHub(
            _database, _chain, _shelf, _snarks, _time, _options, local: false, new PoStWorkerPoolOptions { LocalWindow = LocalProving.Never }, Log);
        _door.Pool = _hub.Pool;
        Log.Add("the hub started");
    }

    private RunningWorker StartWorker(int number) =>
        new(_door, _snarks, $"worker {number}", new SkewedTime(_time, TimeSpan.FromMinutes(47 * (number - 1))));

    private void SetMood(string path, string other)
    {
        if (_moods.TryGetValue(path, out var mood) && _epoch < mood.Until)
            return;
        PathMood next = _shelf.Paths[other] == PathMood.Well && Chance(0.15) ? (PathMood)_script.Next(1, 4) : PathMood.Well;
        _moods[path] = (_epoch + 3, next);
        _shelf.Paths[path] = next;
    }

    // An eighth of a window or less, and now and then the prover dies or its memory rots.
    private byte[] Prove(PoStJob job, byte[] proof, CancellationToken cancellationToken)
    {
        Task.Delay(TimeSpan.FromSeconds(10 + (60 * Draw())), _time, cancellationToken).GetAwaiter().GetResult();
        double dice = Draw();
        return dice < 0.04 ? throw new InvalidOperationException("the prover died") : dice < 0.08 ? new byte[192] : proof;
    }

    private double Draw()
    {
        lock (_faults)
            return _faults.NextDouble();
    }

    private bool Chance(double chance) => _script.NextDouble() < chance;

    private TestHub? Writer => _hub?.Scheduler.State.IsWriter == true ? _hub : _mistake?.Scheduler.State.IsWriter == true ? _mistake : null;

    // The right to write goes by the database's clock, which runs on.
    private bool IsBusy() => Volatile.Read(ref _shelf.Busy) > 0 || (_hub ?? _mistake) is not null && Writer is null;

    private bool IsSettled() => Writer is { } writer ? Epochs.IsSettled(writer, _chain) : (_hub ?? _mistake) is null;

    private sealed class RunningWorker : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public RunningWorker(IPoStHub hub, IPoStSnarks snarks, string name, TimeProvider time) =>
            _running = new PoStWorker(hub, snarks, new PoStWorkerOptions { Name = name, WindowSlots = 2 }, time).RunAsync(_stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }

    /// <summary>The hub's address: whoever calls reaches the hub that runs there now, or nobody.</summary>
    private sealed class HubDoor : IPoStHub
    {
        public volatile PoStWorkerPool? Pool;

        private PoStWorkerPool Reached => Pool ?? throw new IOException("connection refused");

        public Task<PoStWorkerOrders> ReportAsync(PoStWorkerReport report, CancellationToken cancellationToken = default) =>
            Reached.ReportAsync(report, cancellationToken);

        public Task<PoStJobOffer?> NextJobAsync(string worker, PoStKind kind, TimeSpan wait, CancellationToken cancellationToken = default) =>
            Reached.NextJobAsync(worker, kind, wait, cancellationToken);

        public Task<ReadOnlyMemory<byte>> JobProofsAsync(string job, int first, CancellationToken cancellationToken = default) =>
            Reached.JobProofsAsync(job, first, cancellationToken);

        public Task<PoStReceipt> ReturnAsync(string worker, string job, ReadOnlyMemory<byte> proof, CancellationToken cancellationToken = default) =>
            Reached.ReturnAsync(worker, job, proof, cancellationToken);

        public Task FailAsync(string worker, string job, string reason, CancellationToken cancellationToken = default) =>
            Reached.FailAsync(worker, job, reason, cancellationToken);
    }
}
