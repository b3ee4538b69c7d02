using Filecoin.ChainCo.Chain;
using Microsoft.AspNetCore.Http;

namespace Filecoin.Samples.Localnet.Faults;

/// <summary>The faults in force, where calls and connections meet them.</summary>
internal sealed class FaultInjector(TimeProvider time)
{
    // Guarded by itself: a context is aborted only while its request runs, for a server disposes of it afterwards.
    private readonly HashSet<HttpContext> _open = [];
    private volatile FaultOptions _current = new();

    /// <summary>Tells that the faults changed.</summary>
    public event Action<FaultOptions>? Changed;

    public FaultOptions Current => _current;

    /// <summary>Puts faults in force in place of those before.</summary>
    public void Set(FaultOptions fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        fault.Validate();
        _current = fault;
        if (fault.Reset)
        {
            lock (_open)
            {
                foreach (HttpContext context in _open)
                    context.Abort();
            }
        }

        Changed?.Invoke(fault);
    }

    /// <summary>What a call or a value of a channel goes through first.</summary>
    public async Task BeforeAsync(CancellationToken token)
    {
        FaultOptions now = Current;
        if (now.Hang)
            await Task.Delay(Timeout.InfiniteTimeSpan, time, token);
        if (now.Lag > TimeSpan.Zero)
            await Task.Delay(now.Lag, time, token);
    }

    /// <summary>The weight that the node claims.</summary>
    public TokenAmount Claim(TokenAmount weight) => Current.ClaimedWeightPercent is { } percent ? new TokenAmount(weight.Atto * percent / 100) : weight;

    /// <summary>What a request goes through first.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (Current.Reset)
        {
            context.Abort();
            return;
        }

        lock (_open)
            _open.Add(context);
        try
        {
            await next(context);
        }
        finally
        {
            lock (_open)
                _open.Remove(context);
        }
    }
}
