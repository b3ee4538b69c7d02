using System.Collections.Concurrent;

#pragma warning disable CA1001 // Semaphores and token sources without wait handles and timers hold nothing to give back.

namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>How one storage path stands.</summary>
/// <param name="Path">The storage path.</param>
/// <param name="Reading">Reads that somebody waits for.</param>
/// <param name="Stuck">Reads that were given up and have not come back: threads that hang in the storage.</param>
public readonly record struct StoragePathLoad(string Path, int Reading, int Stuck);

/// <summary>
/// The reads of one machine's storage. Each runs on a thread of its own, because a hung disk holds the thread that reads it and nothing can take
/// it back; callers go on when their time is up. So a hung path costs at most its own share of threads and never a read of another path: a read
/// that was given up leaves its place among the machine's at once, and once all of a path's places hang, reads of it fail without waiting.
/// Safe for concurrent use.
/// </summary>
/// <param name="options">The limits.</param>
/// <param name="time">The clock.</param>
public sealed class StorageReads(StorageReadOptions? options = null, TimeProvider? time = null)
{
    private readonly StorageReadOptions _options = (options ?? new()).Validate();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim _machine = new((options ?? new()).ParallelPerMachine);
    private readonly ConcurrentDictionary<string, PathReads> _paths = new(StringComparer.Ordinal);

    /// <summary>All paths that were read from.</summary>
    public IReadOnlyList<StoragePathLoad> Load => [.. _paths.Select(path => new StoragePathLoad(path.Key, path.Value.Reading, path.Value.Stuck))];

    /// <summary>Runs blocking work on a path's files.</summary>
    /// <param name="path">The storage path, whose limit counts.</param>
    /// <param name="work">The work; the token tells it to stop when nobody waits any more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VanillaReadException">The path did not answer in time, or hangs with all its reads.</exception>
    public async Task<T> RunAsync<T>(string path, Func<CancellationToken, T> work, CancellationToken cancellationToken = default)
    {
        PathReads reads = _paths.GetOrAdd(path, static (_, limit) => new PathReads(limit), _options.ParallelPerPath);
        using var timeout = new CancellationTokenSource(_options.ReadTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await reads.EnterAsync(path, either.Token).ConfigureAwait(false);
            var place = new PathPlace(reads);
            Task<T> running;
            try
            {
                await _machine.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch
            {
                place.Leave();
                throw;
            }

            try
            {
                running = Start(work, place);
                return await running.WaitAsync(either.Token).ConfigureAwait(false);
            }
            finally
            {
                place.GiveUp();
                _machine.Release();
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VanillaReadException(path, $"expected an answer within {_options.ReadTimeout}, found none");
        }
    }

    private static Task<T> Start<T>(Func<CancellationToken, T> work, PathPlace place)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Action tell;
            try
            {
                T result = work(place.Abandoned);
                tell = () => done.SetResult(result);
            }
            catch (OperationCanceledException)
            {
                tell = () => done.SetCanceled(CancellationToken.None);
            }
            catch (Exception error)
            {
                tell = () => done.SetException(error);
            }

            // In this order: who sees the outcome finds the place left.
            place.Leave();
            tell();
        })
        { IsBackground = true, Name = "storage read" }.Start();

        // Whoever gave up does not look at the outcome any more.
        _ = done.Task.ContinueWith(
            static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return done.Task;
    }

    private sealed class PathReads(int limit)
    {
        private readonly SemaphoreSlim _places = new(limit);
        private readonly Lock _lock = new();
        private CancellationTokenSource? _hung;
        private int _inside;
        private int _stuck;

        public int Reading => Volatile.Read(ref _inside) - Volatile.Read(ref _stuck);

        public int Stuck => Volatile.Read(ref _stuck);

        public async Task EnterAsync(string path, CancellationToken cancellationToken)
        {
            CancellationToken hung;
            lock (_lock)
            {
                if (_stuck == limit)
                    throw Hangs(path);
                hung = (_hung ??= new CancellationTokenSource()).Token;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hung);
            try
            {
                await _places.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (hung.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw Hangs(path);
            }

            Interlocked.Increment(ref _inside);
        }

        public void GaveUp()
        {
            lock (_lock)
            {
                // Whoever still waits for this path would wait for nothing.
                if (++_stuck == limit)
                {
                    _hung?.Cancel();
                    _hung = null;
                }
            }
        }

        public void Leave(bool wasStuck)
        {
            lock (_lock)
            {
                if (wasStuck)
                    _stuck--;
            }

            Interlocked.Decrement(ref _inside);
            _places.Release();
        }

        private VanillaReadException Hangs(string path) => new(path, $"all {limit} reads of this path hang");
    }

    // Left by the reading thread; given up by the caller when it leaves first.
    private sealed class PathPlace(PathReads path)
    {
        private readonly CancellationTokenSource _abandoned = new();
        private readonly Lock _lock = new();
        private bool _left;
        private bool _givenUp;

        public CancellationToken Abandoned => _abandoned.Token;

        public void GiveUp()
        {
            lock (_lock)
            {
                if (_left)
                    return;
                _givenUp = true;
                path.GaveUp();
            }

            _abandoned.Cancel();
        }

        public void Leave()
        {
            lock (_lock)
            {
                _left = true;
                path.Leave(_givenUp);
            }
        }
    }
}
