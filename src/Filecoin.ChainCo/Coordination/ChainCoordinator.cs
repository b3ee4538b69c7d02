using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.ChainCo.Coordination;

/// <summary>
/// Many daemons as one chain: hears their heads, keeps the headers, chooses the head by two policies, and says which daemon is fit for calls.
/// Works from the moment that any one daemon answers.
/// </summary>
public sealed partial class ChainCoordinator : INodeObserver, IAsyncDisposable
{
    private const int MaxNodes = 64;
    private const int DeepenAtOnce = 32;
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ChainVerifier _verifier;
    private readonly HeadChooser _chooser;
    private readonly Lock _lock = new();
    private readonly List<Member> _members = [];
    private readonly Queue<(long At, TokenAmount Weight)> _history = new();
    private readonly HashSet<(Member Member, TipSetKey Key)> _asking = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CoordinatorMetrics _metrics;
    private TokenAmount _weightBeforeGrace;
    private long _freshestSupportedAt;
    private long _majoritySupportedAt;
    private TipSetKey? _genesis;
    private string? _network;
    private int _deepening;
    private Task _ticking = Task.CompletedTask;

    /// <summary>Creates a coordinator without daemons.</summary>
    public ChainCoordinator(CoordinatorOptions? options = null, TimeProvider? time = null, ILogger<ChainCoordinator>? logger = null)
    {
        _options = options ?? new CoordinatorOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<ChainCoordinator>.Instance;
        _genesis = _options.Genesis;
        Headers = new HeaderStore((int)Math.Min(4 * _options.Horizon, 1 << 20) + 64);
        _verifier = new ChainVerifier(Headers, _options);
        _chooser = new HeadChooser(Headers, _options, _time);
        Freshest = new HeadStream(_options.SubscriberBuffer);
        Majority = new HeadStream(_options.SubscriberBuffer);
        _metrics = new CoordinatorMetrics(this);
    }

    /// <summary>The headers back to finality.</summary>
    public HeaderStore Headers { get; }

    /// <summary>The heaviest head that is not one daemon's word alone: for mining.</summary>
    public HeadStream Freshest { get; }

    /// <summary>The newest tipset that more than half of the live daemons have: for readers.</summary>
    public HeadStream Majority { get; }

    /// <summary>How the daemons stand.</summary>
    public IReadOnlyList<NodeStanding> Standings()
    {
        lock (_lock)
        {
            return
            [
                .. _members.Select(member => new NodeStanding(
                    member.Node, member.IsLive, member.Fault ?? member.BadHead, member.Head,
                    Freshest.Head is { } best && member.Head is { } own ? Math.Max(0, best.Height - own.Height) : null)),
            ];
        }
    }

    /// <summary>
    /// Daemons fit for a call, best first: live before ejected ones, those that have the tipset before those that do not, then by priority and latency.
    /// Drained daemons are left out, as are those that are down.
    /// </summary>
    /// <param name="key">The tipset that the call is about; null or empty for any.</param>
    public IReadOnlyList<IChainNode> Fit(TipSetKey? key = null) => [.. FitRanked(key).Select(entry => entry.Node)];

    /// <summary>As <see cref="Fit"/>, with a rank that equally good daemons share: only their latency orders them. On the way of every call.</summary>
    internal List<(IChainNode Node, long Rank)> FitRanked(TipSetKey? key)
    {
        List<(IChainNode Node, long Rank)> fit;
        lock (_lock)
        {
            fit = new List<(IChainNode Node, long Rank)>(_members.Count);
            ulong has = key is null or { IsEmpty: true } ? ulong.MaxValue : _chooser.MarksOf(key).Any;
            foreach (Member member in _members)
            {
                NodeOptions options = member.Node.Options;
                if (member.IsFollowing && !options.Drained && options.Weight > 0)
                    fit.Add((member.Node, (member.IsLive ? 0 : 2L << 32) + ((has & member.Bit) != 0 ? 0 : 1L << 32) + ((long)options.Priority - int.MinValue)));
            }
        }

        // A handful at most, and mostly in order already.
        for (int i = 1; i < fit.Count; i++)
        {
            for (int j = i; j > 0 && (fit[j].Rank < fit[j - 1].Rank || (fit[j].Rank == fit[j - 1].Rank && fit[j].Node.State.Latency < fit[j - 1].Node.State.Latency)); j--)
                (fit[j - 1], fit[j]) = (fit[j], fit[j - 1]);
        }

        return fit;
    }

    /// <summary>Takes a daemon into the pool; its follower is started by the caller.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or there are 64 already.</exception>
    public void Add(IChainNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        lock (_lock)
        {
            if (_members.Any(member => member.Node.Options.Name == node.Options.Name))
                throw new InvalidOperationException($"There is a daemon named {node.Options.Name} already.");
            int index = Enumerable.Range(0, MaxNodes).FirstOrDefault(i => _members.All(member => member.Index != i), -1);
            if (index < 0)
                throw new InvalidOperationException($"A pool has at most {MaxNodes} daemons.");
            _members.Add(new Member(node, index));
        }
    }

    /// <summary>Takes a daemon out of the pool; its follower is ended by the caller.</summary>
    public void Remove(IChainNode node)
    {
        lock (_lock)
        {
            if (Find(node) is not { } member)
                return;
            _members.Remove(member);
            _chooser.Forget(member);
            Choose();
        }
    }

    /// <summary>Begins to apply the rules that depend on the clock.</summary>
    public void Start() => _ticking = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);

    /// <inheritdoc/>
    public string? Admit(IChainNode node, NodeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        lock (_lock)
        {
            if (_genesis is null)
            {
                _genesis = identity.Genesis;
                _network = identity.NetworkName;
            }

            _network ??= identity.Genesis.Equals(_genesis) ? identity.NetworkName : null;
            if (!identity.Genesis.Equals(_genesis))
                return $"its genesis is {identity.Genesis}, the pool's is {_genesis}";
            return identity.NetworkName == _network ? null : $"its network is {identity.NetworkName}, the pool's is {_network}";
        }
    }

    /// <inheritdoc/>
    public async Task HeadAsync(IChainNode node, TipSet head, TokenAmount weight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        TipSet? known = Freshest.Head;
        string? bad = null;
        List<TipSet> fetched = [];
        if (known is not null && head.Height < known.Height - _options.Horizon)
        {
            bad = $"its head is at {head.Height}, beyond finality behind {known.Height}";
        }
        else
        {
            try
            {
                int depth = known is null ? _options.InitialDepth : int.MaxValue;
                fetched = await _verifier.FetchAsync(node, head, depth, cancellationToken).ConfigureAwait(false);
                _verifier.Verify(head, weight, fetched);
                foreach (TipSet tipset in fetched)
                    Headers.Add(tipset);
                await LinkAsync(head, cancellationToken).ConfigureAwait(false);
            }
            catch (ForgedHeadException e)
            {
                bad = e.Message;
                LogForged(_logger, node.Options.Name, head.Height.Value, e.Message);
            }
        }

        lock (_lock)
        {
            if (Find(node) is not { } member)
                return;
            member.BadHead = bad;
            if (bad is not null)
            {
                Judge(member);
                Choose();
                return;
            }

            // Between fetching and here the store may have been pruned.
            foreach (TipSet tipset in fetched)
                Headers.Add(tipset);
            if (!head.Equals(member.Head))
                member.HeadAt = _time.GetTimestamp();
            member.Head = head;
            member.Weight = weight;
            _chooser.MarkHad(member, head);
            Judge(member);
            Choose();
        }

        AskOthers();
    }

    /// <inheritdoc/>
    public void Changed(IChainNode node)
    {
        lock (_lock)
        {
            if (Find(node) is not { } member)
                return;
            Judge(member);
            Choose();
        }
    }

    /// <summary>Applies the rules that depend on the clock, once.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            while (_history.TryPeek(out (long At, TokenAmount Weight) oldest) && _time.GetElapsedTime(oldest.At) >= _options.BehindGrace)
            {
                _weightBeforeGrace = oldest.Weight;
                _history.Dequeue();
            }

            foreach (Member member in _members)
                Judge(member);
            Choose();
        }

        AskOthers();
        if (Interlocked.Exchange(ref _deepening, 1) == 0)
            _ = DeepenAsync();
    }

    /// <summary>A tipset by its key: from the headers kept, else from a daemon that may have it. Null when none has it.</summary>
    public async Task<TipSet?> GetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.IsEmpty)
            return Freshest.Head;
        if (Headers.TryGet(key, out TipSet? kept))
            return kept;
        foreach (IChainNode node in Fit(key))
        {
            try
            {
                TipSet found = await node.GetTipSetAsync(key, cancellationToken).ConfigureAwait(false);
                if (found.Key.Equals(key))
                    return found;
            }
            catch (RpcException)
            {
                // Another daemon may have it.
            }
        }

        return null;
    }

    /// <summary>The steps from one tipset to another, or null when they do not meet within finality or one of them is unknown.</summary>
    public async Task<IReadOnlyList<HeadChange>?> GetPathAsync(TipSetKey from, TipSetKey to, CancellationToken cancellationToken = default)
    {
        if (await GetTipSetAsync(from, cancellationToken).ConfigureAwait(false) is not { } start
            || await GetTipSetAsync(to, cancellationToken).ConfigureAwait(false) is not { } end)
            return null;
        // What a client asks about is not kept: it must not push out what the pool needs.
        return await new PathFinder(Headers, GetTipSetAsync, _options.Horizon).FindAsync(start, end, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the clock's work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _metrics.Dispose();
    }

    private async Task RunAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(_options.TickInterval, _time);
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false))
        {
            try
            {
                Tick();
            }
#pragma warning disable CA1031 // Without its ticks the coordinator would never again eject a node.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogUnforeseen(_logger, e);
            }
        }
    }

    /// <summary>Makes sure that the way from the present heads to a new one is kept, as far as finality allows.</summary>
    private async Task LinkAsync(TipSet head, CancellationToken token)
    {
        foreach (TipSet present in new[] { Freshest.Head, Majority.Head }.OfType<TipSet>().Distinct())
        {
            if (Headers.CommonAncestor(present, head) is not null)
                continue;
            var finder = new PathFinder(Headers, GetTipSetAsync, _options.Horizon);
            if (await finder.FindAsync(present, head, token).ConfigureAwait(false) is null)
                continue;
            foreach (TipSet tipset in finder.Fetched)
                Headers.Add(tipset);
        }
    }

    private Member? Find(IChainNode node) => _members.Find(member => ReferenceEquals(member.Node, node));

    [LoggerMessage(10, LogLevel.Error, "{Node} claims a head at {Height} that contradicts itself: {Reason}")]
    private static partial void LogForged(ILogger logger, string node, long height, string reason);

    [LoggerMessage(11, LogLevel.Warning, "{Node} is ejected: {Reason}")]
    private static partial void LogEjected(ILogger logger, string node, string reason);

    [LoggerMessage(12, LogLevel.Information, "{Node} is taken back")]
    private static partial void LogReadmitted(ILogger logger, string node);

    [LoggerMessage(13, LogLevel.Warning, "The head went from {Old} to {New} without a common ancestor within finality; subscribers begin anew")]
    private static partial void LogGap(ILogger logger, long old, long @new);

    [LoggerMessage(14, LogLevel.Error, "A look at the nodes ended early")]
    private static partial void LogUnforeseen(ILogger logger, Exception error);
}
