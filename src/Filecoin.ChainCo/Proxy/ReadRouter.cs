using System.Collections.Concurrent;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Calls that may be repeated anywhere: tries daemons in turn, and a second one beside a first that is slower than it usually is.</summary>
internal sealed class ReadRouter(ChainProxyOptions options, TimeProvider time)
{
    private const double FullBudget = 10;
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
        return await RunAsync(version, call.Method, call.Rule!, call.Params, candidates, token).ConfigureAwait(false);
    }

    private async Task<(ReadOnlyMemory<byte> Result, Upstream From)> RunAsync(
        ApiVersion version, string method, MethodRule rule, ReadOnlyMemory<byte> parameters, List<Upstream> candidates, CancellationToken token)
    {
        bool waits = rule.Class == MethodClass.Waiting;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(token);
        using ITimer? deadline = waits ? null : time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), ending, rule.Slow ? options.SlowDeadline : options.ReadDeadline, Timeout.InfiniteTimeSpan);
        LatencyQuantile latency = _latencies.GetOrAdd(rule.Name, static _ => new LatencyQuantile());
        bool mayHedge = !waits && !rule.Slow && options.HedgeShare > 0;
        lock (_lock)
            _budget = Math.Min(FullBudget, _budget + options.HedgeShare);
        int most = Math.Min(options.Attempts, candidates.Count), next = 0;
        var running = new List<Task<Outcome>>(2);
        RpcFaultException? last = null;
        try
        {
            while (true)
            {
                if (running.Count == 0)
                {
                    if (next == most)
                        throw last!;
                    running.Add(AttemptAsync(version, method, rule, parameters, candidates[next++], latency, ending.Token));
                }

                if (mayHedge && running.Count == 1 && next < most)
                {
                    Task pause = Task.Delay(latency.HedgeDelay(options.MinHedge, options.MaxHedge), time, ending.Token);
                    if (await Task.WhenAny(running[0], pause).ConfigureAwait(false) == pause && !ending.IsCancellationRequested)
                    {
                        mayHedge = false;
                        if (TakeHedge())
                            running.Add(AttemptAsync(version, method, rule, parameters, candidates[next++], latency, ending.Token));
                        continue;
                    }
                }

                Task<Outcome> done = running.Count == 1 ? running[0] : await Task.WhenAny(running).ConfigureAwait(false);
                running.Remove(done);
                Outcome outcome = await done.ConfigureAwait(false);
                if (outcome.Fault is null)
                    return (outcome.Result, outcome.From);
                last = outcome.Fault;
                if (outcome.Final)
                    throw last;
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw RpcFaultException.Unavailable($"no daemon answered {method} in time");
        }
        finally
        {
            // What still runs is given up; its buffers were copied when it was sent.
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<Outcome> AttemptAsync(
        ApiVersion version, string method, MethodRule rule, ReadOnlyMemory<byte> parameters, Upstream upstream, LatencyQuantile latency, CancellationToken token)
    {
        bool waits = rule.Class == MethodClass.Waiting || rule.Slow;
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(token);
        using ITimer? timeout = waits ? null : time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), attempt, options.AttemptTimeout, Timeout.InfiniteTimeSpan);
        long begun = time.GetTimestamp();
        try
        {
            ReadOnlyMemory<byte> result = await upstream.CallAsync(version, method, parameters, attempt.Token).ConfigureAwait(false);
            latency.Add(time.GetElapsedTime(begun));
            return new Outcome(result, null, Final: true, upstream);
        }
        catch (RpcErrorException e)
        {
            return new Outcome(default, RpcFaultException.Of(e), IsFinal(e), upstream);
        }
        catch (RpcException e)
        {
            return new Outcome(default, RpcFaultException.Of(e), Final: false, upstream);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            upstream.CountFailure();
            return new Outcome(default, RpcFaultException.Unavailable($"{upstream.Name} did not answer {method} within {options.AttemptTimeout}"), Final: false, upstream);
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
