namespace Filecoin.Sealing.Engine;

/// <summary>How a machine takes part.</summary>
public sealed record TaskEngineOptions
{
    /// <summary>
    /// The machine's name, unique in the cluster, 1 to 128 characters. A process that joins under the name of another takes its place: the older one can
    /// write no more and stops.
    /// </summary>
    public string Machine { get; init; } = Environment.MachineName;

    /// <summary>Where other machines reach it; shown to operators, may be empty.</summary>
    public string Address { get; init; } = "";

    /// <summary>What its tasks may use together.</summary>
    public MachineResources Resources { get; init; } = MachineResources.Detect();

    /// <summary>
    /// How long a machine may be silent before its tasks are taken over, at least 100 ms. A machine that cannot reach the database for so long cancels
    /// its runs. Measured by the database's clock there and by the monotonic clock here.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two heartbeats; at most a third of <see cref="LeaseDuration"/>.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after the first look that found nothing; it doubles with each further one.</summary>
    public TimeSpan MinPoll { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// The longest pause between looks: how late a task of another machine may be found. A machine whose runs end and others begin looks eight times in
    /// it.
    /// </summary>
    public TimeSpan MaxPoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a look holds that brought tasks, while all that happens is that runs end; and the pause after it, when none does.</summary>
    internal TimeSpan LookHolds => MaxPoll / 8 > MinPoll ? MaxPoll / 8 : MinPoll;

    /// <summary>Tasks claimed in one transaction at most, 1 to 1000.</summary>
    public int ClaimBatch { get; init; } = 64;

    /// <summary>Waiting tasks shown at once to a task that selects, 1 to 10,000.</summary>
    public int SelectPage { get; init; } = 256;

    /// <summary>Pages shown in one look; the next look goes on from there. At least 1.</summary>
    public int SelectPages { get; init; } = 4;

    /// <summary>How long a task is left alone for which storage had no room.</summary>
    public TimeSpan StorageRest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a more urgent task may wait for resources before less urgent ones are held back until it fits.</summary>
    public TimeSpan HoldAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop waits for runs to end. Tasks of runs that did not are taken over when the lease ends.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Entries of history kept at most.</summary>
    public long HistoryEntries { get; init; } = 200_000;

    /// <summary>How long history is kept.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A name that is empty or too long, or a number out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Machine);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Machine.Length, 128, nameof(Machine));
        ArgumentNullException.ThrowIfNull(Address);
        Resources.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(LeaseDuration, TimeSpan.FromMilliseconds(100));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HeartbeatInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeartbeatInterval, LeaseDuration / 3);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MinPoll, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPoll, MinPoll);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClaimBatch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ClaimBatch, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(SelectPage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SelectPage, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(SelectPages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StorageRest, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(HoldAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShutdownTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(HistoryEntries, 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HistoryAge, TimeSpan.Zero);
    }
}
