using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>One client's limits, alive: what its token permits, which methods it may call, and how many a second.</summary>
internal sealed class ClientGate : IDisposable
{
    private readonly ClientOptions? _options;
    private readonly TokenBucketRateLimiter? _limiter;

    public ClientGate(ClientOptions? options)
    {
        _options = options;
        if (options is not { RatePerSecond: > 0 })
            return;
        // Ten refills a second, so that a client need not wait for a whole one.
        int refill = Math.Max(1, options.RatePerSecond / 10);
        _limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(refill, options.Burst > 0 ? options.Burst : options.RatePerSecond),
            TokensPerPeriod = refill,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)refill / options.RatePerSecond),
            AutoReplenishment = true,
            QueueLimit = 0,
        });
    }

    public HeadPolicy Head => _options?.Head ?? HeadPolicy.Freshest;

    /// <summary>Lets a call through.</summary>
    /// <exception cref="RpcFaultException">Not permitted, or too many.</exception>
    public void Admit(RpcIdentity identity, MethodRule rule)
    {
        if (!identity.Permissions.HasFlag(rule.Permission))
            throw RpcFaultException.Refused($"missing permission to invoke '{rule.ShortName}' (need '{string.Join(',', RpcTokenKey.NamesOf(rule.Permission))}')");
        if (_options is { Methods.Count: > 0 } && !_options.Methods.Any(pattern => Matches(pattern, rule.Name)))
            throw RpcFaultException.Refused($"'{rule.ShortName}' is not among the methods of client '{_options.Name}'");
        using RateLimitLease? lease = _limiter?.AttemptAcquire();
        if (lease is { IsAcquired: false })
            throw new RpcFaultException(RpcErrorCode.LimitExceeded, $"more than {_options!.RatePerSecond} calls a second", 429);
    }

    public void Dispose() => _limiter?.Dispose();

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;
}

/// <summary>The gates of all clients; a client without an entry gets the entry <c>*</c> to itself.</summary>
internal sealed class ClientGates(IReadOnlyList<ClientOptions> clients) : IDisposable
{
    private const int MaxGates = 10_000;
    private readonly ConcurrentDictionary<string, ClientGate> _gates = new();
    private readonly ClientGate _crowd = new(clients.FirstOrDefault(client => client.Name == "*"));

    public ClientGate Of(string subject)
    {
        if (_gates.TryGetValue(subject, out ClientGate? gate))
            return gate;
        // Subjects come from tokens that we signed; still, what grows has a bound.
        return _gates.Count >= MaxGates && !clients.Any(client => client.Name == subject)
            ? _crowd
            : _gates.GetOrAdd(subject, name => new ClientGate(clients.FirstOrDefault(client => client.Name == name) ?? clients.FirstOrDefault(client => client.Name == "*")));
    }

    public void Dispose()
    {
        foreach (ClientGate gate in _gates.Values)
            gate.Dispose();
        _crowd.Dispose();
    }
}
