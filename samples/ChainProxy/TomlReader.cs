using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Filecoin.Samples.ChainProxy;

/// <summary>
/// Reads TOML 1.0 (toml.io) as the JSON that says the same. Dates and times, infinities and NaN are refused: nothing in a configuration is one.
/// </summary>
internal sealed class TomlReader
{
    private const int MaxDepth = 32;
    private readonly string _text;

    /// <summary>Values that are complete where they stand; and tables that a header has named.</summary>
    private readonly HashSet<JsonNode> _closed = [], _named = [];
    private int _at;

    private TomlReader(string text) => _text = text;

    private char Here => _at < _text.Length ? _text[_at] : '\0';

    /// <exception cref="FormatException">Not TOML; the message names the line.</exception>
    public static JsonObject Parse(string text) => new TomlReader(text).Document();

    /// <summary>A table whose keys are found in any case.</summary>
    public static JsonObject NewTable() => new(new JsonNodeOptions { PropertyNameCaseInsensitive = true });

    private JsonObject Document()
    {
        JsonObject root = NewTable(), current = root;
        while (SkipBlank())
        {
            if (Take("[["))
            {
                current = Append(root, Key());
                Expect("]]");
            }
            else if (Take("["))
            {
                List<string> key = Key();
                current = Descend(root, key);
                if (!_named.Add(current))
                    throw Wrong($"the table {string.Join('.', key)} is there twice");
                Expect("]");
            }
            else
            {
                Pair(current, 0);
            }

            EndOfLine();
        }

        return root;
    }

    private void Pair(JsonObject table, int depth)
    {
        List<string> key = Key();
        JsonObject into = Descend(table, key[..^1]);
        Expect("=");
        SkipSpace();
        JsonNode value = Value(depth);
        if (!into.TryAdd(key[^1], value))
            throw Wrong($"{string.Join('.', key)} is there twice");
    }

    private JsonObject Append(JsonObject root, List<string> key)
    {
        JsonObject into = Descend(root, key[..^1]), table = NewTable();
        if (into[key[^1]] is null)
            into[key[^1]] = new JsonArray();
        if (into[key[^1]] is not JsonArray array || _closed.Contains(array))
            throw Wrong($"{string.Join('.', key)} is not a list of tables");
        array.Add(table);
        return table;
    }

    /// <summary>The table at a key; of a list of tables the last.</summary>
    private JsonObject Descend(JsonObject from, List<string> key)
    {
        foreach (string part in key)
        {
            if (from[part] is null)
                from[part] = NewTable();
            JsonNode next = from[part]!;
            from = (next is JsonArray { Count: > 0 } array && !_closed.Contains(array) ? array[^1] : next) as JsonObject
                ?? throw Wrong($"{part} is not a table");
            if (_closed.Contains(from))
                throw Wrong($"the table {part} is complete where it stands");
        }

        return from;
    }

    private List<string> Key()
    {
        var key = new List<string>();
        do
        {
            SkipSpace();
            int begin = _at;
            while (char.IsAsciiLetterOrDigit(Here) || Here is '_' or '-')
                _at++;
            key.Add(_at > begin ? _text[begin.._at] : Here switch { '"' => Basic(), '\'' => Literal(), _ => throw Wrong("expected a key") });
            SkipSpace();
        }
        while (Take("."));
        return key;
    }

    private JsonNode Value(int depth)
    {
        if (depth > MaxDepth)
            throw Wrong("values are nested too deep");
        return Here switch
        {
            '"' => JsonValue.Create(_text.AsSpan(_at).StartsWith("\"\"\"") ? Lines('"') : Basic()),
            '\'' => JsonValue.Create(_text.AsSpan(_at).StartsWith("'''") ? Lines('\'') : Literal()),
            '[' => Array(depth),
            '{' => Inline(depth),
            _ => Scalar(),
        };
    }

    private JsonArray Array(int depth)
    {
        var array = new JsonArray();
        Expect("[");
        while (SkipBlank() && Here != ']')
        {
            array.Add(Value(depth + 1));
            SkipBlank();
            if (!Take(","))
                break;
        }

        Expect("]");
        _closed.Add(array);
        return array;
    }

    private JsonObject Inline(int depth)
    {
        JsonObject table = NewTable();
        Expect("{");
        SkipSpace();
        while (Here != '}')
        {
            Pair(table, depth + 1);
            SkipSpace();
            if (!Take(","))
                break;
        }

        Expect("}");
        _closed.Add(table);
        return table;
    }

    private JsonValue Scalar()
    {
        int begin = _at;
        while (char.IsAsciiLetterOrDigit(Here) || Here is '+' or '-' or '_' or '.' or ':')
            _at++;
        string word = _text[begin.._at];
        if (word is "true" or "false")
            return JsonValue.Create(word == "true");
        string digits = word.Replace("_", "", StringComparison.Ordinal);
        bool separated = word.StartsWith('_') || word.EndsWith('_') || word.Contains("__", StringComparison.Ordinal);
        if (!separated && digits.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex))
            return JsonValue.Create(hex);
        if (!separated && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            return JsonValue.Create(integer);
        if (!separated && digits.AsSpan().IndexOfAny("infa:") < 0
            && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            return JsonValue.Create(number);
        throw Wrong(word.Length == 0 ? "expected a value" : $"'{word}' is not a value that a configuration has");
    }

    private string Basic()
    {
        Expect("\"");
        var text = new StringBuilder();
        while (Here != '"')
        {
            if (Here is '\n' or '\r' or '\0')
                throw Wrong("a string does not end");
            if (Here == '\\')
                Escape(text);
            else
                text.Append(_text[_at++]);
        }

        _at++;
        return text.ToString();
    }

    private string Literal()
    {
        int end = _text.IndexOfAny(['\'', '\n', '\r'], ++_at);
        if (end < 0 || _text[end] != '\'')
            throw Wrong("a string does not end");
        string text = _text[_at..end];
        _at = end + 1;
        return text;
    }

    /// <summary>A string of several lines; a line break right after the quotes is not part of it.</summary>
    private string Lines(char quote)
    {
        string quotes = new(quote, 3);
        _at += 3;
        _ = Take("\r\n") || Take("\n");
        var text = new StringBuilder();
        while (!_text.AsSpan(_at).StartsWith(quotes))
        {
            if (_at >= _text.Length)
                throw Wrong("a string does not end");
            if (Here == '\\' && quote == '"')
                Escape(text);
            else
                text.Append(_text[_at++]);
        }

        _at += 3;
        // Up to two quotes may stand before the three that end it.
        for (int i = 0; i < 2 && Here == quote; i++, _at++)
            text.Append(quote);
        return text.ToString();
    }

    private void Escape(StringBuilder to)
    {
        _at++;
        char kind = Here;
        _at++;
        switch (kind)
        {
            case 'u' or 'U':
                int length = kind == 'u' ? 4 : 8;
                if (_at + length > _text.Length || !int.TryParse(_text.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.IsValid(code))
                    throw Wrong("expected a character's number after \\u");
                to.Append(new Rune(code));
                _at += length;
                break;
            case '\n' or '\r' or ' ' or '\t':
                // A backslash at the end of a line takes the white space after it away.
                while (Here is '\n' or '\r' or ' ' or '\t')
                    _at++;
                break;
            default:
                int known = "btnfr\"\\".IndexOf(kind, StringComparison.Ordinal);
                to.Append(known >= 0 ? "\b\t\n\f\r\"\\"[known] : throw Wrong($"there is no \\{kind}"));
                break;
        }
    }

    private void SkipSpace()
    {
        while (Here is ' ' or '\t')
            _at++;
    }

    /// <summary>Goes over white space, line breaks and comments; false at the end.</summary>
    private bool SkipBlank()
    {
        while (true)
        {
            while (Here is ' ' or '\t' or '\n' or '\r')
                _at++;
            if (Here != '#')
                return _at < _text.Length;
            while (Here is not ('\n' or '\0'))
                _at++;
        }
    }

    private void EndOfLine()
    {
        SkipSpace();
        if (Here is not ('\n' or '\r' or '#' or '\0'))
            throw Wrong("expected the end of the line");
    }

    private bool Take(string what)
    {
        if (!_text.AsSpan(_at).StartsWith(what, StringComparison.Ordinal))
            return false;
        _at += what.Length;
        return true;
    }

    private void Expect(string what)
    {
        SkipSpace();
        if (!Take(what))
            throw Wrong($"expected '{what}'");
    }

    private FormatException Wrong(string what) => new($"line {_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1}: {what}");
}
