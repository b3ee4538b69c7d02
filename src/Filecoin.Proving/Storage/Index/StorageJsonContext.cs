using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Proving.Storage.Index;

/// <summary>Source-generated JSON of storage, as Lotus writes it.</summary>
[JsonSourceGenerationOptions(
    MaxDepth = 16, RespectNullableAnnotations = false, Converters = [typeof(SectorIdJsonConverter), typeof(SectorDeclarationJsonConverter)])]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(StorageId))]
[JsonSerializable(typeof(StorageInfo))]
[JsonSerializable(typeof(StorageStat))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(SectorId))]
[JsonSerializable(typeof(SectorLocks))]
[JsonSerializable(typeof(SectorLockLease))]
[JsonSerializable(typeof(IReadOnlyList<StorageId>))]
[JsonSerializable(typeof(IReadOnlyList<StorageInfo>))]
[JsonSerializable(typeof(IReadOnlyList<SectorStorageInfo>))]
[JsonSerializable(typeof(IReadOnlyList<SectorDeclaration>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<SectorDeclaration>>))]
[JsonSerializable(typeof(StoragePathConfig))]
internal sealed partial class StorageJsonContext : JsonSerializerContext
{
    /// <summary>For files that people edit.</summary>
    public static StorageJsonContext Indented => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = true });
}

/// <summary>A storage id as its text.</summary>
public sealed class StorageIdJsonConverter : JsonConverter<StorageId>
{
    /// <inheritdoc/>
    public override StorageId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && StorageId.TryParse(reader.GetString(), out StorageId id)
            ? id : throw new JsonException($"storage id: expected 1 to {StorageId.MaxLength} letters, digits, '-' and '_'");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StorageId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}

/// <summary>A sector as <c>{"Miner":1000,"Number":1}</c> (go-state-types <c>abi.SectorID</c>).</summary>
internal sealed class SectorIdJsonConverter : JsonConverter<SectorId>
{
    public override SectorId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        SectorJson.Read(ref reader, out SectorId sector, out _, out _);
        return sector;
    }

    public override void Write(Utf8JsonWriter writer, SectorId value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        SectorJson.WriteMembers(writer, value);
        writer.WriteEndObject();
    }
}

/// <summary>A declaration as <c>{"Miner":1000,"Number":1,"SectorFileType":6}</c> (Lotus <c>storiface.Decl</c>), with <c>Primary</c> beside it.</summary>
internal sealed class SectorDeclarationJsonConverter : JsonConverter<SectorDeclaration>
{
    public override SectorDeclaration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        SectorJson.Read(ref reader, out SectorId sector, out SectorFileType types, out bool primary);
        return new SectorDeclaration(sector, types, primary);
    }

    public override void Write(Utf8JsonWriter writer, SectorDeclaration value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        SectorJson.WriteMembers(writer, value.Sector);
        writer.WriteNumber("SectorFileType"u8, (int)value.Types);
        writer.WriteBoolean("Primary"u8, value.Primary);
        writer.WriteEndObject();
    }
}

/// <summary>The members of a sector in JSON.</summary>
internal static class SectorJson
{
    public static void WriteMembers(Utf8JsonWriter writer, SectorId sector)
    {
        writer.WriteNumber("Miner"u8, sector.Miner);
        writer.WriteNumber("Number"u8, sector.Number.Value);
    }

    public static void Read(ref Utf8JsonReader reader, out SectorId sector, out SectorFileType types, out bool primary)
    {
        ulong? miner = null, number = null;
        types = SectorFileType.None;
        primary = true;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("sector: expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            try
            {
                switch (name)
                {
                    case "Miner":
                        miner = reader.GetUInt64();
                        break;
                    case "Number":
                        number = reader.GetUInt64();
                        break;
                    case "SectorFileType":
                        types = (SectorFileType)reader.GetInt32();
                        break;
                    case "Primary":
                        primary = reader.GetBoolean();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException)
            {
                throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"sector: '{name}' has another form"), e);
            }
        }

        if (miner is null || number is null)
            throw new JsonException("sector: expected Miner and Number");
        sector = new SectorId(miner.Value, new SectorNumber(number.Value));
    }
}
