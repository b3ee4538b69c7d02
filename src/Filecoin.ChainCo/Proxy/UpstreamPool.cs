using System.Collections.Concurrent;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;

namespace Filecoin.ChainCo.Proxy;

/// <summary>The ways to all daemons of the pool, in the order in which a call should try them.</summary>
internal sealed class UpstreamPool(ChainCoordinator coordinator, ChainProxyOptions options, RpcTransportFactory? factory, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IChainNode, Lazy<Upstream>> _upstreams = new(ReferenceEqualityComparer.Instance);
    private long _turn;

    /// <summary>
    /// Daemons for a call, best first. Among equals the first is chosen by weight in turn; those that a breaker keeps away come last.
    /// </summary>
    public List<Upstream> For(TipSetKey? key, string method)
    {
        List<(IChainNode Node, long Rank)> fit = coordinator.FitRanked(key);
        var found = new List<Upstream>(fit.Count);
        long best = 0;
        int equals = 0;
        bool allOpen = true;
        foreach ((IChainNode node, long rank) in fit)
        {
            NodeState state = node.State;
            if (state.Lacks.Contains(method) || state.Identity?.Quirks.Has(method) == false)
                continue;
            Upstream upstream = Of(node);
            if (found.Count == 0)
                best = rank;
            if (rank == best)
                equals++;
            allOpen &= upstream.IsOpen;
            found.Add(upstream);
        }

        if (equals > 1)
        {
            int first = Turn(found, equals);
            (found[0], found[first]) = (found[first], found[0]);
        }

        return allOpen ? found : [.. found.OrderByDescending(upstream => upstream.IsOpen)];
    }

    /// <summary>A daemon by its name, whether it is fit or not; null when it is not in the pool.</summary>
    public Upstream? Find(string name) =>
        coordinator.Standings().FirstOrDefault(standing => standing.Node.Options.Name == name) is { } standing ? Of(standing.Node) : null;

    /// <summary>All daemons of the pool.</summary>
    public IEnumerable<Upstream> All() => coordinator.Standings().Select(standing => Of(standing.Node));

    /// <summary>Closes the way to a daemon that left the pool.</summary>
    public async Task ForgetAsync(IChainNode node)
    {
        if (_upstreams.TryRemove(node, out Lazy<Upstream>? gone))
            await gone.Value.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IChainNode node in _upstreams.Keys)
            await ForgetAsync(node).ConfigureAwait(false);
    }

    private Upstream Of(IChainNode node) =>
        _upstreams.GetOrAdd(node, static (at, pool) => new Lazy<Upstream>(() => pool.Create(at)), this).Value;

    private Upstream Create(IChainNode node) => new(node, options, factory, time);

    private int Turn(List<Upstream> found, int equals)
    {
        int total = 0;
        for (int i = 0; i < equals; i++)
            total += found[i].Node.Options.Weight;
        long at = Interlocked.Increment(ref _turn) % Math.Max(1, total);
        for (int i = 0; i < equals; i++)
        {
            at -= found[i].Node.Options.Weight;
            if (at < 0)
                return i;
        }

        return 0;
    }
}
