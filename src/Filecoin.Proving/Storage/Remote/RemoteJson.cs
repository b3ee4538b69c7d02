using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>What is asked for a PoSt's vanilla proof (Lotus <c>paths.SingleVanillaParams</c>).</summary>
internal sealed record SingleVanillaParams(ulong Miner, SectorChallenge Sector, long ProofType);

/// <summary>A sector and its challenged nodes (Lotus <c>storiface.PostSectorChallenge</c>).</summary>
internal sealed record SectorChallenge(
    long SealProof, ulong SectorNumber, [property: JsonPropertyName("SealedCID")] Cid SealedCid, IReadOnlyList<ulong> Challenge, bool Update);

/// <summary>What is asked for the first phase of a commit (Lotus <c>paths.PoRepVanillaParams</c>).</summary>
internal sealed record PoRepVanillaParams(SectorRef Sector, Cid Sealed, Cid Unsealed, byte[] Ticket, byte[] Seed);

/// <summary>A sector and its registered seal proof (Lotus <c>storiface.SectorRef</c>).</summary>
internal sealed record SectorRef([property: JsonPropertyName("ID")] SectorId Id, long ProofType);

/// <summary>Source-generated JSON of remote storage, as Lotus writes it.</summary>
[JsonSourceGenerationOptions(MaxDepth = 16, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, Converters = [typeof(SectorIdJsonConverter)])]
[JsonSerializable(typeof(SingleVanillaParams))]
[JsonSerializable(typeof(PoRepVanillaParams))]
[JsonSerializable(typeof(FetchRecord))]
internal sealed partial class RemoteJsonContext : JsonSerializerContext;
