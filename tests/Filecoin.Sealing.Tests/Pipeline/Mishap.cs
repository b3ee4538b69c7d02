using FsCheck;
using FsCheck.Fluent;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tests.Pipeline;

/// <summary>What may happen to a pipeline.</summary>
internal abstract record Mishap
{
    private static readonly StageFault[] TaskFaults =
        [StageFault.Transient, StageFault.DiskFull, StageFault.FilesLost, StageFault.ProofInvalid, StageFault.DataLost, StageFault.SeedChanged, StageFault.Defect];

    private static readonly SealStage[] TaskStages = [.. StageTable.Rows.Where(row => row.Work == StageWork.Task).Select(row => row.Stage)];

    /// <summary>Epochs in which nothing is wrong.</summary>
    public sealed record Epochs(int Count) : Mishap;

    /// <summary>So many epochs go by and the hub sees none of them: tickets, precommits and deals run out.</summary>
    public sealed record Absence(int Count) : Mishap;

    public sealed record Reorganisation(int Depth, bool Forgets) : Mishap;

    public sealed record ForgottenPool : Mishap;

    /// <summary>Pushes are lost for so many epochs.</summary>
    public sealed record LostPushes(int Count) : Mishap;

    /// <summary>Every second call to the node fails for so many epochs.</summary>
    public sealed record NodeAway(int Count) : Mishap;

    /// <summary>The node shows so many epochs less.</summary>
    public sealed record NodeBehind(int Heights, int Count) : Mishap;

    /// <summary>Other programs send from the same account.</summary>
    public sealed record ForeignMessages(int Count) : Mishap;

    /// <summary>Another program takes the next numbers.</summary>
    public sealed record ForeignNumbers(int Count) : Mishap;

    /// <summary>So many messages land with an exit code: 7 is out of gas, 16 a refusal.</summary>
    public sealed record Exits(int Code, int Count) : Mishap;

    /// <summary>Runs of a stage fail so many times.</summary>
    public sealed record StageFails(SealStage Stage, StageFault Fault, int Count) : Mishap;

    /// <summary>The machine with the only copy is gone for so many epochs.</summary>
    public sealed record MachineLost(int Count) : Mishap;

    /// <summary>The hub is killed at its so-manieth transaction.</summary>
    public sealed record Kill(int Border) : Mishap;

    /// <summary>The database answers nothing to the hub for so many calls.</summary>
    public sealed record DatabaseAway(int Calls) : Mishap;

    /// <summary>Somebody empties the queue by hand.</summary>
    public sealed record QueueEmptied : Mishap;

    public sealed record Pledge(int Count) : Mishap;

    /// <summary>A deal that starts in so many epochs.</summary>
    public sealed record Deal(int Bytes, int StartsIn) : Mishap;

    /// <summary>An operator does what the state of each held sector says.</summary>
    public sealed record Obey : Mishap;

    /// <summary>An operator sends the so-manieth sector back to a stage, whatever it does.</summary>
    public sealed record SendBack(int Index, SealStage Stage) : Mishap;

    public sealed record Remove(int Index) : Mishap;

    public static Gen<Mishap> Any { get; } = Gen.Frequency(
        (8, from n in Gen.Choose(1, 8) select (Mishap)new Epochs(n)),
        (2, from n in Gen.Elements(30, 450, 1300) select (Mishap)new Absence(n)),
        (3, from depth in Gen.Choose(1, 6) from forgets in Gen.Elements(true, false) select (Mishap)new Reorganisation(depth, forgets)),
        (1, Gen.Constant((Mishap)new ForgottenPool())),
        (1, from n in Gen.Choose(1, 6) select (Mishap)new LostPushes(n)),
        (2, from n in Gen.Choose(1, 6) select (Mishap)new NodeAway(n)),
        (2, from epochs in Gen.Choose(1, 20) from n in Gen.Choose(1, 4) select (Mishap)new NodeBehind(epochs, n)),
        (1, from n in Gen.Choose(1, 2) select (Mishap)new ForeignMessages(n)),
        (1, from n in Gen.Choose(1, 3) select (Mishap)new ForeignNumbers(n)),
        (2, from code in Gen.Elements(7, 16) from n in Gen.Choose(1, 6) select (Mishap)new Exits(code, n)),
        (5, from stage in Gen.Elements(TaskStages) from fault in Gen.Elements(TaskFaults) from n in Gen.Choose(1, 12) select (Mishap)new StageFails(stage, fault, n)),
        (2, from n in Gen.Choose(1, 3) select (Mishap)new MachineLost(n)),
        (4, from n in Gen.Choose(1, 12) select (Mishap)new Kill(n)),
        (2, from n in Gen.Choose(1, 9) select (Mishap)new DatabaseAway(n)),
        (1, Gen.Constant((Mishap)new QueueEmptied())),
        (4, from n in Gen.Choose(1, 4) select (Mishap)new Pledge(n)),
        (4, from bytes in Gen.Choose(100, 2000) from starts in Gen.Elements(5, 40, 300, 5000) select (Mishap)new Deal(bytes, starts)),
        (3, Gen.Constant((Mishap)new Obey())),
        (2, from index in Gen.Choose(0, 5) from stage in Gen.Elements(Enum.GetValues<SealStage>()) select (Mishap)new SendBack(index, stage)),
        (1, from index in Gen.Choose(0, 5) select (Mishap)new Remove(index)));
}

/// <summary>How a provider seals.</summary>
/// <param name="InMessage">Sectors in a message at most; more than one waits for company until an epoch's end.</param>
/// <param name="Synthetic">With synthetic proofs.</param>
/// <param name="Aggregates">Two and more in a message share a proof.</param>
/// <param name="TwoHubs">Two hubs over one database; the second is never killed.</param>
internal sealed record Habits(int InMessage, bool Synthetic, bool Aggregates, bool TwoHubs)
{
    public static Gen<Habits> Any { get; } =
        from inMessage in Gen.Elements(1, 3, 16)
        from synthetic in Gen.Elements(true, false)
        from aggregates in Gen.Elements(true, false)
        from twoHubs in Gen.Elements(true, false)
        select new Habits(inMessage, synthetic, aggregates, twoHubs);
}
