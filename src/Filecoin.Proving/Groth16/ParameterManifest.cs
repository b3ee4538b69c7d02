using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Groth16;

/// <summary>What a manifest says of one parameter file.</summary>
/// <param name="FileName">The file's name, <c>v28-…​.params</c>, <c>.vk</c> or <c>.srs</c>.</param>
/// <param name="Cid">The file's content identifier on IPFS.</param>
/// <param name="Digest">The first 16 bytes of the file's BLAKE2b-512, as 32 lower-case hex digits.</param>
/// <param name="SectorSize">The sector size in bytes that the circuit proves; 0 where it fits all.</param>
public sealed record ParameterManifestEntry(string FileName, string Cid, string Digest, ulong SectorSize);

/// <summary>
/// The list of parameter files that a trusted set-up published, with their checksums
/// (rust-fil-proofs <c>parameters.json</c> and <c>srs-inner-product.json</c>).
/// </summary>
public sealed class ParameterManifest
{
    private const int DigestHexLength = 32;
    private const string PublishedResource = "Filecoin.Proving.Groth16.published-parameters.json";
    private static readonly Lazy<ParameterManifest> LazyPublished = new(ReadPublished);

    private readonly FrozenDictionary<string, ParameterManifestEntry> _entries;

    private ParameterManifest(IEnumerable<ParameterManifestEntry> entries) =>
        _entries = entries.ToFrozenDictionary(e => e.FileName, StringComparer.Ordinal);

    /// <summary>The manifest of the Filecoin network's trusted set-up (version 28).</summary>
    public static ParameterManifest Published => LazyPublished.Value;

    /// <summary>Every file of the manifest, in no particular order.</summary>
    public IReadOnlyCollection<ParameterManifestEntry> Entries => _entries.Values;

    /// <summary>What the manifest says of a file, or null where it does not name it.</summary>
    public ParameterManifestEntry? Find(string fileName) => _entries.GetValueOrDefault(fileName);

    /// <summary>Reads a manifest in the official JSON form: an object a file, <c>{cid, digest, sector_size}</c>.</summary>
    /// <exception cref="ParameterFileException">The text is not such a manifest.</exception>
    public static ParameterManifest Read(Stream json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new ParameterManifest(document.RootElement.EnumerateObject().Select(ReadEntry).ToArray());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ParameterFileException(ParameterFileError.MalformedManifest, null, "the parameter manifest is not readable", e);
        }
    }

    /// <summary>The digest by which manifests name a file's content.</summary>
    public static async Task<string> DigestAsync(Stream content, CancellationToken cancellationToken = default)
    {
        var hasher = new Blake2bStream(64);
        var buffer = new byte[1 << 20];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            hasher.Append(buffer.AsSpan(0, read));
        var digest = new byte[64];
        hasher.Finish(digest);
        return Convert.ToHexStringLower(digest.AsSpan(0, DigestHexLength / 2));
    }

    private static ParameterManifestEntry ReadEntry(JsonProperty property)
    {
        var name = property.Name;
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\\') || name.StartsWith('.'))
            throw new FormatException($"'{name}' is no file name");
        var digest = property.Value.GetProperty("digest").GetString();
        if (digest is not { Length: DigestHexLength } || !digest.All(char.IsAsciiHexDigitLower))
            throw new FormatException($"the digest of {name} is not {DigestHexLength} lower-case hex digits");
        var cid = property.Value.GetProperty("cid").GetString() ?? throw new FormatException($"{name} has no cid");
        return new ParameterManifestEntry(name, cid, digest, property.Value.GetProperty("sector_size").GetUInt64());
    }

    private static ParameterManifest ReadPublished()
    {
        using var json = Assembly.GetExecutingAssembly().GetManifestResourceStream(PublishedResource)!;
        return Read(json);
    }
}
