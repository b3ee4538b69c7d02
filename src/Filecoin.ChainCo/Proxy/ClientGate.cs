using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// One client's limits, alive: what its token permits, which methods it may call, and how many a second. They may change while the client is connected.
/// </summary>
internal sealed class ClientGate : IDisposable
{
    private Limits _limits;

    public ClientGate(ClientOptions? options) => _limits = new Limits(options);

    public HeadPolicy Head => Volatile.Read(ref _limits).Options?.Head ?? HeadPolicy.Freshest;

    /// <summary>Sets other limits; the calls of this second are forgotten only when there is something new.</summary>
    public void Change(ClientOptions? options)
    {
        if (!ClientOptions.Same(options, _limits.Options))
            Interlocked.Exchange(ref _limits, new Limits(options)).Limiter?.Dispose();
    }

    /// <summary>Lets a call through.</summary>
    /// <exception cref="RpcFaultException">Not permitted, or too many.</exception>
    public void Admit(RpcIdentity identity, MethodRule rule)
    {
        Limits limits = Volatile.Read(ref _limits);
        if (!identity.Permissions.HasFlag(rule.Permission))
            throw RpcFaultException.Refused($"missing permission to invoke '{rule.ShortName}' (need '{string.Join(',', RpcTokenKey.NamesOf(rule.Permission))}')");
        if (limits.Options is { Methods.Count: > 0 } options && !options.Methods.Any(pattern => Matches(pattern, rule.Name)))
            throw RpcFaultException.Refused($"'{rule.ShortName}' is not among the methods of client '{options.Name}'");
        if (!limits.Acquire())
            throw new RpcFaultException(RpcErrorCode.LimitExceeded, $"more than {limits.Options!.RatePerSecond} calls a second", 429);
    }

    public void Dispose() => _limits.Limiter?.Dispose();

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private sealed class Limits
    {
        public Limits(ClientOptions? options)
        {
            Options = options;
            if (options is not { RatePerSecond: > 0 })
                return;
            // Ten refills a second, so that a client need not wait for a whole one.
            int refill = Math.Max(1, options.RatePerSecond / 10);
            Limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(refill, options.Burst > 0 ? options.Burst : options.RatePerSecond),
                TokensPerPeriod = refill,
                ReplenishmentPeriod = TimeSpan.FromSeconds((double)refill / options.RatePerSecond),
                AutoReplenishment = true,
                QueueLimit = 0,
            });
        }

        public ClientOptions? Options { get; }

        public TokenBucketRateLimiter? Limiter { get; }

        public bool Acquire()
        {
            try
            {
                using RateLimitLease? lease = Limiter?.AttemptAcquire();
                return lease is null or { IsAcquired: true };
            }
            catch (ObjectDisposedException)
            {
                // Other limits hold since this moment; one call more is no harm.
                return true;
            }
        }
    }
}

/// <summary>The gates of all clients; a client without an entry gets the entry <c>*</c> to itself.</summary>
internal sealed class ClientGates(IReadOnlyList<ClientOptions> clients) : IDisposable
{
    private const int MaxGates = 10_000;
    private readonly ConcurrentDictionary<string, ClientGate> _gates = new();
    private readonly ClientGate _crowd = new(Find(clients, "*"));
    private volatile IReadOnlyList<ClientOptions> _clients = clients;

    public ClientGate Of(string subject)
    {
        if (_gates.TryGetValue(subject, out ClientGate? gate))
            return gate;
        // Subjects come from tokens that we signed; still, what grows has a bound.
        if (_gates.Count >= MaxGates && _clients.All(client => client.Name != subject))
            return _crowd;
        gate = _gates.GetOrAdd(subject, name => new ClientGate(Find(_clients, name)));
        // The limits may have changed since they were read.
        gate.Change(Find(_clients, subject));
        return gate;
    }

    /// <summary>Sets other limits for all, connected clients included.</summary>
    public void Change(IReadOnlyList<ClientOptions> clients)
    {
        _clients = clients;
        _crowd.Change(Find(clients, "*"));
        foreach ((string subject, ClientGate gate) in _gates)
            gate.Change(Find(clients, subject));
    }

    public void Dispose()
    {
        foreach (ClientGate gate in _gates.Values)
            gate.Dispose();
        _crowd.Dispose();
    }

    private static ClientOptions? Find(IReadOnlyList<ClientOptions> clients, string subject) =>
        clients.FirstOrDefault(client => client.Name == subject) ?? clients.FirstOrDefault(client => client.Name == "*");
}
