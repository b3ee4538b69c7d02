using Filecoin.Proving.Scheduling.Vanilla;

namespace Filecoin.Proving.Tests.Scheduling.Vanilla;

/// <summary>Limits of reads, and paths that hang: a thread that hangs in a disk is lost, but no more than that.</summary>
public sealed class StorageReadsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ManualResetEventSlim _disk = new();

    public void Dispose()
    {
        _disk.Set();
        _disk.Dispose();
    }

    [Fact]
    public async Task No_more_are_read_at_once_than_the_path_and_the_machine_allow()
    {
        var reads = new StorageReads(new StorageReadOptions { ParallelPerPath = 3, ParallelPerMachine = 5 });
        int a = 0, mostOfA = 0, all = 0, mostOfAll = 0;
        Task<int>[] running = [.. Enumerable.Range(0, 60).Select(i => reads.RunAsync(i % 2 == 0 ? "a" : "b", _ =>
        {
            Most(ref mostOfAll, Interlocked.Increment(ref all));
            if (i % 2 == 0)
                Most(ref mostOfA, Interlocked.Increment(ref a));
            Thread.Sleep(5);
            if (i % 2 == 0)
                Interlocked.Decrement(ref a);
            return Interlocked.Decrement(ref all);
        }))];
        await Task.WhenAll(running).WaitAsync(Patience);

        Assert.InRange(mostOfA, 1, 3);
        Assert.InRange(mostOfAll, 1, 5);
        Assert.All(reads.Load, path => Assert.Equal((0, 0), (path.Reading, path.Stuck)));
    }

    [Fact]
    public async Task A_hung_path_is_given_up_and_holds_up_no_other()
    {
        var reads = new StorageReads(new StorageReadOptions { ParallelPerPath = 2, ParallelPerMachine = 2, ReadTimeout = TimeSpan.FromMilliseconds(200) });
        Task<int>[] hung = [.. Enumerable.Range(0, 4).Select(_ => reads.RunAsync("hung", Hang))];

        foreach (Task<int> read in hung)
            Assert.Equal("hung", (await Assert.ThrowsAsync<VanillaReadException>(() => read.WaitAsync(Patience))).Place);
        Assert.Equal(2, reads.Load.Single(path => path.Path == "hung").Stuck);

        // Both of the machine's places are free again; the path's own fail at once.
        Assert.Equal(1, await reads.RunAsync("well", _ => 1).WaitAsync(Patience));
        VanillaReadException error = await Assert.ThrowsAsync<VanillaReadException>(() => reads.RunAsync("hung", _ => 1));
        Assert.Contains("hang", error.Message, StringComparison.Ordinal);

        // And when the disk answers after all, the path is as before.
        _disk.Set();
        for (int i = 0; i < 1000 && reads.Load.Any(path => path.Stuck > 0); i++)
            await Task.Delay(10);
        Assert.Equal(1, await reads.RunAsync("hung", _ => 1).WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_stops_waiting_goes_on_at_once()
    {
        var reads = new StorageReads();
        using var stop = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        CancellationToken seen = default;
        Task<int> read = reads.RunAsync(
            "hung",
            token =>
            {
                seen = token;
                begun.Set();
                return Hang(token);
            },
            stop.Token);
        begun.Wait(Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience));
        Assert.True(seen.IsCancellationRequested);
        Assert.Equal(1, Assert.Single(reads.Load).Stuck);
    }

    [Fact]
    public async Task An_error_of_a_read_is_that_reads_own()
    {
        var reads = new StorageReads();
        await Assert.ThrowsAsync<InvalidDataException>(() => reads.RunAsync<int>("path", _ => throw new InvalidDataException("damaged")));
        Assert.Equal(1, await reads.RunAsync("path", _ => 1));
    }

    private int Hang(CancellationToken token)
    {
        _disk.Wait(CancellationToken.None);
        return 0;
    }

    private static void Most(ref int most, int value)
    {
        int before;
        while ((before = Volatile.Read(ref most)) < value)
            Interlocked.CompareExchange(ref most, value, before);
    }
}
