using System.Collections.Concurrent;

namespace Filecoin.ChainCo.Availability;

/// <summary>
/// Pins of a single coordinator, gone with its process. Whoever uses it says that there is no second coordinator.
/// Block claims beyond the newest <see cref="MaxEntries"/> are forgotten, oldest first: a block of that age can no longer be published.
/// </summary>
public sealed class MemoryPinStore : IPinStore
{
    /// <summary>Most claims kept of each kind that grows with the chain.</summary>
    public const int MaxEntries = 100_000;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new();
    private readonly Dictionary<(string Kind, string Key), string> _pins = [];
    private readonly Queue<(string Kind, string Key)> _growing = new();
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string kind, string key, string value, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_pins.TryGetValue((kind, key), out string? winner))
                return Task.FromResult(winner);
            _pins[(kind, key)] = value;
            if (kind is PinKind.Block or PinKind.Parents)
            {
                _growing.Enqueue((kind, key));
                if (_growing.Count > 2 * MaxEntries)
                    _pins.Remove(_growing.Dequeue());
            }

            return Task.FromResult(value);
        }
    }

    /// <inheritdoc/>
    public Task<string?> FindAsync(string kind, string key, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(_pins.GetValueOrDefault((kind, key)));
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(string kind, string key, string from, string to, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            bool moves = _pins.GetValueOrDefault((kind, key)) == from;
            if (moves)
                _pins[(kind, key)] = to;
            return Task.FromResult(moves);
        }
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string name, CancellationToken cancellationToken = default)
    {
        SemaphoreSlim gate = _locks.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(gate);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Held(SemaphoreSlim gate) : IAsyncDisposable
    {
        private int _released;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                gate.Release();
            return ValueTask.CompletedTask;
        }
    }
}
