namespace Filecoin.ChainCo.Chain;

/// <summary>Text or bytes that are not a well-formed chain value. The message says what was expected and what was found.</summary>
public class ChainFormatException : FormatException
{
    /// <summary>Creates the exception with the reason.</summary>
    public ChainFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the reason and what lay under it.</summary>
    public ChainFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A foreign text shortened for an error message: at most 64 characters.</summary>
    internal static string Excerpt(ReadOnlySpan<char> text) => text.Length <= 64 ? text.ToString() : string.Concat(text[..61], "...");
}

/// <summary>Text or bytes that are not a Filecoin address.</summary>
public sealed class AddressFormatException(string message) : ChainFormatException(message);

/// <summary>Text or bytes that are not a content identifier.</summary>
public sealed class CidFormatException(string message) : ChainFormatException(message);

/// <summary>Bytes or run lengths that are not a canonical RLE+ bitfield.</summary>
public sealed class BitfieldFormatException(string message) : ChainFormatException(message);

/// <summary>Blocks that cannot stand together in one tipset.</summary>
public sealed class TipSetException(string message) : ChainFormatException(message);

/// <summary>Bytes that are not the deterministic CBOR expected, with the offset at which they stop being so.</summary>
public sealed class CborFormatException(string message, int offset) : ChainFormatException($"{message} at offset {offset}")
{
    /// <summary>The offset of the first byte that is wrong, from the start of the value being read.</summary>
    public int Offset { get; } = offset;
}
