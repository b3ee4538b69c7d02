namespace Filecoin.Native.Fields;

/// <summary>
/// Bytes that should hold a field element hold an integer that is not below the field's modulus.
/// The encodings of this library are canonical: every element has exactly one, and no other is accepted.
/// </summary>
public sealed class NonCanonicalFieldElementException : FormatException
{
    /// <summary>Describes one rejected element.</summary>
    /// <param name="field">The field's name, as <c>Fr</c> or <c>Fp</c>.</param>
    /// <param name="offset">Where the element starts, in bytes from the start of what was read.</param>
    /// <param name="found">The rejected integer, in big-endian hexadecimal digits.</param>
    /// <param name="modulus">The field's modulus, in big-endian hexadecimal digits.</param>
    public NonCanonicalFieldElementException(string field, long offset, string found, string modulus)
        : base($"Expected a canonical element of {field} (below 0x{modulus}) at byte offset {offset}, found 0x{found}.")
    {
        Field = field;
        Offset = offset;
        Found = found;
        Modulus = modulus;
    }

    /// <summary>The field's name.</summary>
    public string Field { get; }

    /// <summary>Where the element starts, in bytes from the start of what was read.</summary>
    public long Offset { get; }

    /// <summary>The rejected integer, in big-endian hexadecimal digits without prefix.</summary>
    public string Found { get; }

    /// <summary>The field's modulus, in big-endian hexadecimal digits without prefix.</summary>
    public string Modulus { get; }

    /// <summary>The exception for a little-endian encoding of an element of <see cref="Fr"/>.</summary>
    internal static NonCanonicalFieldElementException ForFr(long offset, ReadOnlySpan<byte> littleEndian)
    {
        Span<byte> bigEndian = stackalloc byte[Fr.Size];
        littleEndian[..Fr.Size].CopyTo(bigEndian);
        bigEndian.Reverse();
        return new NonCanonicalFieldElementException("Fr", offset, Convert.ToHexStringLower(bigEndian), Fr.ModulusHex);
    }
}
