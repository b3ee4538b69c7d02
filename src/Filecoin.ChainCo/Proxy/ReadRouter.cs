using System.Collections.Concurrent;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Calls that may be repeated anywhere: tries daemons in turn, and a second one beside a first that is slower than it usually is.</summary>
internal sealed class ReadRouter(ChainProxyOptions options, TimeProvider time)
{
    private const double FullBudget = 10;
    private static readonly TimeSpan HedgeAgain = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, LatencyQuantile> _latencies = new();
    private readonly Lock _lock = new();
    private double _budget = FullBudget;

    /// <summary>Hedges sent.</summary>
    public long Hedges { get; private set; }

    /// <summary>The result of the first daemon that gives a final answer.</summary>
    /// <exception cref="RpcFaultException">None did, or the final answer is an error.</exception>
    public async Task<(ReadOnlyMemory<byte> Result, Upstream From)> CallAsync(
        ApiVersion version, RoutedCall call, List<Upstream> candidates, CancellationToken token)
    {
        if (candidates.Count == 0)
            throw RpcFaultException.Unavailable($"no daemon can answer {call.Method} now");
        MethodRule rule = call.Rule!;
        LatencyQuantile latency = _latencies.GetOrAdd(rule.Name, static _ => new LatencyQuantile());
        return await RunAsync(new Question(version, call.Method, rule, call.Params, latency), candidates, token).ConfigureAwait(false);
    }

    private async Task<(ReadOnlyMemory<byte> Result, Upstream From)> RunAsync(Question question, List<Upstream> candidates, CancellationToken token)
    {
        MethodRule rule = question.Rule;
        bool waits = rule.Class == MethodClass.Waiting;
        long begun = time.GetTimestamp();
        TimeSpan deadline = waits ? Timeout.InfiniteTimeSpan : rule.Slow ? options.SlowDeadline : options.ReadDeadline;
        bool mayHedge = !waits && !rule.Slow && options.HedgeShare > 0;
        lock (_lock)
            _budget = Math.Min(FullBudget, _budget + options.HedgeShare);
        int most = Math.Min(options.Attempts, candidates.Count), next = 0;
        Attempt? first = null, second = null;
        RpcFaultException? last = null;
        try
        {
            while (true)
            {
                if (first is null)
                {
                    if (next == most)
                        throw last!;
                    first = Begin();
                }

                TimeSpan pause = question.Latency.HedgeDelay(options.MinHedge, options.MaxHedge);
                while (mayHedge && second is null && next < most && !first.Task.IsCompleted)
                {
                    await ((Task)first.Task).WaitAsync(pause, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    // A daemon that fell silent meanwhile has to be left; any other costs a hedge.
                    if (!first.Task.IsCompleted && (first.IsLost || TakeHedge()))
                    {
                        mayHedge = false;
                        second = Begin();
                    }

                    pause = HedgeAgain;
                }

                Attempt done = second is null || await Task.WhenAny(first.Task, second.Task).ConfigureAwait(false) == first.Task ? first : second;
                Outcome outcome = await done.Task.ConfigureAwait(false);
                (first, second) = (done == first ? second : first, null);
                if (outcome.Fault is null)
                    return (outcome.Result, outcome.From);
                last = outcome.Fault;
                if (outcome.Final)
                    throw last;
            }
        }
        finally
        {
            // What still runs is given up; its buffers were copied when it was sent.
            first?.GiveUp();
            second?.GiveUp();
        }

        Attempt Begin()
        {
            TimeSpan left = waits ? deadline : deadline - time.GetElapsedTime(begun);
            if (!waits && left <= TimeSpan.Zero)
                throw RpcFaultException.Unavailable($"no daemon answered {question.Method} in time");
            TimeSpan most = rule.Slow || waits || left < options.AttemptTimeout ? left : options.AttemptTimeout;
            return new Attempt(question, candidates[next++], time, most, token);
        }
    }

    /// <summary>False when another daemon may know better: it has what this one lacks, or is not as busy.</summary>
    private static bool IsFinal(RpcErrorException error) => error.Code switch
    {
        RpcErrorCode.MethodNotFound => false,
        RpcErrorCode.Generic => !SaysMissing(error.ErrorMessage),
        _ => !error.IsTransient,
    };

    private static bool SaysMissing(string message) =>
        message.Contains("not found", StringComparison.OrdinalIgnoreCase) || message.Contains("could not find", StringComparison.OrdinalIgnoreCase)
        || message.Contains("failed to load", StringComparison.OrdinalIgnoreCase) || message.Contains("loading tipset", StringComparison.OrdinalIgnoreCase);

    private bool TakeHedge()
    {
        lock (_lock)
        {
            if (_budget < 1)
                return false;
            _budget--;
            Hedges++;
            return true;
        }
    }

    private sealed record Question(ApiVersion Version, string Method, MethodRule Rule, ReadOnlyMemory<byte> Params, LatencyQuantile Latency);

    /// <summary>One daemon asked once.</summary>
    private sealed class Attempt
    {
        private readonly Upstream _upstream;
        private readonly TimeProvider _time;
        private readonly CancellationTokenSource _stop;
        private readonly ITimer? _timeout;
        private volatile bool _givenUp;

        /// <summary>Asks.</summary>
        /// <param name="question">What.</param>
        /// <param name="upstream">Whom.</param>
        /// <param name="time">The clock.</param>
        /// <param name="most">How long the answer may take; infinite for no limit.</param>
        /// <param name="token">The client's.</param>
        public Attempt(Question question, Upstream upstream, TimeProvider time, TimeSpan most, CancellationToken token)
        {
            _upstream = upstream;
            _time = time;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
            if (most != Timeout.InfiniteTimeSpan)
                _timeout = time.CreateTimer(static state => ((Attempt)state!).Stop(), this, most, Timeout.InfiniteTimeSpan);
            Task = AskAsync(question, token);
        }

        /// <summary>What came of it; cancelled when the client left or the attempt was given up.</summary>
        public Task<Outcome> Task { get; }

        /// <summary>Whether nothing is to be expected of the daemon now.</summary>
        public bool IsLost => _upstream.Node.State is { Silent: true } or { Connection: not NodeConnection.Following };

        /// <summary>Another daemon was quicker: that is nothing against this one.</summary>
        public void GiveUp()
        {
            _givenUp = true;
            Stop();
        }

        private void Stop() => _stop.CancelUnlessOver();

        private async Task<Outcome> AskAsync(Question question, CancellationToken token)
        {
            long begun = _time.GetTimestamp();
            try
            {
                ReadOnlyMemory<byte> result = await _upstream.CallAsync(question.Version, question.Method, question.Params, _stop.Token).ConfigureAwait(false);
                question.Latency.Add(_time.GetElapsedTime(begun));
                return new Outcome(result, null, Final: true, _upstream);
            }
            catch (RpcErrorException e)
            {
                return new Outcome(default, RpcFaultException.Of(e), IsFinal(e), _upstream);
            }
            catch (RpcException e)
            {
                return new Outcome(default, RpcFaultException.Of(e), Final: false, _upstream);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested && !_givenUp)
            {
                _upstream.CountFailure();
                return new Outcome(default, RpcFaultException.Unavailable($"{_upstream.Name} did not answer {question.Method} in time"), Final: false, _upstream);
            }
            finally
            {
                _timeout?.Dispose();
                _stop.Dispose();
            }
        }
    }

    private readonly record struct Outcome(ReadOnlyMemory<byte> Result, RpcFaultException? Fault, bool Final, Upstream From);
}

/// <summary>A running estimate of the time that 95 of 100 calls of a method stay under. Safe for concurrent use.</summary>
internal sealed class LatencyQuantile
{
    private const double Quantile = 0.95;
    private readonly Lock _lock = new();
    private double _estimateMs = 500;

    public void Add(TimeSpan elapsed)
    {
        double ms = elapsed.TotalMilliseconds;
        lock (_lock)
        {
            // Stochastic approximation: the steps balance where the share above is one in twenty.
            double step = Math.Max(0.5, _estimateMs * 0.1);
            _estimateMs = Math.Max(0.1, _estimateMs + (ms > _estimateMs ? step * Quantile : -step * (1 - Quantile)));
        }
    }

    public TimeSpan HedgeDelay(TimeSpan min, TimeSpan max)
    {
        lock (_lock)
            return TimeSpan.FromMilliseconds(Math.Clamp(_estimateMs, min.TotalMilliseconds, max.TotalMilliseconds));
    }
}
