using Filecoin.Native.Reference;

namespace Filecoin.Native.Hashing;

/// <summary>SHA-256 of a message that comes in parts. Holds no unmanaged resource. Not for use by several threads at once.</summary>
public sealed class Sha256Stream
{
    private readonly uint[] _state = new uint[Sha256Reference.StateWords];
    private readonly byte[] _block = new byte[Sha256.BlockSize];
    private int _filled;
    private ulong _length;

    /// <summary>A stream at the start of a message.</summary>
    public Sha256Stream() => Reset();

    /// <summary>Back to the start of a message.</summary>
    public void Reset()
    {
        Sha256Reference.InitialState.CopyTo(_state);
        _filled = 0;
        _length = 0;
    }

    /// <summary>Takes the next part of the message.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        _length += (ulong)data.Length;
        if (_filled > 0)
        {
            var part = Math.Min(data.Length, Sha256.BlockSize - _filled);
            data[..part].CopyTo(_block.AsSpan(_filled));
            _filled += part;
            data = data[part..];
            if (_filled < Sha256.BlockSize)
                return;
            Sha256.Compress(_state, _block);
            _filled = 0;
        }

        var whole = data.Length & -Sha256.BlockSize;
        Sha256.Compress(_state, data[..whole]);
        data[whole..].CopyTo(_block);
        _filled = data.Length - whole;
    }

    /// <summary>Writes the digest and goes back to the start of a message.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is not 32 bytes.</exception>
    public void Finish(Span<byte> digest)
    {
        Buffers.RequireLength(digest.Length, Sha256.DigestSize);
        _block.AsSpan(_filled).Clear();
        Sha256.Finish(_state, _block, _filled, _length, digest);
        Reset();
    }
}
