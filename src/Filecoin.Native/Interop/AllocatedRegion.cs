using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>Zeroed memory of the system's allocator. Large ranges come straight from fresh pages and cost nothing until touched.</summary>
internal sealed unsafe class AllocatedRegion : MemoryRegion
{
    private const int Alignment = 64;

    private void* _block;
    private byte* _start;

    internal AllocatedRegion(long bytes)
        : base(Checked(bytes), isReadOnly: false)
    {
        _block = NativeMemory.AllocZeroed((nuint)bytes + Alignment);
        _start = (byte*)(((nuint)_block + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    private protected override byte* Start => _start;

    public override void Advise(MemoryAdvice advice, long offset, long length)
    {
        var pointer = Pointer(offset, length);
        if (advice != MemoryAdvice.Release)
            PageAdvice.Give(pointer, length, advice);
    }

    public override void Flush() => Pointer(0, 0);

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_block);
        _block = null;
        _start = null;
    }

    private static long Checked(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return bytes;
    }
}
