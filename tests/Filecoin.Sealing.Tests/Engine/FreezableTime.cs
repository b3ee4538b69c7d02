namespace Filecoin.Sealing.Tests.Engine;

/// <summary>The system's clock for a machine that can stand still: while it is frozen its timers do not fire, though time goes on.</summary>
internal sealed class FreezableTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Action> _held = [];
    private bool _frozen;

    public void Freeze()
    {
        lock (_lock)
            _frozen = true;
    }

    public void Thaw()
    {
        Action[] held;
        lock (_lock)
        {
            _frozen = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (Action fire in held)
            fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(
            _ =>
            {
                lock (_lock)
                {
                    if (_frozen)
                    {
                        _held.Add(() => callback(state));
                        return;
                    }
                }

                callback(state);
            },
            null, dueTime, period);
}
