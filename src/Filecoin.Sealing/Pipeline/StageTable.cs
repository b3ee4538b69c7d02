using System.Collections.Immutable;

namespace Filecoin.Sealing.Pipeline;

/// <summary>Who does a stage's work.</summary>
public enum StageWork
{
    /// <summary>A task of the engine, on the machine that suits it.</summary>
    Task,

    /// <summary>The poller, for many sectors in one message.</summary>
    Batch,

    /// <summary>The chain; the poller only looks.</summary>
    Chain,

    /// <summary>Nobody: the end.</summary>
    None,
}

/// <summary>A row of the pipeline.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Work">Who does it.</param>
/// <param name="Precondition">What must hold before it begins, in words.</param>
/// <param name="Next">The stage after it.</param>
/// <param name="Tries">Runs that may fail for a passing reason before an operator is asked.</param>
/// <param name="OnFailure">Where failure leads, in words; <see cref="Recovery"/> has it in code.</param>
public sealed record StageRow(SealStage Stage, StageWork Work, string Precondition, SealStage? Next, int Tries, string OnFailure);

/// <summary>The pipeline: what each stage waits for, who does it, what comes next and what happens on failure.</summary>
public static class StageTable
{
    /// <summary>All stages in order.</summary>
    public static ImmutableArray<StageRow> Rows { get; } =
    [
        new(SealStage.Sdr, StageWork.Task, "a number; the pieces are staged", SealStage.TreeD, 5,
            "retry with the same ticket; a ticket that is too old is drawn anew"),
        new(SealStage.TreeD, StageWork.Task, "layers on the machine", SealStage.Trees, 5,
            "retry; lost files: Sdr"),
        new(SealStage.Trees, StageWork.Task, "layers and TreeD on the machine", SealStage.Synthetic, 5,
            "retry; lost files: Sdr"),
        new(SealStage.Synthetic, StageWork.Task, "layers and trees on the machine, a synthetic seal proof", SealStage.PreCommit, 5,
            "retry; lost files: Sdr"),
        new(SealStage.PreCommit, StageWork.Batch, "ticket young and unchanged, deals not over, deposit and fees within limits, company or patience over",
            SealStage.PreCommitLanding, 16, "retry alone; old or changed ticket: Sdr; deal over: operator"),
        new(SealStage.PreCommitLanding, StageWork.Chain, "message below the confidence depth with exit code 0, precommit in the state", SealStage.Seed, 16,
            "not on the chain: PreCommit; another's precommit under the number: operator"),
        new(SealStage.Seed, StageWork.Chain, "PreCommitChallengeDelay and the confidence depth are over", SealStage.PoRep, 16,
            "precommit gone: PreCommit; expired: operator"),
        new(SealStage.PoRep, StageWork.Task, "seed unchanged, layers and trees on the machine", SealStage.Commit, 10,
            "retry; lost files or a second invalid proof: Sdr with the same ticket; seed changed: Seed"),
        new(SealStage.Commit, StageWork.Batch, "seed and precommit unchanged, time left, pledge and fees within limits, company or patience over",
            SealStage.CommitLanding, 16, "retry alone; seed changed: Seed; precommit expired: operator"),
        new(SealStage.CommitLanding, StageWork.Chain, "message below the confidence depth with exit code 0, sector in the state", SealStage.Finalize, 16,
            "not on the chain: Commit"),
        new(SealStage.Finalize, StageWork.Task, "sector in the state", SealStage.Move, 10,
            "retry; lost files: operator"),
        new(SealStage.Move, StageWork.Task, "finalized, room in a storage path", SealStage.Proving, 10,
            "retry; lost files: operator"),
        new(SealStage.Proving, StageWork.None, "stored and indexed", null, 0, "gone from the chain before it was final: CommitLanding; then window PoSt sees to it"),
    ];

    /// <summary>A stage's row.</summary>
    public static StageRow Of(SealStage stage) => Rows[(int)stage];

    /// <summary>The stage after another, for sectors with or without synthetic proofs.</summary>
    public static SealStage After(SealStage stage, bool synthetic)
    {
        SealStage next = Of(stage).Next ?? throw new ArgumentOutOfRangeException(nameof(stage), stage, "expected a stage with one after it");
        return next == SealStage.Synthetic && !synthetic ? SealStage.PreCommit : next;
    }
}
