using System.Text.Json.Serialization;

namespace Filecoin.Proving.Storage.Index;

/// <summary>What a storage path is for (Lotus <c>storiface.StorageInfo</c>). Lists that are null in JSON read as empty.</summary>
public sealed record StorageInfo
{
    /// <summary>The weight of a path that says none.</summary>
    public const ulong DefaultWeight = 10;

    /// <summary>Which path.</summary>
    [JsonPropertyName("ID")]
    public required StorageId Id { get; init; }

    /// <summary>Where it is served, <c>http://host:port/remote</c>; several machines may serve one path.</summary>
    [JsonPropertyName("URLs")]
    public IReadOnlyList<string> Urls { get; init => field = value ?? []; } = [];

    /// <summary>The larger, the more is put there; 0 for paths that only read.</summary>
    public ulong Weight { get; init; } = DefaultWeight;

    /// <summary>Bytes that sectors may take; 0 for all of the disk.</summary>
    public ulong MaxStorage { get; init; }

    /// <summary>Whether sectors are sealed there.</summary>
    public bool CanSeal { get; init; }

    /// <summary>Whether sectors stay there and are proven from there.</summary>
    public bool CanStore { get; init; }

    /// <summary>The groups that the path belongs to.</summary>
    public IReadOnlyList<string> Groups { get; init => field = value ?? []; } = [];

    /// <summary>The groups that files may move to from here; empty for all.</summary>
    public IReadOnlyList<string> AllowTo { get; init => field = value ?? []; } = [];

    /// <summary>The kinds of files that may lie here, by their directories' names; empty for all. Unknown names allow nothing.</summary>
    public IReadOnlyList<string> AllowTypes { get; init => field = value ?? []; } = [];

    /// <summary>The kinds of files that may not lie here. Unknown names deny nothing.</summary>
    public IReadOnlyList<string> DenyTypes { get; init => field = value ?? []; } = [];

    /// <summary>The miners whose files may lie here, as id addresses; empty for all.</summary>
    public IReadOnlyList<string> AllowMiners { get; init => field = value ?? []; } = [];

    /// <summary>The miners whose files may not lie here.</summary>
    public IReadOnlyList<string> DenyMiners { get; init => field = value ?? []; } = [];

    /// <summary>Those of some kinds of files that may lie here.</summary>
    public SectorFileType Allowed(SectorFileType types)
    {
        SectorFileType allow = AllowTypes.Count == 0 ? types : Union(AllowTypes);
        return types & allow & ~Union(DenyTypes);
    }

    /// <summary>Whether a miner's files may lie here.</summary>
    /// <param name="miner">The miner's actor id.</param>
    public bool AllowsMiner(ulong miner) => (AllowMiners.Count == 0 || AllowMiners.Any(text => IsMiner(text, miner))) && !DenyMiners.Any(text => IsMiner(text, miner));

    private static SectorFileType Union(IReadOnlyList<string> names)
    {
        var types = SectorFileType.None;
        foreach (string name in names)
        {
            if (StorageLayout.TryParse(name, out SectorFileType type))
                types |= type;
        }

        return types;
    }

    private static bool IsMiner(string text, ulong miner) =>
        text.Length > 2 && text[0] is 'f' or 't' && text[1] == '0' && ulong.TryParse(text.AsSpan(2), out ulong id) && id == miner;
}
