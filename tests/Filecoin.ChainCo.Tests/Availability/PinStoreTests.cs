using Filecoin.ChainCo.Availability;

namespace Filecoin.ChainCo.Tests.Availability;

public sealed class PinStoreTests
{
    [Fact]
    public Task Pins_in_memory_keep_the_first_claim() => FirstClaimAsync(new MemoryPinStore(), null);

    [PostgresFact]
    public Task Pins_in_postgres_keep_the_first_claim_of_any_coordinator() =>
        FirstClaimAsync(new PostgresPinStore(PostgresFactAttribute.Connection!), new PostgresPinStore(PostgresFactAttribute.Connection!));

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

/// <summary>A fact that needs a PostgreSQL database to write to.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public const string Variable = "FILECOIN_TEST_POSTGRES";

    public PostgresFactAttribute() => Skip = Connection is null ? $"Set {Variable} to the connection string of a database that the test may write to." : null;

    public static string? Connection { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connection ? connection : null;
}
