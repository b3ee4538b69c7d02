using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>kernels/blake2b.c. Callers check lengths; these methods may be called where <see cref="Kernels.IsNative"/> holds.</summary>
internal static unsafe partial class Blake2bNative
{
    private const int BlockSize = 128;

    internal static void Blocks(Span<ulong> state, ReadOnlySpan<byte> blocks, ulong length)
    {
        fixed (ulong* s = state)
        fixed (byte* b = blocks)
            Blocks(s, b, (nuint)blocks.Length / BlockSize, length);
    }

    internal static void Last(Span<ulong> state, ReadOnlySpan<byte> block, ulong length)
    {
        fixed (ulong* s = state)
        fixed (byte* b = block)
            Last(s, b, length);
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_blake2b_blocks")]
    private static partial void Blocks(ulong* state, byte* blocks, nuint count, ulong length);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_blake2b_last")]
    private static partial void Last(ulong* state, byte* block, ulong length);
}
