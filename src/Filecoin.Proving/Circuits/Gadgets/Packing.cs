using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>Bits gathered into field elements, and the bit order of bytes.</summary>
internal static class Packing
{
    /// <summary>A new number that holds up to 254 bits, least significant first.</summary>
    public static Number Pack<TCs>(ref TCs cs, scoped ReadOnlySpan<Bit> bits)
        where TCs : IConstraintSystem, allows ref struct
    {
        using TermList sum = Sum(bits);
        Number packed = Number.Allocate(ref cs, TCs.HasWitness ? ValueOf(bits) : default);
        cs.Bind("pack", sum.AsSpan(), packed.Variable, packed.Value);
        return packed;
    }

    /// <summary>Public inputs that hold the bits, 254 to an input, least significant first.</summary>
    public static void PackIntoInputs<TCs>(ref TCs cs, scoped ReadOnlySpan<Bit> bits)
        where TCs : IConstraintSystem, allows ref struct
    {
        while (!bits.IsEmpty)
        {
            ReadOnlySpan<Bit> chunk = bits[..Math.Min(bits.Length, Fr.CapacityBits)];
            bits = bits[chunk.Length..];
            using TermList sum = Sum(chunk);
            Fr value = TCs.HasWitness ? ValueOf(chunk) : default;
            Variable input = cs.AllocateInput(value);
            cs.Bind("pack into input", sum.AsSpan(), input, value);
        }
    }

    /// <summary>
    /// The bits in the order SHA-256 reads them: bytes stay where they are, the bits of each turn from least to most
    /// significant first. A missing last bit of the last byte is the constant false.
    /// </summary>
    /// <param name="bits">Least significant first within each byte.</param>
    /// <param name="reversed">Receives as many bits, rounded up to whole bytes.</param>
    public static void ReverseBytes(ReadOnlySpan<Bit> bits, Span<Bit> reversed)
    {
        for (int i = 0; i < reversed.Length; i++)
        {
            int source = (i & ~7) + 7 - (i & 7);
            reversed[i] = source < bits.Length ? bits[source] : Bit.False;
        }
    }

    private static TermList Sum(ReadOnlySpan<Bit> bits)
    {
        var sum = new TermList(bits.Length + 1);
        for (int i = 0; i < bits.Length; i++)
        {
            sum.Add(bits[i], Coefficients.PowerOfTwo[i]);
        }
        return sum;
    }

    private static Fr ValueOf(ReadOnlySpan<Bit> bits)
    {
        Span<ulong> limbs = stackalloc ulong[4];
        limbs.Clear();
        for (int i = 0; i < bits.Length; i++)
        {
            limbs[i >> 6] |= (bits[i].Value ? 1UL : 0UL) << (i & 63);
        }
        // At most 254 bits, so always canonical.
        return Fr.TryFromCanonical(limbs, out Fr value) ? value : throw new ArgumentOutOfRangeException(nameof(bits), bits.Length, "At most 254 bits fit a field element.");
    }
}
