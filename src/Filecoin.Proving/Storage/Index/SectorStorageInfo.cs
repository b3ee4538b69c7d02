using System.Text.Json.Serialization;

namespace Filecoin.Proving.Storage.Index;

/// <summary>A storage path that has files of a sector, or could fetch them (Lotus <c>storiface.SectorStorageInfo</c>).</summary>
public sealed record SectorStorageInfo
{
    /// <summary>Which path.</summary>
    [JsonPropertyName("ID")]
    public required StorageId Id { get; init; }

    /// <summary>
    /// Where the asked kind of file is served, <c>http://host:port/remote/sealed/s-t01000-1</c>, that which was heard of last first; empty when
    /// several kinds were asked for.
    /// </summary>
    [JsonPropertyName("URLs")]
    public IReadOnlyList<string> Urls { get; init => field = value ?? []; } = [];

    /// <summary>Where the path is served, <c>http://host:port/remote</c>.</summary>
    [JsonPropertyName("BaseURLs")]
    public IReadOnlyList<string> BaseUrls { get; init => field = value ?? []; } = [];

    /// <summary>The path's weight times the number of asked kinds that it has.</summary>
    public ulong Weight { get; init; }

    /// <inheritdoc cref="StorageInfo.CanSeal"/>
    public bool CanSeal { get; init; }

    /// <inheritdoc cref="StorageInfo.CanStore"/>
    public bool CanStore { get; init; }

    /// <summary>Whether a file there is the sector's lasting one and not a copy made for work.</summary>
    public bool Primary { get; init; }

    /// <inheritdoc cref="StorageInfo.AllowTypes"/>
    public IReadOnlyList<string> AllowTypes { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.DenyTypes"/>
    public IReadOnlyList<string> DenyTypes { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.AllowMiners"/>
    public IReadOnlyList<string> AllowMiners { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.DenyMiners"/>
    public IReadOnlyList<string> DenyMiners { get; init => field = value ?? []; } = [];

    /// <summary>Which of the asked kinds the path has; none where it could only fetch them. Lotus does not say it.</summary>
    public SectorFileType SectorFileType { get; init; }
}

/// <summary>Files of a sector in a storage path.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Types">The kinds of its files.</param>
/// <param name="Primary">Whether they are the sector's lasting ones.</param>
public sealed record SectorDeclaration(Sectors.SectorId Sector, SectorFileType Types, bool Primary = true);
