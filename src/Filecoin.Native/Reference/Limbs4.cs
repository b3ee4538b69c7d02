using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;

namespace Filecoin.Native.Reference;

/// <summary>An integer of 256 bits in four limbs, least significant first: a scalar outside Montgomery form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Limbs4(ulong L0, ulong L1, ulong L2, ulong L3)
{
    /// <summary>Up to 16 bits from a position on.</summary>
    internal int Bits(int position, int count)
    {
        ulong low = Limb(position >> 6) >> (position & 63);
        ulong high = (position & 63) == 0 ? 0 : Limb((position >> 6) + 1) << (64 - (position & 63));
        return (int)((low | high) & ((1ul << count) - 1));
    }

    /// <summary>The integer that these limbs hold in one form or the other.</summary>
    internal Limbs4 ToCanonical(ScalarForm form)
    {
        if (form == ScalarForm.Canonical)
        {
            return this;
        }
        Span<Limbs4> limbs = [this];
        MemoryMarshal.Cast<Limbs4, Fr>(limbs)[0].ToCanonical(MemoryMarshal.Cast<Limbs4, ulong>(limbs));
        return limbs[0];
    }

    private ulong Limb(int index) => index switch
    {
        0 => L0,
        1 => L1,
        2 => L2,
        3 => L3,
        _ => 0,
    };
}
