namespace Filecoin.Native.Hashing;

/// <summary>BLAKE2b of a message that comes in parts. Holds no unmanaged resource. Not for use by several threads at once.</summary>
public sealed class Blake2bStream
{
    private Blake2bState _state;

    /// <summary>A stream at the start of a message.</summary>
    /// <param name="digestSize">1 to 64.</param>
    /// <exception cref="ArgumentException">The digest size is outside its range.</exception>
    public Blake2bStream(int digestSize)
    {
        DigestSize = Blake2b.RequireDigest(digestSize);
        Reset();
    }

    /// <summary>Bytes of the digest.</summary>
    public int DigestSize { get; }

    /// <summary>Back to the start of a message.</summary>
    public void Reset() => _state = new Blake2bState(DigestSize, []);

    /// <summary>Takes the next part of the message.</summary>
    public void Append(ReadOnlySpan<byte> data) => _state.Append(data);

    /// <summary>Writes the digest and goes back to the start of a message.</summary>
    /// <param name="digest"><see cref="DigestSize"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> has another length.</exception>
    public void Finish(Span<byte> digest)
    {
        Buffers.RequireLength(digest.Length, DigestSize);
        _state.Finish(digest);
        Reset();
    }
}
