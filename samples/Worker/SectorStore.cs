using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Worker;

/// <summary>A directory of sectors: <c>unsealed/</c>, <c>sealed/</c>, <c>cache/</c>, <c>proofs/</c>, and a manifest for each sector.</summary>
internal sealed class SectorStore(string directory)
{
    public string Directory { get; } = directory;

    public string ManifestPath(SectorId id) => Path.Combine(Directory, $"{id}.json");

    /// <summary>A sector's manifest, or null.</summary>
    public SectorManifest? Load(SectorId id) => File.Exists(ManifestPath(id)) ? Read(ManifestPath(id)) : null;

    public void Save(SectorManifest manifest)
    {
        System.IO.Directory.CreateDirectory(Directory);
        PendingFile.WriteAllBytes(ManifestPath(manifest.Id), JsonSerializer.SerializeToUtf8Bytes(manifest, WorkerJson.Default.SectorManifest));
    }

    /// <summary>The sectors that a command names, by number: all that are there where it names none.</summary>
    public IReadOnlyList<SectorManifest> Select(string? miner, ulong? sector)
    {
        if (!System.IO.Directory.Exists(Directory))
            throw new DirectoryNotFoundException($"'{Directory}': expected a directory of sectors, found none.");
        var selected = System.IO.Directory.GetFiles(Directory, "s-t0*-*.json")
            .Select(Read)
            .Where(m => (miner is null || m.Id.Miner == Names.ActorId(miner)) && (sector is null || m.Sector == sector))
            .OrderBy(m => m.Id.Miner).ThenBy(m => m.Sector)
            .ToList();
        return selected.Count > 0 ? selected : throw new WorkerException($"'{Directory}': expected a sector, found no manifest of one.");
    }

    /// <summary>The one sector that a command names.</summary>
    public SectorManifest Single(string? miner, ulong? sector)
    {
        var selected = Select(miner, sector);
        return selected.Count == 1
            ? selected[0]
            : throw new WorkerException($"'{Directory}' has {selected.Count} sectors: name one with --miner and --sector.");
    }

    private static SectorManifest Read(string path)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerJson.Default.SectorManifest)
                ?? throw new JsonException("null");
            _ = manifest.Config;
            return Path.GetFileNameWithoutExtension(path) == manifest.Id.ToString()
                ? manifest
                : throw new SectorFileException(SectorFileFault.OtherSector, path, null, "its own sector", manifest.Id.ToString());
        }
        catch (Exception error) when (error is JsonException or FormatException or RegisteredProofException)
        {
            throw new SectorFileException(SectorFileFault.Content, path, null, "the manifest of a sector", error.Message, error);
        }
    }
}
