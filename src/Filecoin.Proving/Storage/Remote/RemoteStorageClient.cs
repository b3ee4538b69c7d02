using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>Asks other machines' storage. A token goes only to the storage that it is for: redirections are not followed. Safe for concurrent use.</summary>
public sealed class RemoteStorageClient : IDisposable
{
    private const int MaxProofBytes = 4 << 20;
    private const int MaxPoRepBytes = 1 << 30;
    private const int MaxMessageChars = 500;
    private readonly IRemoteCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <summary>A client.</summary>
    /// <param name="credentials">Which token goes where.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    public RemoteStorageClient(IRemoteCredentials credentials, RemoteClientOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _credentials = credentials;
        Options = options ?? new RemoteClientOptions();
        Options.Validate();
        _time = time ?? TimeProvider.System;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Options.RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The limits.</summary>
    internal RemoteClientOptions Options { get; }

    /// <summary>The room of a storage path.</summary>
    /// <param name="baseUrl">The storage, <c>http://host:port/remote</c>.</param>
    /// <param name="id">The path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RemoteStorageException">There was no such answer.</exception>
    public async Task<StorageStat> StatAsync(Uri baseUrl, StorageId id, CancellationToken cancellationToken = default)
    {
        byte[] json = await AskAsync(baseUrl, HttpMethod.Get, $"stat/{id}", RemoteOperations.Stat, null, 1 << 16, Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json, StorageJsonContext.Default.StorageStat) ?? throw new JsonException("expected an object, found null");
        }
        catch (JsonException error)
        {
            throw new RemoteStorageException(RemoteFault.Invalid, $"{baseUrl}: {error.Message}", error);
        }
    }

    /// <summary>Whether all of a range of a sector's data, before padding, is in an unsealed file there.</summary>
    /// <inheritdoc cref="StatAsync"/>
    public async Task<bool> HasUnsealedAsync(
        Uri baseUrl, SectorId sector, RegisteredSealProof proof, long offset, long length, CancellationToken cancellationToken = default)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"unsealed/{sector}/{(long)proof}/allocated/{offset}/{length}");
        using HttpRequestMessage request = Request(baseUrl, HttpMethod.Get, path, RemoteOperations.Read);
        using HttpResponseMessage response = await SendAsync(request, Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return false;
        await RequireAsync(response, HttpStatusCode.OK, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Deletes a kind of file of a sector from a machine's paths; what is gone already is no error.</summary>
    /// <inheritdoc cref="StatAsync"/>
    public async Task DeleteAsync(
        Uri baseUrl, SectorFileType type, SectorId sector, IReadOnlyCollection<StorageId>? keep = null, CancellationToken cancellationToken = default)
    {
        string query = keep is { Count: > 0 } ? $"?keep={string.Join('.', keep)}" : "";
        using HttpRequestMessage request = Request(baseUrl, HttpMethod.Delete, $"{StorageLayout.DirectoryOf(type)}/{sector}{query}", RemoteOperations.Delete);

        // A terabyte of layers is not deleted in seconds.
        using HttpResponseMessage response = await SendAsync(request, Options.PoRepTimeout, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound)
            await RequireAsync(response, HttpStatusCode.OK, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Opens a file that lies on other machines, to be read from front to end without a copy here. The first machine that gives it is read from; a
    /// connection that breaks goes on where it stood.
    /// </summary>
    /// <param name="baseUrls">The machines, <c>http://host:port/remote</c>, the best first.</param>
    /// <param name="type">The kind, one that is a file.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>A stream that knows its length and reads asynchronously; its reads throw <see cref="RemoteStorageException"/> where the file cannot be gone on with.</returns>
    /// <exception cref="RemoteStorageException">No machine gave it; the fault of the last.</exception>
    public async Task<Stream> OpenAsync(
        IReadOnlyList<Uri> baseUrls, SectorFileType type, SectorId sector, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(baseUrls);
        var last = new RemoteStorageException(RemoteFault.NotFound, $"expected a machine that has {StorageLayout.DirectoryOf(type)} of {sector}, found none");
        foreach (Uri url in baseUrls)
        {
            var file = new RemoteFileStream(this, url, type, sector, _time);
            try
            {
                await file.ConnectAsync(cancellationToken).ConfigureAwait(false);
                return file;
            }
            catch (RemoteStorageException error)
            {
                await file.DisposeAsync().ConfigureAwait(false);
                last = error;
            }
        }

        throw last;
    }

    /// <summary>A PoSt's vanilla proof of a sector that lies there. It is not checked against CommR here.</summary>
    /// <param name="baseUrl">The storage, <c>http://host:port/remote</c>.</param>
    /// <param name="challenge">The sector and its challenged nodes.</param>
    /// <param name="seal">Any registered seal proof of the sector's size; Lotus asks for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RemoteStorageException">There was no such answer within the time limit.</exception>
    public async Task<SectorProof> ProveAsync(Uri baseUrl, VanillaChallenge challenge, RegisteredSealProof seal, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(
            new SingleVanillaParams(
                challenge.Sector.Miner,
                new SectorChallenge((long)seal, challenge.Sector.Number.Value, Cid.FromSealedCommitment(challenge.CommR.Span), challenge.Nodes, challenge.Updated),
                (long)(challenge.Proof.RegisteredProof ?? throw new ArgumentException("expected a registered PoSt", nameof(challenge)))),
            RemoteJsonContext.Default.SingleVanillaParams);
        byte[] proof = await AskAsync(
            baseUrl, HttpMethod.Post, "vanilla/single", RemoteOperations.Prove, json, MaxProofBytes, Options.ProofTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            return SectorProofBincode.Read(proof, challenge.Proof);
        }
        catch (WireFormatException error)
        {
            throw new RemoteStorageException(RemoteFault.Invalid, $"{baseUrl}: {error.Message}", error);
        }
    }

    /// <summary>The first phase of a commit of a sector that lies there. The official seal verifier checks what becomes of it.</summary>
    /// <param name="baseUrl">The storage, <c>http://host:port/remote</c>.</param>
    /// <param name="proof">The registered proof.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="info">What the chain knows of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RemoteStorageException">There was no such answer within the time limit.</exception>
    public async Task<SealCommitPhase1Output> ProvePoRepAsync(
        Uri baseUrl, RegisteredSealProof proof, SectorId sector, SealVerifyInfo info, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(info);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(
            new PoRepVanillaParams(
                new SectorRef(sector, (long)proof), Cid.FromSealedCommitment(info.CommR.Span), Cid.FromPieceCommitment(info.CommD.Span),
                info.Ticket.Span.ToArray(), info.Seed.Span.ToArray()),
            RemoteJsonContext.Default.PoRepVanillaParams);
        byte[] output = await AskAsync(
            baseUrl, HttpMethod.Post, "vanilla/porep", RemoteOperations.Prove, json, MaxPoRepBytes, Options.PoRepTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            return SealCommitPhase1Json.Read(output, PoRepConfig.For(proof));
        }
        catch (WireFormatException error)
        {
            throw new RemoteStorageException(RemoteFault.Invalid, $"{baseUrl}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A request with the token that is for it.</summary>
    internal HttpRequestMessage Request(Uri baseUrl, HttpMethod method, string path, RemoteOperations operation)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        var request = new HttpRequestMessage(method, new Uri($"{baseUrl.ToString().TrimEnd('/')}/{path}"));
        if (_credentials.TokenFor(baseUrl, operation) is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    /// <summary>The head of an answer; its body follows as it is read.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan within, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            // A connection that is reset as soon as it is made comes out of HttpClient as the bare exception of its socket.
            throw new RemoteStorageException(RemoteFault.Unavailable, $"{request.RequestUri}: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteStorageException(RemoteFault.Unavailable, $"{request.RequestUri}: expected an answer within {within}, found none", error);
        }
    }

    /// <summary>Turns any other status into the error that it means.</summary>
    internal static async Task RequireAsync(HttpResponseMessage response, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        if (response.StatusCode == expected)
            return;
        byte[] text = new byte[MaxMessageChars];
        int length = 0;
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or SocketException)
        {
            // The status says enough.
        }

        RemoteFault fault = response.StatusCode switch
        {
            HttpStatusCode.NotFound => RemoteFault.NotFound,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => RemoteFault.Denied,
            HttpStatusCode.UnprocessableEntity => RemoteFault.Damaged,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => RemoteFault.Unavailable,
            >= HttpStatusCode.BadRequest => RemoteFault.Refused,
            _ => RemoteFault.Invalid,
        };
        string said = new([.. System.Text.Encoding.UTF8.GetString(text, 0, length).Where(c => !char.IsControl(c))]);
        throw new RemoteStorageException(fault, $"{response.RequestMessage?.RequestUri}: expected {(int)expected}, found {(int)response.StatusCode}: {said.Trim()}");
    }

    private async Task<byte[]> AskAsync(
        Uri baseUrl, HttpMethod method, string path, RemoteOperations operation, byte[]? json, int mostBytes, TimeSpan within, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Request(baseUrl, method, path, operation);
            if (json is not null)
                request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using HttpResponseMessage response = await SendAsync(request, within, either.Token).ConfigureAwait(false);
            await RequireAsync(response, HttpStatusCode.OK, either.Token).ConfigureAwait(false);
            Stream body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                using var bytes = new MemoryStream();
                byte[] buffer = new byte[1 << 16];
                int read;
                while ((read = await body.ReadAsync(buffer, either.Token).ConfigureAwait(false)) > 0)
                {
                    if (bytes.Length + read > mostBytes)
                        throw new RemoteStorageException(RemoteFault.Invalid, $"{request.RequestUri}: expected at most {mostBytes} bytes, found more");
                    bytes.Write(buffer, 0, read);
                }

                return bytes.ToArray();
            }
        }
        catch (Exception error) when (error is (HttpRequestException or IOException or SocketException) and not RemoteStorageException)
        {
            throw new RemoteStorageException(RemoteFault.Unavailable, $"{baseUrl}/{path}: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteStorageException(RemoteFault.Unavailable, $"{baseUrl}/{path}: expected an answer within {within}, found none", error);
        }
    }
}
