using Filecoin.ChainCo.Availability;

namespace Filecoin.ChainCo.Tests.Availability;

public sealed class PinStoreTests
{
    [Fact]
    public Task Pins_in_memory_keep_the_first_claim() => FirstClaimAsync(new MemoryPinStore(), null);

    [Fact]
    public async Task Pins_in_postgres_keep_the_first_claim_of_any_coordinator()
    {
        // A connection string to a database that the test may write to.
        if (Environment.GetEnvironmentVariable("FILECOIN_TEST_POSTGRES") is not { Length: > 0 } connection)
        {
            Console.WriteLine("FILECOIN_TEST_POSTGRES is not set: pins are not tested in PostgreSQL");
            return;
        }

        await FirstClaimAsync(new PostgresPinStore(connection), new PostgresPinStore(connection));
    }

    [Fact]
    public async Task A_postgres_that_is_not_there_is_told_as_such()
    {
        await using var store = new PostgresPinStore("Host=127.0.0.1;Port=1;Username=x;Timeout=2");
        await Assert.ThrowsAsync<PinStoreException>(() => store.ClaimAsync(PinKind.Sender, "f01000", "n0"));
        await Assert.ThrowsAsync<PinStoreException>(() => store.LockAsync("x"));
    }

    private static async Task FirstClaimAsync(IPinStore one, IPinStore? other)
    {
        IPinStore two = other ?? one;
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
        await one.DisposeAsync();
        await two.DisposeAsync();
    }
}
