using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Native.Interop;

/// <summary>
/// A byte range outside the garbage-collected heap, addressed with 64-bit offsets: zeroed memory or a mapped file.
/// Every access is checked against <see cref="Length"/>. Spans taken from a region are valid until it is disposed;
/// a region that is not disposed stays in memory until the process ends, so a span never dangles by collection.
/// Reads and writes by several threads are as for an array; disposing while another thread uses a span is an error of the caller.
/// </summary>
public abstract class MemoryRegion : IDisposable
{
    private protected MemoryRegion(long length, bool isReadOnly)
    {
        Length = length;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>True where the region was mapped with <see cref="MapAccess.Read"/>.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The first byte's address, or 0 once disposed.</summary>
    private protected abstract unsafe byte* Start { get; }

    /// <summary>Zeroed memory, aligned to 64 bytes.</summary>
    /// <param name="bytes">Length; zero is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has not as much memory to give.</exception>
    public static MemoryRegion Allocate(long bytes) => new AllocatedRegion(bytes);

    /// <summary>Maps a range of an existing file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access">Read only, or writes going to the file.</param>
    /// <param name="offset">Where the range begins; any byte.</param>
    /// <param name="length">Bytes, or -1 for all that follow <paramref name="offset"/>.</param>
    /// <exception cref="TruncatedFileException">The file ends before the range does.</exception>
    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    public static MemoryRegion Map(string path, MapAccess access, long offset = 0, long length = -1) =>
        MappedRegion.Open(path, access, offset, length);

    /// <summary>
    /// Creates a file of zeros (or truncates an existing one), reserves its blocks so that a full disk is an exception here
    /// and not a fault at a later write, and maps it for writing.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes; positive.</param>
    /// <exception cref="IOException">The file cannot be created, or the disk has not the room. No file is left behind then.</exception>
    public static MemoryRegion CreateMapped(string path, long length) => MappedRegion.Create(path, length);

    /// <summary>The writable bytes of a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the region.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    /// <exception cref="InvalidOperationException">The region is read only.</exception>
    public unsafe Span<byte> Span(long offset, int length) => new(WritablePointer(offset, length), length);

    /// <summary>The bytes of a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the region.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    public unsafe ReadOnlySpan<byte> ReadOnlySpan(long offset, int length) => new(Pointer(offset, length), length);

    /// <summary>A range as writable elements: more of them than bytes fit a span of bytes.</summary>
    /// <typeparam name="T">A structure without references, such as a field element.</typeparam>
    /// <param name="first">Index of the first element, counted from the region's start.</param>
    /// <param name="count">Number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the region.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    /// <exception cref="InvalidOperationException">The region is read only.</exception>
    public unsafe Span<T> Elements<T>(long first, int count)
        where T : unmanaged =>
        new(WritablePointer(checked(first * sizeof(T)), checked((long)count * sizeof(T))), count);

    /// <summary>A range as elements.</summary>
    /// <typeparam name="T">A structure without references, such as a field element.</typeparam>
    /// <param name="first">Index of the first element, counted from the region's start.</param>
    /// <param name="count">Number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the region.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    public unsafe ReadOnlySpan<T> ReadOnlyElements<T>(long first, int count)
        where T : unmanaged =>
        new(Pointer(checked(first * sizeof(T)), checked((long)count * sizeof(T))), count);

    /// <summary>Tells the operating system how a range will be used. A hint: unsupported advice is ignored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the region.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    public abstract void Advise(MemoryAdvice advice, long offset, long length);

    /// <summary>Writes a mapped region's bytes to its file and the file to its disk; returns when they are there. No effect on other regions.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    /// <exception cref="ObjectDisposedException">The region is disposed.</exception>
    public abstract void Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the memory or the mapping. Written bytes of a mapped file stay written; see <see cref="Flush"/> for durability.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>The address of a checked range, for kernels.</summary>
    internal unsafe byte* Pointer(long offset, long length)
    {
        var start = Start;
        if (start is null)
            ThrowDisposed();
        if (offset < 0 || length < 0 || offset > Length - length)
            ThrowRange(offset, length);
        return start + offset;
    }

    /// <summary>The address of a checked range that may be written, for kernels.</summary>
    internal unsafe byte* WritablePointer(long offset, long length)
    {
        if (IsReadOnly)
            throw new InvalidOperationException("The region is mapped read only.");
        return Pointer(offset, length);
    }

    [DoesNotReturn]
    private void ThrowDisposed() => throw new ObjectDisposedException(GetType().Name);

    [DoesNotReturn]
    private void ThrowRange(long offset, long length) => throw new ArgumentOutOfRangeException(
        nameof(offset), $"A range of {length} bytes at {offset} is not inside a region of {Length} bytes.");
}
