using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>
/// <c>sectorstore.json</c>: what a storage path is for, written on the disk itself, so that it goes with the disk to another machine
/// (Lotus <c>storiface.LocalStorageMeta</c>).
/// </summary>
public sealed record StoragePathConfig
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Which path; made once.</summary>
    [JsonPropertyName("ID")]
    public required StorageId Id { get; init; }

    /// <inheritdoc cref="StorageInfo.Weight"/>
    public ulong Weight { get; init; } = StorageInfo.DefaultWeight;

    /// <inheritdoc cref="StorageInfo.CanSeal"/>
    public bool CanSeal { get; init; }

    /// <inheritdoc cref="StorageInfo.CanStore"/>
    public bool CanStore { get; init; }

    /// <inheritdoc cref="StorageInfo.MaxStorage"/>
    public ulong MaxStorage { get; init; }

    /// <inheritdoc cref="StorageInfo.Groups"/>
    public IReadOnlyList<string> Groups { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.AllowTo"/>
    public IReadOnlyList<string> AllowTo { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.AllowTypes"/>
    public IReadOnlyList<string> AllowTypes { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.DenyTypes"/>
    public IReadOnlyList<string> DenyTypes { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.AllowMiners"/>
    public IReadOnlyList<string> AllowMiners { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="StorageInfo.DenyMiners"/>
    public IReadOnlyList<string> DenyMiners { get; init => field = value ?? []; } = [];

    /// <summary>Reads the description of a storage path.</summary>
    /// <param name="directory">The path.</param>
    /// <exception cref="SectorFileException">It is missing: no disk is mounted there, or it was never initialised.</exception>
    /// <exception cref="InvalidDataException">It is of another form.</exception>
    public static StoragePathConfig Read(string directory)
    {
        string path = Path.Combine(directory, StorageLayout.MetaFile);
        var file = new FileInfo(path);
        if (!file.Exists)
            throw SectorFileException.Missing(path, "the description of a storage path");
        if (file.Length > MaxBytes)
            throw new InvalidDataException($"{path}: expected at most {MaxBytes} bytes, found {file.Length}");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), StorageJsonContext.Default.StoragePathConfig) ?? throw new JsonException("expected an object, found null");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Writes the description of a storage path whole, in place of the one it may have.</summary>
    public void Write(string directory) =>
        PendingFile.WriteAllBytes(Path.Combine(directory, StorageLayout.MetaFile), JsonSerializer.SerializeToUtf8Bytes(this, StorageJsonContext.Indented.StoragePathConfig));

    /// <summary>Whether another description says the same, list by list.</summary>
    internal bool SaysTheSameAs(StoragePathConfig other) =>
        JsonSerializer.Serialize(this, StorageJsonContext.Default.StoragePathConfig) == JsonSerializer.Serialize(other, StorageJsonContext.Default.StoragePathConfig);

    /// <summary>As the index knows it.</summary>
    /// <param name="urls">Where this machine serves it.</param>
    public StorageInfo ToInfo(IReadOnlyList<string> urls) => new()
    {
        Id = Id,
        Urls = urls,
        Weight = Weight,
        MaxStorage = MaxStorage,
        CanSeal = CanSeal,
        CanStore = CanStore,
        Groups = Groups,
        AllowTo = AllowTo,
        AllowTypes = AllowTypes,
        DenyTypes = DenyTypes,
        AllowMiners = AllowMiners,
        DenyMiners = DenyMiners,
    };
}
