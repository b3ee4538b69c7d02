using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Flows that must return to the daemon where they began: blocks, F3 tickets, Ethereum filters.</summary>
internal sealed class StickyRouter(UpstreamPool pool, IPinStore pins, ReadRouter reads, ChainProxyOptions options, TimeProvider time)
{
    private readonly BoundedMap<string> _blocks = new(1024);
    private readonly BoundedMap<string> _tickets = new(1024);
    private readonly BoundedMap<string> _filters = new(65536);

    /// <summary>Makes a block at a daemon that has its parents, and remembers which daemon it was.</summary>
    public async Task<ReadOnlyMemory<byte>> CreateBlockAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        BlockTemplate template = RpcArguments.Read(RpcArguments.At(call.Params, 0), ApiJsonContext.Default.BlockTemplate, 0);
        if (await pins.FindAsync(PinKind.Block, EpochKey(template.Miner, template.Epoch), token).ConfigureAwait(false) is { } published)
            throw RpcFaultException.Refused($"{template.Miner} has published block {published} at epoch {template.Epoch}; a second one is a consensus fault");
        ReadOnlyMemory<byte> parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(template, ApiJsonContext.Default.BlockTemplate));
        RpcFaultException? last = null;
        foreach (Upstream upstream in pool.For(template.Parents, call.Method))
        {
            try
            {
                ReadOnlyMemory<byte> result = await WithinAsync(upstream, version, call.Method, parameters, token).ConfigureAwait(false);
                BlockMessage block = RpcArguments.Read(result, ApiJsonContext.Default.BlockMessage, 0);
                _blocks.Set(block.Header.Cid.ToString(), upstream.Name);
                return result;
            }
            catch (RpcErrorException e)
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcException e)
            {
                // A block that was made and lost was not published, so another may be made.
                last = RpcFaultException.Of(e);
            }
        }

        throw last ?? RpcFaultException.Unavailable("no daemon can make a block now");
    }

    /// <summary>
    /// Publishes a block unless another one of its miner and epoch, or of its miner on its parents, has the claim. The claim comes first; the block that has it
    /// may be published again and at any daemon, for it is the same block.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>> SubmitBlockAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        if (!pins.IsShared && !options.SingleCoordinator)
        {
            throw RpcFaultException.Refused(
                "SyncSubmitBlock is refused: coordinators without a shared store could publish two blocks of one miner and epoch; "
                + "configure PostgreSQL for the pins, or declare that this is the only coordinator");
        }

        BlockMessage block = RpcArguments.Read(RpcArguments.At(call.Params, 0), ApiJsonContext.Default.BlockMessage, 0);
        string cid = block.Header.Cid.ToString();
        await ClaimAsync(PinKind.Block, EpochKey(block.Header.Miner, block.Header.Height), cid, $"epoch {block.Header.Height}", token).ConfigureAwait(false);
        var parents = new TipSetKey(block.Header.Parents);
        await ClaimAsync(PinKind.Parents, $"{block.Header.Miner}/{parents.Cid}", cid, "the same parents", token).ConfigureAwait(false);
        // What is sent is what was checked: the bytes received could be read differently by another reader.
        ReadOnlyMemory<byte> parameters = RpcArguments.Join(JsonSerializer.SerializeToUtf8Bytes(block, ApiJsonContext.Default.BlockMessage));
        List<Upstream> candidates = pool.For(parents, call.Method);
        if (_blocks.TryGet(cid, out string? maker) && pool.Find(maker) is { } first)
            candidates = [first, .. candidates.Where(upstream => upstream != first)];
        RpcFaultException? last = null;
        foreach (Upstream upstream in candidates)
        {
            try
            {
                return await WithinAsync(upstream, version, call.Method, parameters, token).ConfigureAwait(false);
            }
            catch (RpcErrorException e)
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcException e)
            {
                last = RpcFaultException.Of(e);
            }
        }

        throw last ?? RpcFaultException.Unavailable("no daemon can publish a block now");
    }

    /// <summary>Gets or renews an F3 ticket at the miner's daemon; the miner moves when that daemon does not answer.</summary>
    public async Task<ReadOnlyMemory<byte>> F3TicketAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        string miner = RpcArguments.Address(call.Params, 0).ToString();
        List<Upstream> candidates = pool.For(null, call.Method);
        string? name = await pins.FindAsync(PinKind.F3Miner, miner, token).ConfigureAwait(false);
        if (name is not null && candidates.Find(upstream => upstream.Name == name) is { } pinned)
            candidates = [pinned, .. candidates.Where(upstream => upstream != pinned)];
        (ReadOnlyMemory<byte> result, Upstream from) = await InTurnAsync(version, call, candidates, static _ => false, token).ConfigureAwait(false);
        if (name is null)
            await pins.ClaimAsync(PinKind.F3Miner, miner, from.Name, token).ConfigureAwait(false);
        else if (name != from.Name)
            await pins.MoveAsync(PinKind.F3Miner, miner, name, from.Name, token).ConfigureAwait(false);
        _tickets.Set(Digest(result.Span), from.Name);
        return result;
    }

    /// <summary>Participates at the ticket's issuer; when the issuer is not known, the daemons say themselves whether they are it.</summary>
    public async Task<ReadOnlyMemory<byte>> F3ParticipateAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        List<Upstream> candidates = pool.For(null, call.Method);
        if (_tickets.TryGet(Digest(RpcArguments.At(call.Params, 0).Span), out string? issuer) && pool.Find(issuer) is { } known)
            candidates = [known];
        return (await InTurnAsync(version, call, candidates, static error => error.Code == RpcErrorCode.F3IssuerMismatch, token).ConfigureAwait(false)).Result;
    }

    /// <summary>Makes a filter and remembers where it lives.</summary>
    public async Task<ReadOnlyMemory<byte>> CreateFilterAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        (ReadOnlyMemory<byte> result, Upstream from) = await InTurnAsync(version, call, pool.For(null, call.Method), static _ => false, token).ConfigureAwait(false);
        _filters.Set(Encoding.UTF8.GetString(result.Span), from.Name);
        return result;
    }

    /// <summary>Uses a filter where it lives; when this coordinator did not make it, the daemons are asked in turn.</summary>
    public async Task<ReadOnlyMemory<byte>> UseFilterAsync(ApiVersion version, RoutedCall call, CancellationToken token)
    {
        List<Upstream> candidates = pool.For(null, call.Method);
        if (_filters.TryGet(Encoding.UTF8.GetString(RpcArguments.At(call.Params, 0).Span), out string? home) && pool.Find(home) is { } known)
            candidates = [known];
        return (await InTurnAsync(
            version, call, candidates, static error => error.ErrorMessage.Contains("not found", StringComparison.OrdinalIgnoreCase), token).ConfigureAwait(false)).Result;
    }

    /// <summary>Uses a key where it is: at the daemon to which its account is pinned, else at one that has it; reads that need no key go anywhere.</summary>
    public async Task<ReadOnlyMemory<byte>> WithKeyAsync(ApiVersion version, RoutedCall call, NonceRouter nonces, TipSetKey? head, CancellationToken token)
    {
        Address account = RpcArguments.Address(call.Params, call.Rule!.Parameter);
        List<Upstream> candidates = pool.For(head, call.Method);
        if (await nonces.FindAsync(account, token).ConfigureAwait(false) is { } pinned)
            candidates = [pinned];
        else if (call.Rule.Permission == RpcPermissions.Sign || call.Rule.ShortName == "WalletHas")
            candidates = await NonceRouter.HolderAsync(account, candidates, token).ConfigureAwait(false) is { } holder ? [holder] : candidates;
        return (await reads.CallAsync(version, call, candidates, token).ConfigureAwait(false)).Result;
    }

    private async Task ClaimAsync(string kind, string key, string cid, string what, CancellationToken token)
    {
        string winner = await pins.ClaimAsync(kind, key, cid, token).ConfigureAwait(false);
        if (winner != cid)
            throw RpcFaultException.Refused($"block {cid} is refused: {winner} of the same miner has {what}; publishing both is a consensus fault");
    }

    private async Task<(ReadOnlyMemory<byte> Result, Upstream From)> InTurnAsync(
        ApiVersion version, RoutedCall call, List<Upstream> candidates, Func<RpcErrorException, bool> elsewhere, CancellationToken token)
    {
        RpcFaultException? last = null;
        foreach (Upstream upstream in candidates)
        {
            try
            {
                return (await WithinAsync(upstream, version, call.Method, call.Params, token).ConfigureAwait(false), upstream);
            }
            catch (RpcErrorException e) when (e.Code != RpcErrorCode.MethodNotFound && !elsewhere(e))
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcException e)
            {
                last = RpcFaultException.Of(e);
            }
        }

        throw last ?? RpcFaultException.Unavailable($"no daemon can answer {call.Method} now");
    }

    private async Task<ReadOnlyMemory<byte>> WithinAsync(
        Upstream upstream, ApiVersion version, string method, ReadOnlyMemory<byte> parameters, CancellationToken token)
    {
        using var deadline = new CancellationTokenSource(options.AttemptTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
        try
        {
            return await upstream.CallAsync(version, method, parameters, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            upstream.CountFailure();
            throw new RpcConnectionException(method, $"{upstream.Name} gave no answer within {options.AttemptTimeout}", maybeDelivered: true, e);
        }
    }

    private static string EpochKey(Address miner, ChainEpoch epoch) => string.Create(CultureInfo.InvariantCulture, $"{miner}/{epoch.Value}");

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}

/// <summary>The newest entries of a map, so that what clients leave behind does not grow. Safe for concurrent use.</summary>
internal sealed class BoundedMap<TValue>(int capacity)
{
    private readonly Dictionary<string, TValue> _entries = [];
    private readonly Queue<string> _order = new();
    private readonly Lock _lock = new();

    public void Set(string key, TValue value)
    {
        lock (_lock)
        {
            if (_entries.TryAdd(key, value))
                _order.Enqueue(key);
            else
                _entries[key] = value;
            while (_order.Count > capacity)
                _entries.Remove(_order.Dequeue());
        }
    }

    public bool TryGet(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
            return _entries.TryGetValue(key, out value);
    }
}
