namespace Filecoin.Proving.Storage.Remote;

/// <summary>Ends a transfer that stands still or crawls.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _within;
    private readonly long _least;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;
    private long _came;

    /// <summary>So many bytes must come in each such time.</summary>
    public StallGuard(TimeSpan within, long leastBytes, TimeProvider time, CancellationToken cancellationToken)
    {
        _within = within;
        _least = Math.Max(1, leastBytes);
        _stalled = new CancellationTokenSource(within, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_stalled.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Bytes came.</summary>
    public void Moved(int bytes)
    {
        _came += bytes;
        if (_came < _least)
            return;
        _came = 0;
        _stalled.CancelAfter(_within);
    }

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}

/// <summary>A body whose reads end when too little comes for too long.</summary>
internal sealed class WatchedStream(Stream inner, StallGuard guard) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, guard.Token).ConfigureAwait(false);
        guard.Moved(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
