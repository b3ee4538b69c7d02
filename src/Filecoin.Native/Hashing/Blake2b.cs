namespace Filecoin.Native.Hashing;

/// <summary>BLAKE2b (RFC 7693), digests of 1 to 64 bytes, with or without a key. A digest's length is part of what is hashed.</summary>
public static class Blake2b
{
    /// <summary>Bytes of the longest digest.</summary>
    public const int MaxDigestSize = 64;

    /// <summary>Bytes of the longest key.</summary>
    public const int MaxKeySize = 64;

    /// <summary>The digest of a message, as long as <paramref name="digest"/>: Filecoin uses 32 bytes for CIDs, 20 for addresses, 4 for their checksums.</summary>
    /// <param name="data">The message. May overlap <paramref name="digest"/>.</param>
    /// <param name="digest">1 to 64 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> has another length.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var state = new Blake2bState(RequireDigest(digest.Length), []);
        state.Append(data);
        state.Finish(digest);
    }

    /// <summary>The keyed digest of a message, as long as <paramref name="digest"/>: challenge generation keys it with a domain tag.</summary>
    /// <param name="key">1 to 64 bytes.</param>
    /// <param name="data">The message. May overlap <paramref name="digest"/>.</param>
    /// <param name="digest">1 to 64 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> or <paramref name="digest"/> has another length.</exception>
    public static void HashKeyed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (key.Length is < 1 or > MaxKeySize)
            throw new ArgumentException($"Expected a key of 1 to {MaxKeySize} bytes, found {key.Length}.", nameof(key));
        var state = new Blake2bState(RequireDigest(digest.Length), key);
        state.Append(data);
        state.Finish(digest);
    }

    /// <summary>The 32-byte digest of a message.</summary>
    /// <param name="data">The message. May overlap <paramref name="digest"/>.</param>
    /// <param name="digest">32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is not 32 bytes.</exception>
    public static void Hash256(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Buffers.RequireLength(digest.Length, 32);
        Hash(data, digest);
    }

    /// <summary>The 64-byte digest of a message.</summary>
    /// <param name="data">The message. May overlap <paramref name="digest"/>.</param>
    /// <param name="digest">64 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is not 64 bytes.</exception>
    public static void Hash512(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Buffers.RequireLength(digest.Length, 64);
        Hash(data, digest);
    }

    internal static int RequireDigest(int digestSize)
    {
        if (digestSize is < 1 or > MaxDigestSize)
            throw new ArgumentException($"Expected a digest of 1 to {MaxDigestSize} bytes, found {digestSize}.", nameof(digestSize));
        return digestSize;
    }
}
