namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>A clock that stands until it is told to move; timers fire when it passes them.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _lock = new();
    private readonly List<VirtualTimer> _timers = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(Interlocked.Read(ref _now));

    /// <summary>Moves on in steps, so that what a timer starts can wait for the next one.</summary>
    public void Advance(TimeSpan by, int steps = 1)
    {
        for (int i = 0; i < steps; i++)
        {
            List<VirtualTimer> due;
            lock (_lock)
            {
                _now += by.Ticks / steps;
                due = [.. _timers.Where(timer => timer.TryFire(_now))];
            }

            foreach (VirtualTimer timer in due)
                timer.Call();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(VirtualTime owner, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private long _period;

        public bool TryFire(long now)
        {
            if (_due > now)
                return false;
            _due = _period > 0 ? now + _period : long.MaxValue;
            return true;
        }

        public void Call() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                _period = period > TimeSpan.Zero ? period.Ticks : 0;
                _due = dueTime < TimeSpan.Zero ? long.MaxValue : owner._now + dueTime.Ticks;
                if (!owner._timers.Contains(this))
                    owner._timers.Add(this);
            }

            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            return true;
        }

        public void Dispose()
        {
            lock (owner._lock)
                owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
