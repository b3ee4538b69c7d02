using System.Buffers.Binary;

namespace Filecoin.Native.Fields;

public readonly partial struct Fr
{
    /// <summary>Reads a canonical 32-byte little-endian element; false if the integer is not below the modulus.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes.</exception>
    public static bool TryRead(ReadOnlySpan<byte> littleEndian, out Fr value)
    {
        bool canonical = TryReadInteger(littleEndian, out Fr integer);
        value = canonical ? integer * MontgomerySquare : default;
        return canonical;
    }

    /// <summary>Reads a canonical 32-byte little-endian element.</summary>
    /// <exception cref="NonCanonicalFieldElementException">The integer is not below the modulus.</exception>
    /// <exception cref="ArgumentException">Fewer than 32 bytes.</exception>
    public static Fr Read(ReadOnlySpan<byte> littleEndian) =>
        TryRead(littleEndian, out Fr value) ? value : throw NonCanonicalFieldElementException.ForFr(0, littleEndian);

    /// <summary>Writes the canonical 32-byte little-endian encoding.</summary>
    /// <exception cref="ArgumentException">Room for fewer than 32 bytes.</exception>
    public void Write(Span<byte> littleEndian)
    {
        RequireSize(littleEndian.Length, nameof(littleEndian));
        ToInteger().WriteInteger(littleEndian);
    }

    /// <summary>The element of a canonical integer given as four limbs, least significant first; false if it is not below the modulus.</summary>
    /// <exception cref="ArgumentException">Not four limbs.</exception>
    public static bool TryFromCanonical(ReadOnlySpan<ulong> limbs, out Fr value)
    {
        if (limbs.Length != 4)
        {
            throw new ArgumentException($"Expected 4 limbs, found {limbs.Length}.", nameof(limbs));
        }
        var integer = new Fr(limbs[0], limbs[1], limbs[2], limbs[3]);
        bool canonical = IsBelowModulus(integer);
        value = canonical ? integer * MontgomerySquare : default;
        return canonical;
    }

    /// <summary>Writes the canonical integer as four limbs, least significant first: what exponents and scalars are made of.</summary>
    /// <exception cref="ArgumentException">Room for fewer than four limbs.</exception>
    public void ToCanonical(Span<ulong> limbs)
    {
        if (limbs.Length < 4)
        {
            throw new ArgumentException($"Expected room for 4 limbs, found {limbs.Length}.", nameof(limbs));
        }
        Fr raw = ToInteger();
        (limbs[0], limbs[1], limbs[2], limbs[3]) = (raw.L0, raw.L1, raw.L2, raw.L3);
    }

    /// <summary>Whether four integer limbs are below the modulus.</summary>
    internal static bool IsBelowModulus(in Fr raw) =>
        raw.L3 < R3 || (raw.L3 == R3 && (raw.L2 < R2 || (raw.L2 == R2 && (raw.L1 < R1 || (raw.L1 == R1 && raw.L0 < R0)))));

    /// <summary>The limbs of 32 little-endian bytes as they are, not brought into Montgomery form; false if not below the modulus.</summary>
    internal static bool TryReadInteger(ReadOnlySpan<byte> littleEndian, out Fr integer)
    {
        RequireSize(littleEndian.Length, nameof(littleEndian));
        integer = new Fr(
            BinaryPrimitives.ReadUInt64LittleEndian(littleEndian),
            BinaryPrimitives.ReadUInt64LittleEndian(littleEndian[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(littleEndian[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(littleEndian[24..]));
        return IsBelowModulus(integer);
    }

    /// <summary>The limbs as they are, as 32 little-endian bytes.</summary>
    internal void WriteInteger(Span<byte> littleEndian)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian, L0);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[8..], L1);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[16..], L2);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[24..], L3);
    }

    /// <summary>The limbs of the integer itself, carried in the same type.</summary>
    private Fr ToInteger() => this * new Fr(1, 0, 0, 0);

    private static void RequireSize(int length, string parameter)
    {
        if (length < Size)
        {
            throw new ArgumentException($"Expected at least {Size} bytes of a field element, found {length}.", parameter);
        }
    }
}
