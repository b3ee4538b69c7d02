namespace Filecoin.Proving.Pieces;

/// <summary>A forward-only stream that turns units of one size into units of another.</summary>
public abstract class Fr32Stream : Stream
{
    private const int Units = 512;

    private readonly Stream source;
    private readonly bool leaveOpen;
    private readonly byte[] input;
    private readonly byte[] output;
    private int start;
    private int end;

    private protected Fr32Stream(Stream source, int inputUnit, int outputUnit, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.leaveOpen = leaveOpen;
        input = new byte[Units * inputUnit];
        output = new byte[Units * outputUnit];
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (start == end && !buffer.IsEmpty)
            Refill(source.ReadAtLeast(input, input.Length, throwOnEndOfStream: false));
        return Take(buffer);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (start == end && !buffer.IsEmpty)
            Refill(await source.ReadAtLeastAsync(input, input.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        return Take(buffer.Span);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private protected abstract int Transform(ReadOnlySpan<byte> input, Span<byte> output);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
            source.Dispose();
        base.Dispose(disposing);
    }

    private void Refill(int length)
    {
        (start, end) = (0, 0);
        end = Transform(input.AsSpan(0, length), output);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, end - start);
        output.AsSpan(start, count).CopyTo(buffer);
        start += count;
        return count;
    }
}
