using System.Globalization;
using System.Text.Json;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Net.Http.Headers;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// This machine's storage over HTTP with the paths of Lotus (<c>storage/paths/http_handler.go</c>): <c>GET stat/{id}</c>; <c>GET</c>, <c>HEAD</c> and
/// <c>DELETE {type}/{sector}</c>; <c>GET unsealed/{sector}/{spt}/allocated/{offset}/{size}</c>; <c>POST vanilla/single</c> and <c>vanilla/porep</c>, all below
/// <c>/remote</c>. Where Lotus answers every error with 500, this answers 400 for what cannot be, 401 without a token, 403 beyond its scope, 404, 416, 422
/// for a damaged copy and 503 for one that does not answer in time.
/// </summary>
public sealed partial class RemoteStorageEndpoint
{
    /// <summary>Where storage is served.</summary>
    public const string Root = "/remote";

    private const string Octets = "application/octet-stream";
    private readonly LocalStorage _storage;
    private readonly StorageReads _reads;
    private readonly RpcTokenKey _tokens;
    private readonly RemoteStorageOptions _options;
    private readonly RemoteProofs _proofs;
    private readonly ILogger _logger;

    /// <summary>Serves the storage of this machine.</summary>
    /// <param name="storage">Its paths.</param>
    /// <param name="reads">Its reads, shared with the proving of this machine itself, so that both keep one limit.</param>
    /// <param name="tokens">Checks tokens.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to report.</param>
    public RemoteStorageEndpoint(
        LocalStorage storage, StorageReads reads, RpcTokenKey tokens, RemoteStorageOptions? options = null, TimeProvider? time = null,
        ILogger<RemoteStorageEndpoint>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(reads);
        ArgumentNullException.ThrowIfNull(tokens);
        _storage = storage;
        _reads = reads;
        _tokens = tokens;
        _options = options ?? new RemoteStorageOptions();
        _options.Validate();
        _proofs = new RemoteProofs(storage, reads, _options, time);
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    /// <summary>Answers one request below <see cref="Root"/>.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string method = context.Request.Method;
        string[] path = (context.Request.Path.Value ?? "").TrimStart('/').Split('/');
        try
        {
            Func<Task>? answer = (HttpMethods.IsHead(method) ? HttpMethods.Get : method, path) switch
            {
                ("GET", ["remote", "stat", var id]) => Admit(context, RemoteOperations.Stat, () => StatAsync(context, id)),
                ("POST", ["remote", "vanilla", "single"]) => Admit(context, RemoteOperations.Prove, () => ProveAsync(context, _proofs.SingleAsync)),
                ("POST", ["remote", "vanilla", "porep"]) => Admit(context, RemoteOperations.Prove, () => ProveAsync(context, _proofs.PoRepAsync)),
                ("GET", ["remote", var type, var sector]) => Admit(context, RemoteOperations.Read, () => FileAsync(context, Type(type), Sector(sector))),
                ("DELETE", ["remote", var type, var sector]) => Admit(context, RemoteOperations.Delete, () => DeleteAsync(context, Type(type), Sector(sector))),
                ("GET", ["remote", var type, var sector, var spt, "allocated", var offset, var size]) =>
                    Admit(context, RemoteOperations.Read, () => AllocatedAsync(context, Type(type), Sector(sector), Integer(spt), Integer(offset), Integer(size))),
                _ => () => SayAsync(context, StatusCodes.Status404NotFound, "no such path"),
            };
            await answer().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await FailAsync(context, error).ConfigureAwait(false);
        }
    }

    private Func<Task> Admit(HttpContext context, RemoteOperations operation, Func<Task> answer)
    {
        const string Bearer = "Bearer ";
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.Ordinal) || !_tokens.TryVerify(header[Bearer.Length..], out RpcIdentity? identity))
        {
            return () =>
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return SayAsync(context, StatusCodes.Status401Unauthorized, "expected a token of this storage");
            };
        }

        if (!RemoteScope.TryOf(identity, out RemoteScope? scope) || !scope.Operations.HasFlag(operation))
            return () => SayAsync(context, StatusCodes.Status403Forbidden, $"expected a token that allows {operation}");
        return scope.Audience is { } audience && _options.Urls.Count > 0 && !_options.Urls.Any(url => url.TrimEnd('/') == audience)
            ? () => SayAsync(context, StatusCodes.Status403Forbidden, "expected a token for this storage, found one for another")
            : answer;
    }

    private async Task StatAsync(HttpContext context, string id)
    {
        if (!StorageId.TryParse(id, out StorageId storage))
            throw new RemoteRequestException("expected a storage id");
        StorageStat stat = await _storage.StatAsync(storage, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(stat, StorageJsonContext.Default.StorageStat), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task FileAsync(HttpContext context, SectorFileType type, SectorId sector)
    {
        IReadOnlyList<LocalSectorFile> found = _storage.Find(sector, type);
        if (found.Count == 0)
            throw NotFound(type, sector);
        string path = found[0].Path;
        bool ranged = context.Request.Headers.Range.Count > 0;
        (bool isDirectory, long length, DateTime changed) = await _reads.RunAsync(
            found[0].Storage.Value,
            _ => Directory.Exists(path) ? (true, 0L, default)
                : new FileInfo(path) is { Exists: true } file ? (false, file.Length, file.LastWriteTimeUtc) : throw NotFound(type, sector),
            context.RequestAborted).ConfigureAwait(false);
        if (isDirectory && ranged)
        {
            await SayAsync(context, StatusCodes.Status416RangeNotSatisfiable, "a directory has no ranges").ConfigureAwait(false);
        }
        else if (isDirectory)
        {
            context.Response.ContentType = CacheTar.ContentType;
            if (!HttpMethods.IsHead(context.Request.Method))
                await CacheTar.WriteAsync(path, context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            // Length and time name one state of a file that is written once: a client that goes on later learns when it is another.
            var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{length:x}-{changed.Ticks:x}\""));
            await TypedResults.PhysicalFile(path, Octets, lastModified: changed, entityTag: tag, enableRangeProcessing: true).ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(HttpContext context, SectorFileType type, SectorId sector)
    {
        StorageId[] keep = context.Request.Query["keep"].ToString() is { Length: > 0 } list
            ? [.. list.Split('.').Select(id => StorageId.TryParse(id, out StorageId storage) ? storage : throw new RemoteRequestException("expected storage ids to keep"))] : [];
        bool kept = _storage.Find(sector, type).Any(file => keep.Contains(file.Storage));
        int removed = await _storage.RemoveAsync(sector, type, keep, context.RequestAborted).ConfigureAwait(false);
        if (removed == 0 && !kept)
            throw NotFound(type, sector);
        LogDeleted(_logger, type, sector, removed);
    }

    private async Task AllocatedAsync(HttpContext context, SectorFileType type, SectorId sector, long spt, long offset, long size)
    {
        if (type != SectorFileType.Unsealed)
            throw new RemoteRequestException($"expected unsealed, found {StorageLayout.DirectoryOf(type)}");
        SectorSize of;
        try
        {
            of = PoRepConfig.For((RegisteredSealProof)spt).SectorSize;
        }
        catch (ArgumentException error)
        {
            throw new RemoteRequestException(error.Message);
        }

        IReadOnlyList<LocalSectorFile> found = _storage.Find(sector, type);
        if (found.Count == 0)
            throw NotFound(type, sector);
        bool has = await _reads.RunAsync(
            found[0].Storage.Value, _ => UnsealedAllocation.Covers(found[0].Path, of, offset, size), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = has ? StatusCodes.Status200OK : StatusCodes.Status416RangeNotSatisfiable;
    }

    private async Task ProveAsync(HttpContext context, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]?>> prove)
    {
        byte[]? proof = await prove(await BodyAsync(context).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false);
        if (proof is null)
        {
            await SayAsync(context, StatusCodes.Status404NotFound, "no copy of the sector lies here").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = Octets;
        context.Response.ContentLength = proof.Length;
        await context.Response.Body.WriteAsync(proof, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        byte[] body = new byte[_options.MaxRequestBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return length <= _options.MaxRequestBytes ? body.AsMemory(0, length) : throw new RemoteRequestException($"expected at most {_options.MaxRequestBytes} bytes");
    }

    private async Task FailAsync(HttpContext context, Exception error)
    {
        (int status, string message) = error switch
        {
            RemoteRequestException => (StatusCodes.Status400BadRequest, error.Message),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            SectorFileException { Fault: SectorFileFault.Missing } => (StatusCodes.Status404NotFound, error.Message),
            SectorFileException or VanillaProofException => (StatusCodes.Status422UnprocessableEntity, error.Message),
            StoragePathException { Fault: StoragePathFault.Unknown } => (StatusCodes.Status404NotFound, error.Message),
            VanillaReadException or StoragePathException => (StatusCodes.Status503ServiceUnavailable, error.Message),
            _ => (StatusCodes.Status500InternalServerError, error.Message),
        };
        if (status >= StatusCodes.Status422UnprocessableEntity)
            LogFailed(_logger, context.Request.Method, context.Request.Path, error);
        if (context.Response.HasStarted)
        {
            // Whoever reads must not take what came for the whole.
            context.Abort();
            return;
        }

        context.Response.Clear();
        await SayAsync(context, status, message).ConfigureAwait(false);
    }

    private static async Task SayAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(message, context.RequestAborted).ConfigureAwait(false);
    }

    private static SectorFileType Type(string text) =>
        StorageLayout.TryParse(text, out SectorFileType type) ? type : throw new RemoteRequestException("expected a kind of file: unsealed, sealed, cache, update, update-cache, piece");

    private static SectorId Sector(string text)
    {
        try
        {
            return text.Length <= 64 ? SectorId.Parse(text) : throw new FormatException("expected a sector's file name of at most 64 characters");
        }
        catch (FormatException error)
        {
            throw new RemoteRequestException(error.Message);
        }
    }

    private static long Integer(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw new RemoteRequestException("expected a number");

    private static SectorFileException NotFound(SectorFileType type, SectorId sector) =>
        new(SectorFileFault.Missing, $"{StorageLayout.DirectoryOf(type)}/{sector}", null, "a file", "none on this machine");

    [LoggerMessage(140, LogLevel.Information, "Deleted {Type} of {Sector} for another machine: {Removed}")]
    private static partial void LogDeleted(ILogger logger, SectorFileType type, SectorId sector, int removed);

    [LoggerMessage(141, LogLevel.Warning, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, string method, string path, Exception error);
}
