using System.Runtime.InteropServices;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Interop;

/// <summary>Constants in the representation of a native form's tables, in one pinned array.</summary>
internal static class FieldConstants
{
    /// <summary>2^260 / 2^256: what the eight-lane form's Montgomery radix has over that of memory.</summary>
    private static readonly Fr RadixRatio = Fr.FromUInt64(16);

    /// <summary>Words of a constant: four limbs as in memory, or five of 52 bits.</summary>
    public static int Words(FieldForm form) => form == FieldForm.Ifma ? 5 : 4;

    /// <summary>The constants in order, never moved by the garbage collector.</summary>
    public static ulong[] Encode(FieldForm form, ReadOnlySpan<Fr> constants)
    {
        int words = Words(form);
        ulong[] table = GC.AllocateUninitializedArray<ulong>(constants.Length * words, pinned: true);
        if (words == 4)
        {
            MemoryMarshal.Cast<Fr, ulong>(constants).CopyTo(table);
            return table;
        }
        const ulong Mask = (1UL << 52) - 1;
        for (int i = 0; i < constants.Length; i++)
        {
            Fr scaled = constants[i] * RadixRatio;
            Span<ulong> limbs = table.AsSpan(i * 5, 5);
            limbs[0] = scaled.L0 & Mask;
            limbs[1] = ((scaled.L0 >> 52) | (scaled.L1 << 12)) & Mask;
            limbs[2] = ((scaled.L1 >> 40) | (scaled.L2 << 24)) & Mask;
            limbs[3] = ((scaled.L2 >> 28) | (scaled.L3 << 36)) & Mask;
            limbs[4] = scaled.L3 >> 16;
        }
        return table;
    }
}
