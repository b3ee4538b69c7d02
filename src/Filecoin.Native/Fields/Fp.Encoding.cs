using System.Buffers.Binary;

namespace Filecoin.Native.Fields;

public readonly partial struct Fp
{
    /// <summary>Whether the canonical integer is above (p − 1) / 2, and so above its negation's.</summary>
    public bool IsLexicographicallyLargest
    {
        get
        {
            // Doubling a canonical integer passes p exactly where it is above (p − 1) / 2: then the reduced double is odd.
            Fp canonical = ToCanonical();
            return (canonical.Double().L0 & 1) == 1;
        }
    }

    /// <summary>The canonical encoding's element.</summary>
    /// <param name="bytes">48 bytes, big-endian.</param>
    /// <exception cref="ArgumentException">There are not 48 bytes.</exception>
    /// <exception cref="NonCanonicalFieldElementException">The integer is not below p.</exception>
    public static Fp ReadBigEndian(ReadOnlySpan<byte> bytes) =>
        TryReadBigEndian(bytes, out Fp value)
            ? value
            : throw new NonCanonicalFieldElementException("Fp", 0, Convert.ToHexStringLower(bytes), ModulusHex);

    /// <summary>The canonical encoding's element.</summary>
    /// <param name="bytes">48 bytes, big-endian.</param>
    /// <param name="value">The element; zero where there is none.</param>
    /// <returns>Whether the integer is below p.</returns>
    /// <exception cref="ArgumentException">There are not 48 bytes.</exception>
    public static bool TryReadBigEndian(ReadOnlySpan<byte> bytes, out Fp value)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"Expected {Size} bytes, found {bytes.Length}.", nameof(bytes));
        }
        var integer = new Fp(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes));
        bool isCanonical = integer.IsBelowModulus;
        value = isCanonical ? integer * MontgomerySquare : Zero;
        return isCanonical;
    }

    /// <summary>Writes the canonical encoding.</summary>
    /// <param name="bytes">48 bytes, big-endian.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 48 bytes.</exception>
    public void WriteBigEndian(Span<byte> bytes)
    {
        Fp canonical = ToCanonical();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[40..], canonical.L0);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], canonical.L1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], canonical.L2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], canonical.L3);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], canonical.L4);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, canonical.L5);
    }

    /// <summary>The element of a canonical integer.</summary>
    /// <param name="bytes">48 bytes, little-endian.</param>
    /// <param name="value">The element; zero where there is none.</param>
    /// <returns>Whether the integer is below p.</returns>
    /// <exception cref="ArgumentException">There are not 48 bytes.</exception>
    public static bool TryReadLittleEndian(ReadOnlySpan<byte> bytes, out Fp value)
    {
        Span<byte> reversed = stackalloc byte[Size];
        if (bytes.Length == Size)
        {
            bytes.CopyTo(reversed);
            reversed.Reverse();
            return TryReadBigEndian(reversed, out value);
        }
        return TryReadBigEndian(bytes, out value);
    }

    /// <summary>Writes the canonical integer.</summary>
    /// <param name="bytes">Room for 48 bytes, little-endian.</param>
    public void WriteLittleEndian(Span<byte> bytes)
    {
        WriteBigEndian(bytes);
        bytes[..Size].Reverse();
    }

    /// <summary>A big-endian integer of 64 bytes modulo p, as hashing to the field takes it.</summary>
    internal static Fp ReduceWide(ReadOnlySpan<byte> bytes)
    {
        // high·2^256 + low, each of 32 bytes and so below p.
        Fp high = Half(bytes[..32]), low = Half(bytes.Slice(32, 32));
        Fp shift = new Fp(0, 0, 0, 0, 1, 0) * MontgomerySquare;
        return high * shift + low;

        static Fp Half(ReadOnlySpan<byte> half) => new Fp(
            BinaryPrimitives.ReadUInt64BigEndian(half[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(half[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(half[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(half),
            0,
            0) * MontgomerySquare;
    }

    /// <summary>An element from big-endian hexadecimal digits, for constants.</summary>
    internal static Fp FromHex(string digits) => ReadBigEndian(Convert.FromHexString(digits.PadLeft(2 * Size, '0')));

    /// <summary>The limbs of the canonical integer.</summary>
    internal Fp ToCanonical() => this * new Fp(1, 0, 0, 0, 0, 0);

    private bool IsBelowModulus
    {
        get
        {
            ulong borrow = 0;
            SubtractBorrow(L0, P0, ref borrow);
            SubtractBorrow(L1, P1, ref borrow);
            SubtractBorrow(L2, P2, ref borrow);
            SubtractBorrow(L3, P3, ref borrow);
            SubtractBorrow(L4, P4, ref borrow);
            SubtractBorrow(L5, P5, ref borrow);
            return borrow != 0;
        }
    }
}
