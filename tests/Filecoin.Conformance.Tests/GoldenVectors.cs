using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Filecoin.Conformance.Tests;

/// <summary>Opens the golden data that lies beside the test assembly (Vectors/README.md says what each file is).</summary>
internal static class GoldenVectors
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Vectors");

    /// <summary>The names of the recorded sectors, without the updated ones.</summary>
    public static TheoryData<string> Sectors { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "sectors"), "*.tar.gz").Select(f => Path.GetFileName(f)[..^".tar.gz".Length])
            .Where(n => !n.EndsWith("-update", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The full path of a file that is kept as it is.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>A file's bytes; what is kept as PATH.gz is inflated.</summary>
    public static Stream Open(string path)
    {
        var full = PathOf(path);
        if (!File.Exists(full))
            full += ".gz";
        var file = File.OpenRead(full);
        return full.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>All bytes of a file.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        using var stream = Open(path);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>A JSON file.</summary>
    public static JsonDocument Json(string path)
    {
        using var stream = Open(path);
        return JsonDocument.Parse(stream);
    }

    /// <summary>The objects of a file that has one JSON object a line.</summary>
    public static IEnumerable<JsonElement> JsonLines(string path)
    {
        using var reader = new StreamReader(Open(path));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return JsonElement.Parse(line);
        }
    }

    /// <summary>One file of a recorded sector, "meta.json" or "cache/p_aux".</summary>
    public static byte[] SectorFile(string sector, string name)
    {
        using var tar = new TarReader(Open(Path.Combine("sectors", sector + ".tar.gz")));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != $"{sector}/{name}" || entry.DataStream is null)
                continue;
            using var memory = new MemoryStream();
            entry.DataStream.CopyTo(memory);
            return memory.ToArray();
        }

        throw new FileNotFoundException($"Sector {sector} has no file {name}.");
    }

    /// <summary>A recorded sector's meta.json.</summary>
    public static SectorMeta Meta(string sector) => new(JsonElement.Parse(SectorFile(sector, "meta.json")));

    /// <summary>Unpacks a recorded sector into a temporary directory that goes away with the returned object.</summary>
    public static ExtractedSector Extract(string sector)
    {
        var directory = Directory.CreateTempSubdirectory("golden-");
        using var stream = Open(Path.Combine("sectors", sector + ".tar.gz"));
        TarFile.ExtractToDirectory(stream, directory.FullName, overwriteFiles: false);
        return new ExtractedSector(directory, sector);
    }
}

/// <summary>A recorded sector on disk: <c>staged</c>, <c>sealed</c>, <c>cache/</c> and the JSON files, where they were recorded.</summary>
internal sealed class ExtractedSector(DirectoryInfo root, string name) : IDisposable
{
    /// <summary>The directory of the sector's files.</summary>
    public string Directory { get; } = System.IO.Path.Combine(root.FullName, name);

    /// <summary>The directory of its layers, trees and aux files.</summary>
    public string Cache => Path("cache");

    /// <summary>meta.json.</summary>
    public SectorMeta Meta => new(JsonElement.Parse(File.ReadAllBytes(Path("meta.json"))));

    /// <summary>The full path of one of its files.</summary>
    public string Path(string file) => System.IO.Path.Combine(Directory, file);

    public void Dispose() => root.Delete(recursive: true);
}
