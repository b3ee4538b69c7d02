namespace Filecoin.Sealing.Pipeline;

/// <summary>What decides about a sector whose stage failed.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Fault">Why it failed.</param>
/// <param name="Attempts">Runs of the stage that failed in a row, this one counted.</param>
/// <param name="Rounds">Times that the sector was labelled from the start since an operator last let it go on.</param>
/// <param name="PreCommitted">Whether its precommit is on the chain: the ticket is fixed then.</param>
/// <param name="OnChain">Whether the chain holds it as a proven sector, with the replica that was made here if there is one.</param>
public readonly record struct FailedStage(SealStage Stage, StageFault Fault, long Attempts, long Rounds, bool PreCommitted, bool OnChain);

/// <summary>What becomes of a sector whose stage failed.</summary>
public abstract record Recovery
{
    /// <summary>Times that a sector is labelled from the start before an operator is asked.</summary>
    public const int MaxRounds = 3;

    private Recovery()
    {
    }

    /// <summary>The stage begins anew after a rest.</summary>
    /// <param name="Wait">The rest.</param>
    public sealed record Retry(TimeSpan Wait) : Recovery;

    /// <summary>An earlier stage begins anew; what later ones left is void.</summary>
    /// <param name="Stage">The stage.</param>
    /// <param name="KeepTicket">Whether the ticket stays, so that the same replica comes out.</param>
    public sealed record GoBack(SealStage Stage, bool KeepTicket) : Recovery;

    /// <summary>An operator decides.</summary>
    /// <param name="Verb">The command that usually helps, a word behind <c>sectors</c>: <c>retry</c> or <c>remove</c>.</param>
    /// <param name="Advice">What to see to before.</param>
    public sealed record Hold(string Verb, string Advice) : Recovery;

    /// <summary>The sector is further than its row: the stage is taken for done.</summary>
    /// <param name="Stage">Where it goes on.</param>
    public sealed record SkipTo(SealStage Stage) : Recovery;

    /// <summary>Decides. A function of its argument alone.</summary>
    public static Recovery Decide(FailedStage failed)
    {
        // Before its precommit it lacks files: it is on the chain and labelled anew.
        if (failed is { OnChain: true, Stage: >= SealStage.PreCommit and < SealStage.Finalize })
            return new SkipTo(SealStage.Finalize);
        Recovery recovery = ByFault(failed);

        // A fault that its stage cannot have: nobody foresaw it. And what the chain proves is not sealed anew unasked: its files would go.
        SealStage first = failed.Stage >= SealStage.Finalize ? SealStage.CommitLanding : SealStage.Sdr;
        return recovery is GoBack back && (back.Stage < first || back.Stage > failed.Stage) ? new Hold("retry", "see the reason and the log") : recovery;
    }

    /// <summary>The rest after so many failures: 5 seconds, doubled with each, ten minutes at most.</summary>
    public static TimeSpan Rest(long attempts) => TimeSpan.FromSeconds(Math.Min(600, 5 * Math.Pow(2, Math.Clamp(attempts - 1, 0, 10))));

    private static Recovery ByFault(FailedStage failed) => failed.Fault switch
    {
        StageFault.Transient or StageFault.MessageFailed or StageFault.FundsShort when failed.Stage is SealStage.PreCommitLanding =>
            Again(failed, SealStage.PreCommit),
        StageFault.Transient or StageFault.MessageFailed or StageFault.FundsShort when failed.Stage is SealStage.CommitLanding =>
            Again(failed, SealStage.Commit),
        StageFault.Transient or StageFault.MessageFailed => Again(failed, failed.Stage),
        StageFault.FundsShort => Again(failed, failed.Stage, "see that the balance covers deposit, pledge and fees, or raise the limits"),
        StageFault.DiskFull => Again(failed, failed.Stage, "free space in the sealing and storage paths"),
        StageFault.FilesLost when failed.Stage >= SealStage.Finalize =>
            new Hold("retry", "bring the sector's files back, label it anew from Sdr, or terminate it on the chain"),
        StageFault.FilesLost => Relabel(failed, keepTicket: true),
        StageFault.DataLost => new Hold("retry", "bring the piece's data back, or remove the sector and add the piece anew"),
        StageFault.TicketExpired or StageFault.TicketChanged => failed.PreCommitted
            ? new Hold("retry", "the precommit is on the chain with a ticket that is not the chain's any more")
            : Relabel(failed, keepTicket: false),
        StageFault.SeedChanged => new GoBack(SealStage.Seed, KeepTicket: true),
        StageFault.PreCommitMissing => failed.Attempts > StageTable.Of(failed.Stage).Tries
            ? new Hold("retry", "the precommit does not stay on the chain")
            : new GoBack(SealStage.PreCommit, KeepTicket: true),
        StageFault.PreCommitExpired => new Hold("remove", "the time for the proof is over and the number is spent; its pieces go into another sector"),
        StageFault.PreCommitForeign when failed.Stage >= SealStage.Finalize =>
            new Hold("retry", "the chain proves another replica under this number: bring that one back, or terminate it on the chain"),
        StageFault.PreCommitForeign => new Hold("remove", "another program uses this number; see that only one allocates"),
        StageFault.ProofInvalid => failed.Attempts < 2 ? new Retry(TimeSpan.Zero) : Relabel(failed, keepTicket: true),
        StageFault.DealExpired => new Hold("remove", "a deal's start is over; its sector cannot be proven with it"),
        StageFault.SectorMissing => failed.Stage >= SealStage.Finalize
            ? new GoBack(SealStage.CommitLanding, KeepTicket: true)
            : Again(failed, SealStage.Commit),
        _ => new Hold("retry", "see the reason and the log"),
    };

    private static Recovery Again(FailedStage failed, SealStage at, string advice = "see the reason") =>
        failed.Attempts >= StageTable.Of(failed.Stage).Tries ? new Hold("retry", advice)
        : at == failed.Stage ? new Retry(Rest(failed.Attempts))
        : new GoBack(at, KeepTicket: true);

    private static Recovery Relabel(FailedStage failed, bool keepTicket) => failed.Rounds >= MaxRounds
        ? new Hold("retry", "labelled anew too often; see that the machine and its disks are sound")
        : new GoBack(SealStage.Sdr, keepTicket);
}
