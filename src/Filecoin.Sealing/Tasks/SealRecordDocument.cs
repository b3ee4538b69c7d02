using System.Text.Json.Serialization;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Tasks;

/// <summary>The JSON of <c>seal.json</c>.</summary>
internal sealed record SealRecordDocument
{
    private const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required string SectorSize { get; init; }

    public required string ApiVersion { get; init; }

    public required string Feature { get; init; }

    public required string PorepId { get; init; }

    public required string ProverId { get; init; }

    public required ulong SectorNumber { get; init; }

    public required string Ticket { get; init; }

    public required string CommD { get; init; }

    public required string ReplicaId { get; init; }

    public string? CommC { get; init; }

    public string? CommRLast { get; init; }

    public bool Finalized { get; init; }

    public static SealRecordDocument For(SealJob job) => new()
    {
        Version = CurrentVersion,
        SectorSize = job.Config.SectorSize.ToString(),
        ApiVersion = job.Config.ApiVersion.ToText(),
        Feature = job.Config.Feature.ToString(),
        PorepId = job.Config.PorepId.ToString(),
        ProverId = job.Prover.ToString(),
        SectorNumber = job.Sector.Value,
        Ticket = job.Ticket.ToString(),
        CommD = job.CommD.ToString(),
        ReplicaId = job.ReplicaId.ToString(),
    };

    /// <exception cref="FormatException">A commitment is not 64 hexadecimal digits, or the version is a later one.</exception>
    public SealRecordDocument Validated()
    {
        if (Version != CurrentVersion) throw new FormatException($"version {Version}");
        foreach (var hex in (string?[])[CommC, CommRLast])
        {
            if (hex is not null) Commitment.Parse(hex);
        }

        return this;
    }

    /// <summary>The first thing that makes another document another job's, or null.</summary>
    public (string Expected, string Found)? Difference(SealRecordDocument other)
    {
        foreach (var (name, own, its) in ((string, string, string)[])
        [
            ("size", SectorSize, other.SectorSize), ("API version", ApiVersion, other.ApiVersion), ("feature", Feature, other.Feature),
            ("PoRep id", PorepId, other.PorepId), ("prover id", ProverId, other.ProverId),
            ("sector", $"{SectorNumber}", $"{other.SectorNumber}"), ("ticket", Ticket, other.Ticket), ("CommD", CommD, other.CommD),
            ("replica id", ReplicaId, other.ReplicaId),
        ])
        {
            if (own != its) return ($"{name} {own}", $"{name} {its}");
        }

        return null;
    }
}

/// <summary>Serializer of <see cref="SealRecordDocument"/>.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealRecordDocument))]
internal sealed partial class SealRecordJson : JsonSerializerContext;
