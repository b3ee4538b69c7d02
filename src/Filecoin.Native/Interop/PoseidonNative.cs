using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Native.Interop;

/// <summary>fil_poseidon of kernels/field.c. Callers check lengths and overlaps.</summary>
internal static unsafe partial class PoseidonNative
{
    /// <summary>Digests of preimages that lie one after the other. The index of one with a non-canonical element, or −1.</summary>
    public static long HashMany(FieldForm form, PoseidonConstants constants, ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        byte** elements = stackalloc byte*[constants.Arity];
        fixed (byte* input = preimages)
        fixed (byte* output = digests)
        {
            for (int j = 0; j < constants.Arity; j++)
                elements[j] = input + j * Fr.Size;
            return Run(form, constants, elements, constants.Arity * Fr.Size, digests.Length / Fr.Size, output);
        }
    }

    private static long Run(FieldForm form, PoseidonConstants constants, byte** elements, int stride, int count, byte* digests)
    {
        PoseidonTable table = constants.TableFor(form);
        fixed (ulong* words = table.Words)
        {
            var native = new Constants
            {
                Table = words,
                Width = (uint)constants.Width,
                PartialRounds = (uint)constants.PartialRounds,
                Block = (uint)table.Block,
            };
            return Hash(form, &native, elements, (nuint)stride, (nuint)count, digests);
        }
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_poseidon")]
    private static partial long Hash(FieldForm form, Constants* constants, byte** elements, nuint stride, nuint count, byte* digests);

    /// <summary>poseidon_constants of kernels/field.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Constants
    {
        public ulong* Table;
        public uint Width, PartialRounds, Block, Reserved;
    }
}
