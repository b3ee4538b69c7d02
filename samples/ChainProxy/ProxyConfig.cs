using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Proxy;

namespace Filecoin.Samples.ChainProxy;

/// <summary>
/// The configuration file: TOML when its name ends in <c>.toml</c>, else JSON with comments. Every member can be overridden by an environment variable of its path:
/// <c>FILECOIN_CHAINPROXY__PROXY__READDEADLINE=00:00:30</c>, <c>FILECOIN_CHAINPROXY__NODES__0__ENDPOINT=…</c>.
/// </summary>
internal sealed record ProxyConfig
{
    public const string EnvironmentPrefix = "FILECOIN_CHAINPROXY__";

    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:3453"];

    public string TokenKeyFile { get; init; } = "chainproxy.key";

    /// <summary>Npgsql's connection string for pins that coordinators share; absent for pins of this coordinator alone.</summary>
    public string? Postgres { get; init; }

    /// <summary>Where the pins of a single coordinator are; not used with PostgreSQL.</summary>
    public string PinsFile { get; init; } = "chainproxy.pins";

    public IReadOnlyList<NodeOptions> Nodes { get; init; } = [];

    public NodeTimings Timings { get; init; } = new();

    public CoordinatorOptions Coordinator { get; init; } = new();

    public ChainProxyOptions Proxy { get; init; } = new();

    /// <summary>An nginx before the coordinators; absent for none.</summary>
    public NginxConfig? Nginx { get; init; }

    public static ProxyConfig Load(string path)
    {
        try
        {
            JsonObject json = Read(path);
            foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                if (((string)variable.Key).StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                    Override(json, (string)variable.Key, (string)variable.Value!);
            }

            ProxyConfig config = json.Deserialize<ProxyConfig>(ConfigJson.Options) ?? throw new ConfigException($"{path}: expected an object");
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or IOException or InvalidOperationException)
        {
            throw new ConfigException($"{path}: {e.Message}");
        }
    }

    /// <summary>Changes the list of nodes in the file, leaving every other member as it is. Comments are not kept.</summary>
    public static void EditNodes(string path, Action<JsonArray> edit)
    {
        JsonObject json = File.Exists(path) ? Read(path) : TomlReader.NewTable();
        if (json[nameof(Nodes)] is not JsonArray nodes)
            json[nameof(Nodes)] = nodes = [];
        edit(nodes);
        // What would not load is not written.
        json.Deserialize<ProxyConfig>(ConfigJson.Options)!.Validate();
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // Endpoints carry tokens.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(IsToml(path) ? TomlWriter.Write(json) : json.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public ChainCoOptions Options() => new()
    {
        Nodes = Nodes, Timings = Timings, Coordinator = Coordinator, Proxy = Proxy with { Listen = [.. Listen.Select(IPEndPoint.Parse)] },
        TokenKeyFile = TokenKeyFile, Postgres = Postgres, PinsFile = PinsFile,
    };

    private static bool IsToml(string path) => path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase);

    private static JsonObject Read(string path) => IsToml(path) ? TomlReader.Parse(File.ReadAllText(path)) : JsonNode.Parse(
        File.ReadAllBytes(path), new JsonNodeOptions { PropertyNameCaseInsensitive = true },
        new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
        ?? throw new ConfigException($"{path}: expected an object");

    private void Validate()
    {
        foreach (string coordinator in Nginx?.Coordinators ?? [])
            IPEndPoint.Parse(coordinator);
        Options().Validate();
    }

    private static void Override(JsonObject json, string name, string value)
    {
        string[] path = name[EnvironmentPrefix.Length..].Split("__");
        JsonNode at = json;
        for (int i = 0; i < path.Length; i++)
        {
            bool last = i == path.Length - 1;
            JsonNode? next = last ? ValueOf(value) : null;
            if (at is JsonArray array && int.TryParse(path[i], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= array.Count)
            {
                if (index == array.Count)
                    array.Add(next ?? TomlReader.NewTable());
                else if (last)
                    array[index] = next;
                at = array[index]!;
            }
            else if (at is JsonObject members)
            {
                if (last)
                    members[path[i]] = next;
                else if (members[path[i]] is not (JsonObject or JsonArray))
                    members[path[i]] = int.TryParse(path[i + 1], out _) ? new JsonArray() : TomlReader.NewTable();
                at = members[path[i]]!;
            }
            else
            {
                throw new ConfigException($"{name}: there is no such member");
            }
        }
    }

    // true, 7 and ["x"] are themselves; everything else is text.
    private static JsonNode? ValueOf(string value)
    {
        try
        {
            return JsonNode.Parse(value, new JsonNodeOptions { PropertyNameCaseInsensitive = true });
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }
}

/// <summary>The nginx whose upstream block follows the coordinators that are ready.</summary>
internal sealed record NginxConfig
{
    /// <summary>The file that nginx includes.</summary>
    public required string Path { get; init; }

    public string Upstream { get; init; } = "filecoin";

    /// <summary>All coordinators, this one included.</summary>
    public required IReadOnlyList<string> Coordinators { get; init; }

    public IReadOnlyList<string> Reload { get; init; } = ["nginx", "-s", "reload"];
}

/// <summary>The configuration cannot be used.</summary>
internal sealed class ConfigException(string message) : Exception(message);

/// <summary>Addresses are texts in the file; the list beside the proxy's options sets them.</summary>
internal sealed class IPEndPointJsonConverter : JsonConverter<IPEndPoint>
{
    public override IPEndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => IPEndPoint.Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, IPEndPoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>How the file is read. By reflection: generated readers forget the defaults of members that the file leaves out.</summary>
internal static class ConfigJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(), new IPEndPointJsonConverter() },
    };
}
