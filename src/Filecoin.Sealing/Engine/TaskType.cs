namespace Filecoin.Sealing.Engine;

/// <summary>Which machines may take tasks of a type.</summary>
public enum TaskPlacement
{
    /// <summary>Any machine that knows the type; nobody is asked.</summary>
    Anywhere,

    /// <summary>The machine chooses among the waiting tasks by <see cref="ITask.SelectAsync"/>.</summary>
    Selective,

    /// <summary>
    /// As <see cref="Selective"/>, and what is selected hangs on data that lies on this machine. A cordoned machine goes on taking such tasks, so that
    /// its sectors are not stranded.
    /// </summary>
    LocalData,
}

/// <summary>What every task of a name has in common.</summary>
public sealed record TaskType
{
    /// <summary>Unique in the cluster, 1 to 64 characters: <c>SDR</c>, <c>SubmitPreCommit</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What a run takes from its machine.</summary>
    public TaskCost Cost { get; init; } = new();

    /// <summary>Runs at once on one machine, whatever room there is; at least 1.</summary>
    public int MaxPerMachine { get; init; } = int.MaxValue;

    /// <summary>Tries and rests.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>Who may take it.</summary>
    public TaskPlacement Placement { get; init; } = TaskPlacement.Anywhere;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A name that is empty or too long, or a number out of range.</exception>
    public void Validate()
    {
        TaskQueue.ValidateType(Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPerMachine, 1);
        Cost.Validate();
        Retry.Validate();
    }
}
