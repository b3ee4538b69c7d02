using System.Collections.Concurrent;
using Filecoin.Proving.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Sealing.Engine;

/// <summary>
/// This machine's part in the cluster: it joins, claims tasks that it has room for, runs them, and prolongs its lease. Machines know of each other through
/// the database alone.
/// </summary>
/// <remarks>
/// <para>A lease has a token. Everything that a run writes is checked against it in the same transaction, so of two machines that both believe to hold a
/// task only one can write.</para>
/// <para>A machine whose lease has run out is not taken over at once: another must find it expired at two of its own heartbeats, so far apart that a
/// machine that lives has prolonged its lease between. So neither a database that was away nor one whose clock jumped sets tasks free.</para>
/// </remarks>
public sealed partial class TaskEngine : IHostedService, IAsyncDisposable
{
    private readonly SqlDatabase _database;
    private readonly TaskQueue _queue;
    private readonly TaskEngineOptions _options;
    private readonly IStorageReservations? _storage;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MachineLeases _machines;
    private readonly TaskLeases _leases;
    private readonly Dictionary<string, ITask> _tasks;
    private readonly ResourceLedger _ledger;
    private readonly ConcurrentDictionary<long, ActiveRun> _runs = [];
    private readonly CancellationTokenSource _stopping = new(), _ending = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal _freed = new();
    private volatile Session? _session;
    private volatile bool _draining;
    private Task? _main;
    private int _state, _stopped;

    /// <summary>Makes an engine; nothing is touched before <see cref="StartAsync"/>.</summary>
    /// <param name="database">Shared with every machine of the cluster.</param>
    /// <param name="queue">Shared with those who add tasks in this process.</param>
    /// <param name="tasks">What this machine can do; a type that is not among them is left to others.</param>
    /// <param name="options">How it takes part.</param>
    /// <param name="storage">Chooses storage for tasks whose cost has scratch; without it such tasks are not taken.</param>
    /// <param name="timeProvider">The clock of local waits.</param>
    /// <param name="logger">Where it reports.</param>
    /// <exception cref="ArgumentException">An option or a type is out of range, or two types bear one name.</exception>
    public TaskEngine(
        SqlDatabase database, TaskQueue queue, IEnumerable<ITask> tasks, TaskEngineOptions options, IStorageReservations? storage = null,
        TimeProvider? timeProvider = null, ILogger<TaskEngine>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _database = database;
        _queue = queue;
        _options = options;
        _storage = storage;
        _time = timeProvider ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _machines = new MachineLeases(database, options.LeaseDuration);
        _leases = new TaskLeases(database);
        _tasks = new(StringComparer.Ordinal);
        foreach (ITask task in tasks)
        {
            task.Type.Validate();
            if (!_tasks.TryAdd(task.Type.Name, task))
                throw new ArgumentException($"two tasks are named {task.Type.Name}", nameof(tasks));
        }

        _ledger = new ResourceLedger(options.Resources);
        Metrics = new EngineMetrics(() => Runs);
    }

    /// <summary>The machine's name.</summary>
    public string Machine => _options.Machine;

    /// <summary>What the operator wants of this machine, as far as it knows.</summary>
    public MachineState State => (MachineState)Volatile.Read(ref _state);

    /// <summary>What runs now.</summary>
    public IReadOnlyList<TaskRun> Runs => [.. _runs.Values.Select(active => active.Run)];

    /// <summary>Its instruments.</summary>
    public EngineMetrics Metrics { get; }

    /// <summary>Ends when the engine has stopped; with <see cref="MachineSupersededException"/> when another process took its name.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Brings the tables up to date, joins, and begins to take tasks. Waits for the database for as long as the caller does.</summary>
    /// <exception cref="DatabaseException">The database refuses: a newer schema, no permission.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _main, Task.CompletedTask, null) is not null)
            throw new InvalidOperationException("the engine was started already");
        await UntilDatabaseAnswersAsync(() => EngineTables.MigrateAsync(_database, cancellationToken), cancellationToken).ConfigureAwait(false);
        Session session = await JoinAsync(cancellationToken).ConfigureAwait(false);
        _main = Task.Run(() => MainAsync(session), CancellationToken.None);
    }

    /// <summary>Takes no more tasks, lets runs end by themselves, and stops.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        _draining = true;
        while (!_runs.IsEmpty)
            await Task.WhenAll(_runs.Values.Select(active => active.Ended)).WaitAsync(cancellationToken).ConfigureAwait(false);
        await StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes no more tasks, cancels runs, puts their tasks back and leaves the cluster.</summary>
    /// <param name="cancellationToken">Ends the wait for runs before <see cref="TaskEngineOptions.ShutdownTimeout"/>.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_main is null || Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            await (_main ?? Task.CompletedTask).ConfigureAwait(false);
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            while (!_runs.IsEmpty)
                await Task.WhenAll(_runs.Values.Select(active => active.Ended)).WaitAsync(_options.ShutdownTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            EngineLog.Stragglers(_logger, _runs.Count);
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await _main.ConfigureAwait(false);
        if (_runs.IsEmpty && _session is { } session)
        {
            try
            {
                await _machines.LeaveAsync(session.Number, CancellationToken.None).ConfigureAwait(false);
            }
            catch (DatabaseException e)
            {
                // The lease ends by itself.
                EngineLog.DatabaseAway(_logger, e.Message);
            }
        }

        _completion.TrySetResult();
    }

    /// <summary>Stops, and frees what the engine holds.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Metrics.Dispose();
        _stopping.Dispose();
        _ending.Dispose();
    }

    /// <summary>One session after another, until the engine ends or another process takes the name.</summary>
    private async Task MainAsync(Session session)
    {
        while (true)
        {
            using var claiming = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, session.Lost.Token);
            Task claims = ClaimLoopAsync(session, claiming.Token);
            SessionStanding standing = await HeartbeatLoopAsync(session).ConfigureAwait(false);
            if (standing != SessionStanding.Alive)
            {
                Metrics.SessionLost();
                EngineLog.SessionLost(_logger, Machine, _runs.Count);
                await session.Lost.CancelAsync().ConfigureAwait(false);
            }

            await claims.ConfigureAwait(false);
            if (standing == SessionStanding.Alive)
                return;
            _session = null;
            if (standing == SessionStanding.Superseded)
            {
                EngineLog.Superseded(_logger, Machine);
                _completion.TrySetException(new MachineSupersededException(Machine));
                return;
            }

            if (await RejoinAsync().ConfigureAwait(false) is not { } joined)
                return;
            session = joined;
        }
    }

    /// <summary>Joins as soon as the database lets it: whatever the reason is, an operator may mend it.</summary>
    /// <returns>Null when the engine ends.</returns>
    private async Task<Session?> RejoinAsync()
    {
        while (true)
        {
            try
            {
                return await JoinAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (DatabaseException e)
            {
                EngineLog.DatabaseAway(_logger, e.Message);
            }

            if (!await PauseAsync(RetryPause, _stopping.Token).ConfigureAwait(false))
                return null;
        }
    }

    private async Task<Session> JoinAsync(CancellationToken cancellationToken)
    {
        long began = 0, number = 0;
        await UntilDatabaseAnswersAsync(
            async () =>
            {
                began = _time.GetTimestamp();
                number = await _machines.JoinAsync(Machine, _options.Address, _options.Resources, string.Join(' ', _tasks.Keys.Order()), cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        EngineLog.Joined(_logger, Machine, number, _options.Resources);
        return _session = new Session(number, began);
    }

    private async Task UntilDatabaseAnswersAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (DatabaseException e) when (e.IsTransient)
            {
                EngineLog.DatabaseAway(_logger, e.Message);
            }

            await Task.Delay(RetryPause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Between two tries to reach a database that is away.</summary>
    private TimeSpan RetryPause => TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerSecond, _options.HeartbeatInterval.Ticks / 2));

    /// <summary>One membership in the cluster.</summary>
    /// <param name="Number">What the database knows it by.</param>
    /// <param name="Joined">When the join was asked for, by the monotonic clock.</param>
    private sealed record Session(long Number, long Joined)
    {
        /// <summary>Cancelled when the lease is lost.</summary>
        public CancellationTokenSource Lost { get; } = new();
    }
}
