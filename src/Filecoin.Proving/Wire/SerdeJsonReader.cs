using System.Globalization;
using System.Text;
using System.Text.Json;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Wire;

/// <summary>
/// Reads serde's JSON from bytes in memory, keeping the path for errors. Every array's length is known to the caller beforehand,
/// so nothing is allocated on the word of the input.
/// </summary>
internal ref struct SerdeJsonReader
{
    private const int MaxDepth = 32;

    private readonly string _document;
    private readonly string?[] _names = new string?[MaxDepth];
    private readonly int[] _indices = new int[MaxDepth];
    private Utf8JsonReader _json;
    private int _depth;

    public SerdeJsonReader(ReadOnlySpan<byte> utf8, string document)
    {
        _document = document;
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        Advance();
    }

    /// <summary>Enters an object; the current token must open it.</summary>
    public void StartObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        Push(null, -1);
    }

    /// <summary>Moves to the next property's value; false at the object's end, when all of <paramref name="fields"/> have been seen.</summary>
    public bool NextField(JsonFields fields, ref uint seen, out int field)
    {
        Advance();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            for (field = 0; field < fields.Count; field++)
            {
                if ((seen & (1u << field)) == 0)
                {
                    _names[_depth - 1] = fields[field];
                    throw Malformed("the property", "the end of the object");
                }
            }

            Pop();
            return false;
        }

        field = fields.IndexOf(ref _json);
        if (field < 0)
        {
            _names[_depth - 1] = null;
            throw Malformed("one of the struct's properties", Describe());
        }

        _names[_depth - 1] = fields[field];
        if ((seen & (1u << field)) != 0)
            throw Malformed("the property once", "it again");
        seen |= 1u << field;
        Advance();
        return true;
    }

    /// <summary>Enters an array; the current token must open it.</summary>
    public void StartArray()
    {
        Expect(JsonTokenType.StartArray, "an array");
        Push(null, -1);
    }

    /// <summary>Moves to element <paramref name="index"/> of an array of <paramref name="count"/>.</summary>
    public void Element(int index, int count)
    {
        _indices[_depth - 1] = index;
        Advance();
        if (_json.TokenType == JsonTokenType.EndArray)
            throw Malformed($"an array of {count}", $"its end after {index}");
    }

    /// <summary>Leaves an array that has given its <paramref name="count"/> elements.</summary>
    public void EndArray(int count)
    {
        Advance();
        if (_json.TokenType != JsonTokenType.EndArray)
            throw Malformed($"an array of {count}", "more elements");
        Pop();
    }

    public readonly ulong UInt64()
    {
        if (_json.TokenType != JsonTokenType.Number || !_json.TryGetUInt64(out var value))
            throw Malformed("an unsigned number", Describe());
        return value;
    }

    public readonly ulong UInt64Below(ulong bound)
    {
        var value = UInt64();
        if (value >= bound)
            throw Malformed($"a number below {bound}", value.ToString(CultureInfo.InvariantCulture));
        return value;
    }

    public readonly void Null()
    {
        if (_json.TokenType != JsonTokenType.Null)
            throw Malformed("null", Describe());
    }

    public readonly string String()
    {
        if (_json.TokenType != JsonTokenType.String)
            throw Malformed("a string", Describe());
        return _json.GetString()!;
    }

    /// <summary>An array of numbers 0 to 255.</summary>
    public void Bytes(scoped Span<byte> destination)
    {
        StartArray();
        for (var i = 0; i < destination.Length; i++)
        {
            Element(i, destination.Length);
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetByte(out destination[i]))
                throw Malformed("a number from 0 to 255", Describe());
        }

        EndArray(destination.Length);
    }

    /// <summary>A field element as an array of 32 numbers, below the modulus.</summary>
    public void FieldElement(scoped Span<byte> destination)
    {
        Bytes(destination);
        if (!Fr.TryRead(destination, out _))
            throw Malformed("a canonical field element", "0x" + Convert.ToHexStringLower(destination));
    }

    /// <summary>An array of field elements that fills <paramref name="destination"/>.</summary>
    public void FieldElements(scoped Span<byte> destination)
    {
        var count = destination.Length / 32;
        StartArray();
        for (var i = 0; i < count; i++)
        {
            Element(i, count);
            FieldElement(destination.Slice(32 * i, 32));
        }

        EndArray(count);
    }

    /// <summary>Nothing but white space may follow the document.</summary>
    public void End()
    {
        try
        {
            if (!_json.Read())
                return;
        }
        catch (JsonException e)
        {
            throw Malformed("the end of the document", e.Message, e);
        }

        throw Malformed("the end of the document", Describe());
    }

    public readonly WireFormatException Malformed(string expected, string found, Exception? inner = null) =>
        new(_document, _json.TokenStartIndex, Path(), expected, found, inner);

    private void Advance()
    {
        try
        {
            if (_json.Read())
                return;
        }
        catch (JsonException e)
        {
            throw Malformed("JSON", e.Message, e);
        }

        throw Malformed("a JSON value", "the end of the document");
    }

    private readonly void Expect(JsonTokenType type, string expected)
    {
        if (_json.TokenType != type)
            throw Malformed(expected, Describe());
    }

    private void Push(string? name, int index)
    {
        if (_depth == MaxDepth)
            throw Malformed($"at most {MaxDepth} levels", "more");
        _names[_depth] = name;
        _indices[_depth++] = index;
    }

    private void Pop() => _depth--;

    private readonly string Describe() => _json.TokenType switch
    {
        JsonTokenType.Number => Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(24, _json.ValueSpan.Length)]),
        JsonTokenType.PropertyName or JsonTokenType.String => '"' + Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(40, _json.ValueSpan.Length)]) + '"',
        var type => type.ToString(),
    };

    private readonly string Path()
    {
        var path = new StringBuilder("$");
        for (var i = 0; i < _depth; i++)
        {
            if (_names[i] is { } name)
                path.Append('.').Append(name);
            else if (_indices[i] >= 0)
                path.Append(CultureInfo.InvariantCulture, $"[{_indices[i]}]");
        }

        return path.ToString();
    }
}
