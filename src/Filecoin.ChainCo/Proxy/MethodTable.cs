using System.Collections.Frozen;
using System.Text;

namespace Filecoin.ChainCo.Proxy;

/// <summary>A version of the API: the last part of the path <c>/rpc/v1</c>.</summary>
public enum ApiVersion
{
    /// <summary><c>/rpc/v0</c>: the old API, still asked for by miners.</summary>
    V0,

    /// <summary><c>/rpc/v1</c>: the API of daemons today.</summary>
    V1,

    /// <summary><c>/rpc/v2</c>: selectors in place of tipset keys.</summary>
    V2,
}

/// <summary>
/// The class of every method, by API version. Names, positions and permissions are those of lotus api/api_full.go, api_common.go, api_net.go,
/// v0api/full.go, v2api/full.go and eth_aliases.go. What is not in the table does not exist for clients.
/// </summary>
public sealed partial class MethodTable
{
    private const int MaxNameLength = 96;
    private readonly FrozenDictionary<string, (string Name, MethodRule Rule)> _rules;
    private readonly FrozenDictionary<string, (string Name, MethodRule Rule)>.AlternateLookup<ReadOnlySpan<char>> _byChars;

    private MethodTable(IEnumerable<MethodRule> rules)
    {
        var all = rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        foreach ((string alias, string name) in Aliases)
        {
            if (all.TryGetValue(Prefix + name, out MethodRule? rule))
                all[alias] = rule;
        }

        if (all.TryGetValue(Prefix + "Discover", out MethodRule? discover))
            all["rpc.discover"] = discover;
        _rules = all.ToFrozenDictionary(pair => pair.Key, pair => (pair.Key, pair.Value), StringComparer.Ordinal);
        _byChars = _rules.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Every name a client may use, aliases included.</summary>
    public IReadOnlyCollection<string> Names => _rules.Keys;

    /// <summary>The rules, each once.</summary>
    public IEnumerable<MethodRule> Rules => _rules.Values.Select(entry => entry.Rule).Distinct();

    /// <summary>The table of a version.</summary>
    public static MethodTable Of(ApiVersion version) => version switch
    {
        ApiVersion.V0 => V0Table.Value,
        ApiVersion.V1 => V1Table.Value,
        ApiVersion.V2 => V2Table.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(version)),
    };

    /// <summary>The rule of a method by any of its names, or null.</summary>
    public MethodRule? Find(string name) => _rules.GetValueOrDefault(name).Rule;

    /// <summary>A method's name in UTF-8 as the table's string; null when it is not in the table.</summary>
    internal string? NameOf(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxNameLength)
            return null;
        Span<char> chars = stackalloc char[MaxNameLength];
        int length = Encoding.UTF8.GetChars(name, chars);
        return _byChars.TryGetValue(chars[..length], out (string Name, MethodRule Rule) entry) ? entry.Name : null;
    }
}
