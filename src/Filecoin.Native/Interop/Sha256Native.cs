using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>kernels/sha256.c. Callers check lengths; these methods may be called where <see cref="Kernels.IsNative"/> holds.</summary>
internal static unsafe partial class Sha256Native
{
    internal static void Compress(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        fixed (uint* s = state)
        fixed (byte* b = blocks)
            Compress(s, b, (nuint)blocks.Length / 64);
    }

    internal static void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents, byte lastByteMask)
    {
        fixed (byte* p = pairs)
        fixed (byte* d = parents)
            HashPairs(p, d, (nuint)pairs.Length / 64, lastByteMask);
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_sha256_compress")]
    private static partial void Compress(uint* state, byte* blocks, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_sha256_pairs")]
    private static partial void HashPairs(byte* pairs, byte* parents, nuint count, uint lastByteMask);
}
