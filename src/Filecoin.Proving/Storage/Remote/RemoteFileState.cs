using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>What an answer says of a whole file.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Tag">
/// Names its state: the entity tag or, as Lotus sends none, the time of the last change where that is long enough ago to tell two states apart (RFC 9110,
/// 8.8.2.2); empty when neither does.
/// </param>
/// <param name="From">Where the body begins; null when it does not say so.</param>
internal readonly record struct RemoteFileState(long Length, string Tag, long? From)
{
    /// <summary>Reads the head of an answer.</summary>
    /// <exception cref="RemoteStorageException">It gives no length, or no part of a file where one was asked for.</exception>
    public static RemoteFileState Of(HttpResponseMessage response)
    {
        bool part = response.StatusCode == HttpStatusCode.PartialContent;
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        long length = (part ? range?.Length : response.Content.Headers.ContentLength)
            ?? throw new RemoteStorageException(RemoteFault.Invalid, $"{response.RequestMessage?.RequestUri}: expected a length, found none");
        return new RemoteFileState(length, TagOf(response), part ? range!.From : 0);
    }

    private static string TagOf(HttpResponseMessage response) =>
        response.Headers.ETag is { } tag ? tag.IsWeak ? "" : tag.Tag
        : response.Content.Headers.LastModified is { } changed && response.Headers.Date is { } now && now - changed >= TimeSpan.FromMinutes(1)
            ? changed.ToString("R", CultureInfo.InvariantCulture) : "";
}
