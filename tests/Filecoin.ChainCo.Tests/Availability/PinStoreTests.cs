using Filecoin.ChainCo.Availability;

namespace Filecoin.ChainCo.Tests.Availability;

public sealed class PinStoreTests
{
    [Fact]
    public async Task Pins_in_a_file_keep_the_first_claim()
    {
        using var directory = new WorkDirectory();
        await using var store = FilePinStore.Open(Path.Combine(directory.Path, "pins"));
        await FirstClaimAsync(store, store);
    }

    [PostgresFact]
    public async Task Pins_in_postgres_keep_the_first_claim_of_any_coordinator()
    {
        await using var database = new PostgresDatabase();
        await using var one = new PostgresPinStore(database.Connection);
        await using var two = new PostgresPinStore(database.Connection);
        await FirstClaimAsync(one, two);
    }

    [PostgresFact]
    public async Task A_lock_ends_with_the_coordinator_that_held_it()
    {
        await using var database = new PostgresDatabase();
        await using var one = new PostgresPinStore(database.For("one"));
        await using var two = new PostgresPinStore(database.For("two"));
        IAsyncDisposable held = await one.LockAsync("x");
        Task<IAsyncDisposable> waiting = two.LockAsync("x");
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        database.End("one");
        await (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).DisposeAsync();
        await held.DisposeAsync();
        // A session that was ended is not the end of the store.
        Assert.Equal("n0", await one.ClaimAsync(PinKind.Sender, "f01000", "n0"));
    }

    [Fact]
    public async Task A_postgres_that_is_not_there_is_told_as_such()
    {
        await using var store = new PostgresPinStore("Host=127.0.0.1;Port=1;Username=x;Timeout=2");
        await Assert.ThrowsAsync<PinStoreException>(() => store.ClaimAsync(PinKind.Sender, "f01000", "n0"));
        await Assert.ThrowsAsync<PinStoreException>(() => store.LockAsync("x"));
    }

    private static async Task FirstClaimAsync(IPinStore one, IPinStore two)
    {
        string run = Guid.NewGuid().ToString("N");
        string[] winners = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).ClaimAsync(PinKind.Block, run, $"block{i}")));
        Assert.Single(winners.Distinct());
        Assert.Equal(winners[0], await two.FindAsync(PinKind.Block, run));
        Assert.Null(await two.FindAsync(PinKind.Parents, run));
        Assert.False(await one.MoveAsync(PinKind.Block, run, "another", "x"));
        Assert.True(await one.MoveAsync(PinKind.Block, run, winners[0], "moved"));
        Assert.Equal("moved", await two.ClaimAsync(PinKind.Block, run, "late"));

        int inside = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            IAsyncDisposable held = await (i % 2 == 0 ? one : two).LockAsync(run);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Delay(5);
            Interlocked.Decrement(ref inside);
            await held.DisposeAsync();
        }));
        Assert.Equal(1, most);
    }
}
