using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Rpc;

/// <summary>Where a daemon's JSON-RPC is and the token it wants. <see cref="ToString"/> never shows the token.</summary>
public sealed class RpcEndpoint
{
    /// <summary>The path of the API that this library speaks.</summary>
    public const string DefaultPath = "/rpc/v1";

    private RpcEndpoint(Uri url, string? token)
    {
        Url = url;
        Token = token;
    }

    /// <summary>The URL without token: http, https, ws or wss, with a path.</summary>
    public Uri Url { get; }

    /// <summary>The bearer token, null for none.</summary>
    [JsonIgnore]
    public string? Token { get; }

    /// <summary>True for ws and wss.</summary>
    public bool IsWebSocket => Url.Scheme is "ws" or "wss";

    /// <summary>
    /// Reads what daemons print and operators paste: a URL (<c>http://127.0.0.1:1234/rpc/v1</c>, a token as <c>?token=</c>) or a multiaddr
    /// (<c>/ip4/127.0.0.1/tcp/1234/http</c>, <c>/dns/node/tcp/443/wss</c>), with the token before it and a colon between, as in FULLNODE_API_INFO.
    /// </summary>
    /// <exception cref="FormatException">The text is neither; the message does not repeat the token.</exception>
    public static RpcEndpoint Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        string rest = text.Trim();
        string? token = null;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        int separator = slash < 0 ? -1 : rest.LastIndexOf(':', slash);
        // "token:/ip4/…" and "token:http://…"; the colon of "http://" itself is no separator.
        if (separator > 0 && rest[separator + 1] == '/' && !rest[(separator + 1)..].StartsWith("//", StringComparison.Ordinal))
        {
            token = rest[..separator];
            rest = rest[(separator + 1)..];
        }
        else if (separator > 0 && rest.LastIndexOf(':', separator - 1) is > 0 and var before)
        {
            token = rest[..before];
            rest = rest[(before + 1)..];
        }

        Uri url = rest.StartsWith('/') ? FromMultiaddr(rest) : FromUrl(rest, ref token);
        return Create(url, token);
    }

    /// <summary>An endpoint of its parts; an empty path becomes <see cref="DefaultPath"/>.</summary>
    /// <exception cref="FormatException">The scheme is not http, https, ws or wss, or the token cannot stand in a header.</exception>
    public static RpcEndpoint Create(Uri url, string? token = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https" or "ws" or "wss"))
            throw new FormatException($"endpoint: expected http, https, ws or wss, found '{(url.IsAbsoluteUri ? url.Scheme : "a relative URL")}'");
        if (token is not null && (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            throw new FormatException("endpoint: the token is empty or has characters that a header cannot carry");
        var builder = new UriBuilder(url) { Query = "", Fragment = "", UserName = "", Password = "" };
        if (builder.Path.Length <= 1)
            builder.Path = DefaultPath;
        return new RpcEndpoint(builder.Uri, token);
    }

    /// <summary>The same place and token under http (https) or ws (wss): daemons serve both on one port.</summary>
    public RpcEndpoint With(bool webSocket)
    {
        bool secure = Url.Scheme is "https" or "wss";
        string scheme = (webSocket, secure) switch { (true, true) => "wss", (true, false) => "ws", (false, true) => "https", _ => "http" };
        return new RpcEndpoint(new UriBuilder(Url) { Scheme = scheme, Port = Url.Port }.Uri, Token);
    }

    /// <summary>The URL.</summary>
    public override string ToString() => Url.ToString();

    private static Uri FromUrl(string text, ref string? token)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
            throw new FormatException("endpoint: expected a URL or a multiaddr, with a token and a colon before it at most");
        foreach (string pair in url.Query.TrimStart('?').Split('&'))
        {
            if (pair.StartsWith("token=", StringComparison.Ordinal))
                token ??= Uri.UnescapeDataString(pair["token=".Length..]);
        }

        return url;
    }

    private static Uri FromMultiaddr(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length is < 5 or > 6 || parts[3] != "tcp"
            || !ushort.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            throw new FormatException($"endpoint: expected /ip4|ip6|dns…/host/tcp/port and http, https, ws or wss, found '{text}'");
        string host = (parts[1], IPAddress.TryParse(parts[2], out IPAddress? ip) ? ip.AddressFamily : AddressFamily.Unknown) switch
        {
            ("ip4", AddressFamily.InterNetwork) => parts[2],
            ("ip6", AddressFamily.InterNetworkV6) => $"[{parts[2]}]",
            ("dns" or "dns4" or "dns6", AddressFamily.Unknown) when Uri.CheckHostName(parts[2]) == UriHostNameType.Dns => parts[2],
            _ => throw new FormatException($"endpoint: '{parts[2]}' is not a host of /{parts[1]}"),
        };
        string scheme = parts.Length == 6 ? parts[5] : "http";
        return Uri.TryCreate(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}{DefaultPath}"), UriKind.Absolute, out Uri? url)
            ? url : throw new FormatException($"endpoint: '{scheme}' is not http, https, ws or wss");
    }
}
