using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// An amount of FIL in attoFIL (10^-18 FIL), or any other signed big integer of the chain such as a weight.
/// CBOR: a byte string, empty for zero, else a sign byte (0 positive, 1 negative) and the magnitude in big-endian. JSON: a decimal string.
/// </summary>
[JsonConverter(typeof(TokenAmountJsonConverter))]
public readonly record struct TokenAmount(BigInteger Atto) : IComparable<TokenAmount>, ICborValue<TokenAmount>
{
    /// <summary>attoFIL in one FIL.</summary>
    public static readonly BigInteger AttoPerFil = BigInteger.Pow(10, 18);

    /// <summary>Longest encoding, sign byte included (go-state-types big.BigIntMaxSerializedLen).</summary>
    public const int MaxEncodedLength = 128;

    private const int MaxDigits = 310;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("-.0123456789");

    /// <summary>Nothing.</summary>
    public static TokenAmount Zero => default;

    /// <summary>A whole number of FIL.</summary>
    public static TokenAmount FromFil(long fil) => new(fil * AttoPerFil);

    /// <summary>A number of nanoFIL.</summary>
    public static TokenAmount FromNano(long nano) => new(nano * BigInteger.Pow(10, 9));

    /// <summary>Reads "1.5", "1.5 FIL", "20 attoFIL" or "20 afil" as Lotus does: a bare number is FIL.</summary>
    /// <exception cref="ChainFormatException">Another unit, more than 18 decimals, or not a number.</exception>
    public static TokenAmount ParseFil(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        string number = end < 0 ? text : text[..end];
        bool atto = (end < 0 ? "" : text[end..].Trim().ToUpperInvariant()) switch
        {
            "" or "FIL" => false,
            "ATTOFIL" or "AFIL" => true,
            _ => throw new ChainFormatException($"token amount: expected FIL or attoFIL in '{ChainFormatException.Excerpt(text)}'"),
        };
        bool negative = number.StartsWith('-');
        ReadOnlySpan<char> digits = negative ? number.AsSpan(1) : number;
        int point = digits.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? digits : digits[..point];
        ReadOnlySpan<char> fraction = point < 0 ? "" : digits[(point + 1)..].TrimEnd('0');
        int decimals = atto ? 0 : 18;
        if (whole.Length + fraction.Length > 50 || (whole.IsEmpty && point is < 0 or 0 && digits.Length <= 1)
            || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9') || fraction.Length > decimals)
            throw new ChainFormatException($"token amount: expected a number with at most {decimals} decimals in '{ChainFormatException.Excerpt(text)}'");
        var value = BigInteger.Parse(string.Concat("0", whole, fraction.ToString().PadRight(decimals, '0')), CultureInfo.InvariantCulture);
        return new TokenAmount(negative ? -value : value);
    }

    /// <summary>The amount in FIL with its unit and without trailing zeros: "1.001 FIL".</summary>
    public string ToFilString()
    {
        var whole = BigInteger.DivRem(BigInteger.Abs(Atto), AttoPerFil, out BigInteger rest);
        string fraction = rest.IsZero ? "" : "." + rest.ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{(Atto.Sign < 0 ? "-" : "")}{whole}{fraction} FIL");
    }

    /// <summary>The decimal number of attoFIL, the form in JSON.</summary>
    public override string ToString() => Atto.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the decimal number of attoFIL, or returns false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TokenAmount amount)
    {
        amount = default;
        if (text.Length is 0 or > MaxDigits || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value))
            return false;
        amount = new TokenAmount(value);
        return true;
    }

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Atto.IsZero)
        {
            writer.WriteBytes([]);
            return;
        }

        BigInteger magnitude = BigInteger.Abs(Atto);
        int length = magnitude.GetByteCount(isUnsigned: true);
        if (length + 1 > MaxEncodedLength)
            throw new ChainFormatException($"big integer: {length + 1} bytes, at most {MaxEncodedLength} are allowed");
        Span<byte> encoded = stackalloc byte[length + 1];
        encoded[0] = Atto.Sign < 0 ? (byte)1 : (byte)0;
        magnitude.TryWriteBytes(encoded[1..], out _, isUnsigned: true, isBigEndian: true);
        writer.WriteBytes(encoded);
    }

    /// <inheritdoc/>
    public static TokenAmount ReadCbor(ref DagCborReader reader)
    {
        int at = reader.Offset;
        ReadOnlySpan<byte> encoded = reader.ReadBytes(MaxEncodedLength);
        if (encoded.IsEmpty)
            return Zero;
        if (encoded[0] > 1 || encoded.Length == 1 || encoded[1] == 0)
            throw new CborFormatException("big integer: expected sign 0 or 1 and a magnitude without leading zeros", at);
        var magnitude = new BigInteger(encoded[1..], isUnsigned: true, isBigEndian: true);
        return new TokenAmount(encoded[0] == 1 ? -magnitude : magnitude);
    }

    /// <inheritdoc/>
    public int CompareTo(TokenAmount other) => Atto.CompareTo(other.Atto);

    /// <summary>The sum.</summary>
    public static TokenAmount operator +(TokenAmount left, TokenAmount right) => new(left.Atto + right.Atto);

    /// <summary>The difference.</summary>
    public static TokenAmount operator -(TokenAmount left, TokenAmount right) => new(left.Atto - right.Atto);

    /// <summary>The product with a number.</summary>
    public static TokenAmount operator *(TokenAmount left, BigInteger right) => new(left.Atto * right);

    /// <summary>Less than.</summary>
    public static bool operator <(TokenAmount left, TokenAmount right) => left.Atto < right.Atto;

    /// <summary>Greater than.</summary>
    public static bool operator >(TokenAmount left, TokenAmount right) => left.Atto > right.Atto;

    /// <summary>At most.</summary>
    public static bool operator <=(TokenAmount left, TokenAmount right) => left.Atto <= right.Atto;

    /// <summary>At least.</summary>
    public static bool operator >=(TokenAmount left, TokenAmount right) => left.Atto >= right.Atto;
}

/// <summary>Big integers in JSON as decimal strings; null reads as zero.</summary>
public sealed class TokenAmountJsonConverter : JsonConverter<TokenAmount>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override TokenAmount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType == JsonTokenType.String && TokenAmount.TryParse(reader.GetString(), out TokenAmount amount))
            return amount;
        throw new JsonException("big integer: expected a decimal number in a string");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TokenAmount value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
