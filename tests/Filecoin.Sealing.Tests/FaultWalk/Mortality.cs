using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Tests.FaultWalk;

/// <summary>
/// The life of one process: it counts the borders that the process comes to, and ends it at one of them. From then on nothing that the process tries has
/// an effect: neither on the database nor on the chain, and files stay as they are.
/// </summary>
/// <param name="last">The border to end at: a name and the how-manieth of that name, from 1; without a name the how-manieth of all.</param>
internal sealed class Mortality((string? Name, int Count)? last = null)
{
    private readonly List<string> _trace = [];
    private int _passed;

    public bool IsDead { get; private set; }

    /// <summary>The borders that were passed.</summary>
    public IReadOnlyList<string> Trace => _trace;

    /// <summary>Runs at the process's end, before anybody learns of it.</summary>
    public Action<string>? OnDeath { get; init; }

    public void Border(string name)
    {
        lock (_trace)
        {
            if (IsDead)
                throw Killed();
            _trace.Add(name);
            if (last is not { } end || (end.Name is not null && end.Name != name) || ++_passed != end.Count)
                return;
            IsDead = true;
        }

        OnDeath?.Invoke(name);
        throw Killed();
    }

    /// <summary>What code meets that a kill spares: nothing is known of what was under way, so nothing may be cleaned up.</summary>
    public static DatabaseException Killed() => new("killed", isTransient: false) { OutcomeUnknown = true };
}

/// <summary>A database as one process sees it: each transaction has a border before it and one after it.</summary>
internal sealed class MortalDatabase(SqlDatabase inner, Mortality life) : SqlDatabase(inner.Dialect)
{
    /// <summary>Named by the test, so that a border tells what the process was at.</summary>
    public Func<string> At { get; set; } = () => "";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override Task<T> ReadOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        life.IsDead ? throw Mortality.Killed() : inner.ReadAsync(work, cancellationToken);

    private protected override Task<T> WriteOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        BetweenBordersAsync(() => inner.WriteAsync(work, cancellationToken));

    private protected override Task<T> WriteOneOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        BetweenBordersAsync(() => inner.WriteOneAsync(work, cancellationToken));

    private async Task<T> BetweenBordersAsync<T>(Func<Task<T>> write)
    {
        life.Border($"{At()}: before a transaction");
        T result = await write();
        life.Border($"{At()}: after a transaction");
        return result;
    }

    private protected override DatabaseException? Judge(System.Data.Common.DbException exception) => null;

    private protected override Task PrepareMigrationsAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
