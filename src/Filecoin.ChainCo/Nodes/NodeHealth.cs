namespace Filecoin.ChainCo.Nodes;

/// <summary>Smoothed latency and error rate of one daemon. Safe for concurrent use.</summary>
public sealed class NodeHealth
{
    private const double Smoothing = 0.2;
    private readonly Lock _lock = new();
    private double _latencyMs;
    private double _errorRate;
    private bool _any;

    /// <summary>Smoothed time of a successful call.</summary>
    public TimeSpan Latency
    {
        get
        {
            lock (_lock)
                return TimeSpan.FromMilliseconds(_latencyMs);
        }
    }

    /// <summary>Smoothed share of failed calls.</summary>
    public double ErrorRate
    {
        get
        {
            lock (_lock)
                return _errorRate;
        }
    }

    /// <summary>Counts a call that the daemon answered, with a result or an error of its own.</summary>
    public void Answered(TimeSpan elapsed)
    {
        lock (_lock)
        {
            _latencyMs = _any ? _latencyMs + (Smoothing * (elapsed.TotalMilliseconds - _latencyMs)) : elapsed.TotalMilliseconds;
            _errorRate -= Smoothing * _errorRate;
            _any = true;
        }
    }

    /// <summary>Counts a call that got no answer, or one that made no sense.</summary>
    public void Failed()
    {
        lock (_lock)
            _errorRate += Smoothing * (1 - _errorRate);
    }
}
