using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Tests.Coordination;

/// <summary>A client that replays a head stream and fails on a gap, a repetition or a disorder.</summary>
internal sealed class HeadReplay : IAsyncDisposable
{
    private readonly SimChain _chain;
    private readonly IAsyncEnumerator<IReadOnlyList<HeadChange>> _stream;
    private readonly CancellationTokenSource _ended = new();
    private Task<bool>? _next;

    public HeadReplay(SimChain chain, HeadStream stream)
    {
        _chain = chain;
        _stream = stream.SubscribeAsync(_ended.Token).GetAsyncEnumerator(_ended.Token);
        _next = _stream.MoveNextAsync().AsTask();
    }

    public TipSet? Head { get; private set; }

    public int Batches { get; private set; }

    public int Reverts { get; private set; }

    /// <summary>Reads all batches that are there.</summary>
    public async Task ReadAsync()
    {
        while (true)
        {
            // The channel hands over on the thread pool.
            for (int i = 0; i < 200 && !_next!.IsCompleted; i++)
                await Task.Yield();
            if (!_next!.IsCompleted)
                return;
            Assert.True(await _next);
            Apply(_stream.Current);
            _next = _stream.MoveNextAsync().AsTask();
        }
    }

    public async Task ReadUntilAsync(TipSet head)
    {
        for (int i = 0; i < 1000 && !head.Equals(Head); i++)
        {
            await ReadAsync();
            if (!head.Equals(Head))
                await Task.Delay(1);
        }

        Assert.Equal(head, Head);
    }

    /// <summary>Reads until the head is there; false when the stream declared a gap before.</summary>
    public async Task<bool> ReadUntilOrGapAsync(TipSet head)
    {
        try
        {
            await ReadUntilAsync(head);
            return true;
        }
        catch (HeadGapException)
        {
            return false;
        }
    }

    public async Task<Exception> ReadErrorAsync() => await Assert.ThrowsAnyAsync<Exception>(async () =>
    {
        while (await _next!.WaitAsync(TimeSpan.FromSeconds(10)))
        {
            Apply(_stream.Current);
            _next = _stream.MoveNextAsync().AsTask();
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await ((Task)_next!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stream.DisposeAsync();
        _ended.Dispose();
    }

    private void Apply(IReadOnlyList<HeadChange> batch)
    {
        Batches++;
        Assert.NotEmpty(batch);
        if (Head is null)
        {
            HeadChange only = Assert.Single(batch);
            Assert.Equal(HeadChangeType.Current, only.Type);
            Head = only.Val;
            return;
        }

        bool applying = false;
        var touched = new HashSet<TipSetKey>();
        foreach (HeadChange change in batch)
        {
            Assert.True(touched.Add(change.Val.Key), "a tipset twice in one batch");
            switch (change.Type)
            {
                case HeadChangeType.Revert:
                    Assert.False(applying, "a revert after an apply");
                    Assert.Equal(Head, change.Val);
                    Head = _chain[change.Val.Parents];
                    Reverts++;
                    break;
                case HeadChangeType.Apply:
                    applying = true;
                    Assert.Equal(Head.Key, change.Val.Parents);
                    Head = change.Val;
                    break;
                default:
                    Assert.Fail("a second current");
                    break;
            }
        }
    }
}
