using System.Text.Json.Serialization;

namespace Filecoin.Proving.Storage.Index;

/// <summary>The room of a storage path in bytes (Lotus <c>fsutil.FsStat</c>).</summary>
public sealed record StorageStat
{
    /// <summary>The file system's size.</summary>
    public long Capacity { get; init; }

    /// <summary>What new sectors may take: free, not reserved, within the path's limit.</summary>
    public long Available { get; init; }

    /// <summary>What the file system has free.</summary>
    [JsonPropertyName("FSAvailable")]
    public long FileSystemAvailable { get; init; }

    /// <summary>Promised to work that is under way and not yet written.</summary>
    public long Reserved { get; init; }

    /// <summary>The path's limit; 0 without one.</summary>
    public long Max { get; init; }

    /// <summary>What sectors take; reckoned where there is a limit.</summary>
    public long Used { get; init; }
}

/// <summary>A sign of life of a storage path (Lotus <c>storiface.HealthReport</c>).</summary>
public sealed record HealthReport
{
    /// <summary>Its room.</summary>
    public StorageStat Stat { get; init => field = value ?? new(); } = new();

    /// <summary>Why it cannot be used now; empty when it can.</summary>
    [JsonPropertyName("Err")]
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>The URLs of the machine that reports; empty to speak for all of the path's, as Lotus does.</summary>
    [JsonPropertyName("URLs")]
    public IReadOnlyList<string> Urls { get; init => field = value ?? []; } = [];
}
