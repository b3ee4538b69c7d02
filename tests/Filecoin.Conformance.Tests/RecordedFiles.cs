using System.Security.Cryptography;
using System.Text.Json;

namespace Filecoin.Conformance.Tests;

/// <summary>Compares files with a recorded sector's <c>files.json</c>, which has length and SHA-256 also of files too large to keep.</summary>
internal sealed class RecordedFiles
{
    private readonly JsonElement files;

    public RecordedFiles(string sector) => files = JsonElement.Parse(GoldenVectors.SectorFile(sector, "files.json"));

    /// <summary>Names of the recorded files, such as "cache/p_aux".</summary>
    public IEnumerable<string> Names => files.EnumerateObject().Select(file => file.Name);

    /// <summary>Asserts that a file on disk is the recorded one.</summary>
    public void AssertSame(string name, string path)
    {
        Assert.True(File.Exists(path), $"{name}: no file");
        var recorded = files.GetProperty(name);
        Assert.Equal((name, recorded.GetProperty("bytes").GetInt64()), (name, new FileInfo(path).Length));
        using var stream = File.OpenRead(path);
        Assert.Equal((name, recorded.GetProperty("sha256").GetString()), (name, Convert.ToHexStringLower(SHA256.HashData(stream))));
    }
}
