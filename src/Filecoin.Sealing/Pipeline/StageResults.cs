using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Filecoin.Sealing.Pipeline;

/// <summary>What <see cref="SealStage.Sdr"/> fixed before it began: the chain randomness bound into the replica.</summary>
/// <param name="Ticket">64 hexadecimal digits.</param>
/// <param name="Epoch">The epoch that it was drawn at.</param>
/// <param name="Round">The round of labelling that the files on the machine are of.</param>
public sealed record SdrResult(string Ticket, long Epoch, long Round);

/// <summary>What <see cref="SealStage.TreeD"/> left.</summary>
/// <param name="CommD">64 hexadecimal digits.</param>
public sealed record TreeDResult(string CommD);

/// <summary>What <see cref="SealStage.Trees"/> left.</summary>
/// <param name="CommR">64 hexadecimal digits.</param>
public sealed record TreesResult(string CommR);

/// <summary>A message that carries the sector.</summary>
/// <param name="Message">Its idempotency key.</param>
/// <param name="Sectors">How many sectors it carries.</param>
public sealed record MessageResult(string Message, int Sectors);

/// <summary>Where the precommit is on the chain.</summary>
/// <param name="Epoch">The epoch of the precommit: the seed comes some epochs later.</param>
public sealed record PreCommitResult(long Epoch);

/// <summary>The interactive randomness.</summary>
/// <param name="Seed">64 hexadecimal digits.</param>
/// <param name="Epoch">The epoch that it was drawn at.</param>
public sealed record SeedResult(string Seed, long Epoch);

/// <summary>The proof.</summary>
/// <param name="Proof">192 bytes a partition.</param>
public sealed record PoRepResult(byte[] Proof);

/// <summary>The sector on the chain.</summary>
/// <param name="Activation">When the proof was accepted.</param>
/// <param name="Expiration">When the sector ends.</param>
public sealed record CommitResult(long Activation, long Expiration);

/// <summary>What a stage without an outcome of its own left.</summary>
/// <param name="Files">Where the sector's files are, in words.</param>
public sealed record FilesResult(string? Files);

/// <summary>JSON of the results.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SdrResult))]
[JsonSerializable(typeof(TreeDResult))]
[JsonSerializable(typeof(TreesResult))]
[JsonSerializable(typeof(MessageResult))]
[JsonSerializable(typeof(PreCommitResult))]
[JsonSerializable(typeof(SeedResult))]
[JsonSerializable(typeof(PoRepResult))]
[JsonSerializable(typeof(CommitResult))]
[JsonSerializable(typeof(FilesResult))]
[JsonSerializable(typeof(SectorPiece))]
internal sealed partial class PipelineJson : JsonSerializerContext
{
    public static string Write<T>(T value)
        where T : notnull => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!);

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!) ?? throw new JsonException($"expected {typeof(T).Name}, found null");
}
