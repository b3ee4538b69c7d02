using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Circuits;

namespace Filecoin.Proving.Groth16;

/// <summary>Where parameter files lie and which of them may be used.</summary>
public sealed record ParameterStoreOptions
{
    /// <summary>The directory of the files; the network's tools use <c>/var/tmp/filecoin-proof-parameters</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>The files' published checksums.</summary>
    public ParameterManifest Manifest { get; init; } = ParameterManifest.Published;

    /// <summary>
    /// Whether parameters of a local development set-up may be used. Whoever made them can forge proofs, and the
    /// network does not accept proofs made with them.
    /// </summary>
    public bool AllowInsecure { get; init; }
}

/// <summary>How far a parameter file has come.</summary>
/// <param name="FileName">The file.</param>
/// <param name="BytesDone">Bytes on disk.</param>
/// <param name="BytesTotal">The file's size, or null where the source does not say.</param>
public readonly record struct ParameterFetchProgress(string FileName, long BytesDone, long? BytesTotal);

/// <summary>
/// A directory of Groth16 parameter files under their network names
/// (<c>v28-{parameter identifier}.params</c> and <c>.vk</c>). Locally made ones end in <c>.insecure.params</c> and
/// <c>.insecure.vk</c>, a name that no other program takes for the network's.
/// </summary>
public sealed class ParameterStore(ParameterStoreOptions options)
{
    private const string PartialSuffix = ".part";

    /// <summary>The options that the store was made with.</summary>
    public ParameterStoreOptions Options { get; } = options;

    /// <summary>Where a development set-up puts a circuit's parameters.</summary>
    public string InsecureParametersPath(string parameterId) => Insecure(ParameterIdentifier.ParametersFile(parameterId));

    /// <summary>Where a development set-up puts a circuit's verifying key.</summary>
    public string InsecureVerifyingKeyPath(string parameterId) => Insecure(ParameterIdentifier.VerifyingKeyFile(parameterId));

    /// <summary>Where a development set-up puts the reference string of aggregates, <c>v28-fil-inner-product-v1.insecure.srs</c>.</summary>
    public string InsecureSrsPath => Insecure(InnerProductSrs.FileName);

    /// <summary>Opens a circuit's parameters, memory-mapped; points are read when a proof needs them.</summary>
    /// <exception cref="ParameterFileException">They are missing, damaged, or insecure where that is not allowed.</exception>
    public ParameterFile OpenParameters(string parameterId) =>
        ParameterFile.Open(Resolve(PathOf(ParameterIdentifier.ParametersFile(parameterId)), InsecureParametersPath(parameterId)));

    /// <summary>Reads a circuit's verifying key, from its own file or else from the head of the parameter file.</summary>
    /// <exception cref="ParameterFileException">It is missing, damaged, or insecure where that is not allowed.</exception>
    public VerifyingKey ReadVerifyingKey(string parameterId)
    {
        var published = PathOf(ParameterIdentifier.VerifyingKeyFile(parameterId));
        var insecure = InsecureVerifyingKeyPath(parameterId);
        if (!File.Exists(published) && (File.Exists(PathOf(ParameterIdentifier.ParametersFile(parameterId))) || !File.Exists(insecure)))
        {
            using var parameters = OpenParameters(parameterId);
            return parameters.VerifyingKey;
        }
        return VerifyingKey.ReadFile(Resolve(published, insecure));
    }

    /// <summary>The reference string's file that may be used.</summary>
    /// <exception cref="ParameterFileException">It is missing, or insecure where that is not allowed.</exception>
    internal string SrsPath() => Resolve(PathOf(InnerProductSrs.FileName), InsecureSrsPath);

    /// <summary>Compares a file of the manifest with its published checksum.</summary>
    /// <exception cref="ParameterFileException">The file is missing, differs, or is not in the manifest.</exception>
    public async Task CheckAsync(string fileName, CancellationToken cancellationToken = default)
    {
        var entry = EntryOf(fileName);
        var path = PathOf(fileName);
        if (!File.Exists(path)) throw Missing(path);
        await CheckDigestAsync(path, path, entry, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Fetches files of the manifest that are not here yet. A broken transfer goes on where it stopped; a file takes its
    /// name only when its checksum is right.
    /// </summary>
    /// <param name="fileNames">Names of the manifest.</param>
    /// <param name="source">Where they come from.</param>
    /// <param name="progress">Told after each megabyte.</param>
    /// <param name="cancellationToken">Ends the transfer; what came stays for the next call.</param>
    /// <exception cref="ParameterFileException">A file is not in the manifest or not what the manifest says.</exception>
    public async Task FetchParametersAsync(
        IEnumerable<string> fileNames, ParameterSource source,
        IProgress<ParameterFetchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(Options.Directory);
        foreach (var entry in fileNames.Select(EntryOf).ToArray())
        {
            var path = PathOf(entry.FileName);
            if (!File.Exists(path))
                await FetchAsync(entry, path, source, progress, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task FetchAsync(
        ParameterManifestEntry entry, string path, ParameterSource source,
        IProgress<ParameterFetchProgress>? progress, CancellationToken cancellationToken)
    {
        var partial = path + PartialSuffix;
        var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1 << 20, useAsync: true);
        await using (target.ConfigureAwait(false))
        {
            var (content, offset, length) = await source.OpenAsync(entry, target.Length, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                target.SetLength(offset);
                target.Position = offset;
                await CopyAsync(content, target, done => progress?.Report(new(entry.FileName, done, length)), cancellationToken).ConfigureAwait(false);
            }
            target.Flush(flushToDisk: true);
            if (length is { } expected && target.Length < expected)
                throw new ParameterFileException(ParameterFileError.Truncated, partial, $"the source ended after {target.Length} of {expected} bytes; call again to go on");
        }
        try
        {
            await CheckDigestAsync(partial, path, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (ParameterFileException)
        {
            File.Delete(partial);
            throw;
        }
        File.Move(partial, path, overwrite: true);
    }

    private static async Task CopyAsync(Stream from, Stream to, Action<long> report, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            report(to.Position);
        }
    }

    private static async Task CheckDigestAsync(string contentPath, string path, ParameterManifestEntry entry, CancellationToken cancellationToken)
    {
        var content = new FileStream(contentPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (content.ConfigureAwait(false))
        {
            var found = await ParameterManifest.DigestAsync(content, cancellationToken).ConfigureAwait(false);
            if (found != entry.Digest)
                throw new ParameterFileException(ParameterFileError.DigestMismatch, path, $"expected digest {entry.Digest}, found {found}");
        }
    }

    private string Resolve(string published, string insecure)
    {
        if (File.Exists(published)) return published;
        if (!File.Exists(insecure)) throw Missing(published);
        return Options.AllowInsecure
            ? insecure
            : throw new ParameterFileException(ParameterFileError.Insecure, insecure,
                $"only a local development set-up is here ({published} is missing) and insecure parameters are not allowed");
    }

    private ParameterManifestEntry EntryOf(string fileName) => Options.Manifest.Find(fileName)
        ?? throw new ParameterFileException(ParameterFileError.NotInManifest, fileName, "the manifest does not name this file");

    private string Insecure(string fileName) =>
        PathOf(Path.GetFileNameWithoutExtension(fileName) + ".insecure" + Path.GetExtension(fileName));

    private string PathOf(string fileName) => Path.Combine(Options.Directory, fileName);

    private static ParameterFileException Missing(string path) => new(ParameterFileError.Missing, path, "no such file");
}
