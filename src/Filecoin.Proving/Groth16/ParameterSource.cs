using System.Net;
using System.Net.Http.Headers;

namespace Filecoin.Proving.Groth16;

/// <summary>Where parameter files come from: an IPFS gateway, any web server, or a directory.</summary>
public abstract class ParameterSource
{
    private ParameterSource()
    {
    }

    /// <summary>Files by name in a directory, such as a mounted copy of another machine's parameters.</summary>
    public static ParameterSource Directory(string path) => new DirectorySource(path);

    /// <summary>Files by content identifier under an IPFS gateway, such as <c>https://gateway/ipfs/</c>.</summary>
    /// <param name="client">The client to ask with; the caller keeps it.</param>
    /// <param name="gateway">The address that a CID is appended to.</param>
    public static ParameterSource Gateway(HttpClient client, Uri gateway) => new HttpSource(client, gateway, e => e.Cid);

    /// <summary>Files by name under an address.</summary>
    /// <param name="client">The client to ask with; the caller keeps it.</param>
    /// <param name="address">The address that a file name is appended to.</param>
    public static ParameterSource Web(HttpClient client, Uri address) => new HttpSource(client, address, e => e.FileName);

    /// <summary>Opens a file from <paramref name="offset"/> on, or from its start where the source cannot resume.</summary>
    /// <returns>The content, the offset that it really starts at, and the file's whole length if known.</returns>
    internal abstract Task<(Stream Content, long Offset, long? Length)> OpenAsync(
        ParameterManifestEntry entry, long offset, CancellationToken cancellationToken);

    private sealed class DirectorySource(string path) : ParameterSource
    {
        internal override Task<(Stream, long, long?)> OpenAsync(ParameterManifestEntry entry, long offset, CancellationToken cancellationToken)
        {
            var file = System.IO.Path.Combine(path, entry.FileName);
            if (!File.Exists(file))
                throw new ParameterFileException(ParameterFileError.Missing, file, "the source directory has no such file");
            var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
            stream.Position = Math.Min(offset, stream.Length);
            return Task.FromResult<(Stream, long, long?)>((stream, stream.Position, stream.Length));
        }
    }

    private sealed class HttpSource(HttpClient client, Uri address, Func<ParameterManifestEntry, string> nameOf) : ParameterSource
    {
        internal override async Task<(Stream, long, long?)> OpenAsync(ParameterManifestEntry entry, long offset, CancellationToken cancellationToken)
        {
            var root = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, nameOf(entry)));
            if (offset > 0) request.Headers.Range = new RangeHeaderValue(offset, null);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && offset > 0)
            {
                // What is here is as long as the file or longer: the digest will tell which.
                response.Dispose();
                return (Stream.Null, offset, offset);
            }
            if (!response.IsSuccessStatusCode)
            {
                using (response)
                    throw new HttpRequestException(HttpRequestError.Unknown, $"{request.RequestUri} answered {(int)response.StatusCode}", null, response.StatusCode);
            }
            var start = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? offset : 0;
            var length = response.Content.Headers.ContentLength is { } rest ? start + rest : (long?)null;
            var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return (content, start, length);
        }
    }
}
