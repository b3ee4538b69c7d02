using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Filecoin.Samples.ChainProxy;

/// <summary>Writes a configuration as TOML: values before tables, lists of tables last.</summary>
internal static class TomlWriter
{
    public static string Write(JsonObject root)
    {
        var text = new StringBuilder();
        Table(text, root, "");
        return text.ToString();
    }

    private static void Table(StringBuilder text, JsonObject table, string path)
    {
        foreach ((string name, JsonNode? value) in table)
        {
            // There is no null; what is not there is the default.
            if (value is not null and not JsonObject && !IsTables(value))
                text.Append(Key(name)).Append(" = ").AppendLine(Value(value));
        }

        foreach ((string name, JsonNode? value) in table)
        {
            string at = path.Length == 0 ? Key(name) : $"{path}.{Key(name)}";
            if (value is JsonObject inner)
            {
                text.Append("\n[").Append(at).AppendLine("]");
                Table(text, inner, at);
            }
            else if (value is JsonArray array && IsTables(array))
            {
                foreach (JsonNode? one in array)
                {
                    text.Append("\n[[").Append(at).AppendLine("]]");
                    Table(text, (JsonObject)one!, at);
                }
            }
        }
    }

    private static bool IsTables(JsonNode value) => value is JsonArray { Count: > 0 } array && array.All(one => one is JsonObject);

    private static string Value(JsonNode value) => value switch
    {
        JsonArray array => $"[{string.Join(", ", array.OfType<JsonNode>().Select(Value))}]",
        JsonObject table => $"{{ {string.Join(", ", table.Where(member => member.Value is not null).Select(member => $"{Key(member.Key)} = {Value(member.Value!)}"))} }}",
        // JSON's strings, numbers and truth values are TOML's.
        _ => value.ToJsonString(),
    };

    private static string Key(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : JsonSerializer.Serialize(name);
}
