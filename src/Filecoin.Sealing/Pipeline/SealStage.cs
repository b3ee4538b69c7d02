namespace Filecoin.Sealing.Pipeline;

/// <summary>The stages of a sector, in their order. A sector is at exactly one; what moves it is in <see cref="StageTable"/>.</summary>
public enum SealStage
{
    /// <summary>The ticket is drawn and the layers are labelled.</summary>
    Sdr,

    /// <summary>The data is put together and TreeD is built over it.</summary>
    TreeD,

    /// <summary>TreeC over the layers, the replica, TreeR over it.</summary>
    Trees,

    /// <summary>The proofs of all synthetic challenges; only seal proofs of that kind have this stage.</summary>
    Synthetic,

    /// <summary>The precommit is put into a message with others.</summary>
    PreCommit,

    /// <summary>The precommit's message is on its way to the chain.</summary>
    PreCommitLanding,

    /// <summary>The chain draws the interactive randomness.</summary>
    Seed,

    /// <summary>C1 and C2; the proof is verified before it leaves.</summary>
    PoRep,

    /// <summary>The proof is put into a message with others.</summary>
    Commit,

    /// <summary>The proof's message is on its way to the chain.</summary>
    CommitLanding,

    /// <summary>Layers and trees that nobody needs any more are removed.</summary>
    Finalize,

    /// <summary>The sector goes to where it is kept.</summary>
    Move,

    /// <summary>The sector is kept, indexed, and proven each day.</summary>
    Proving,
}

/// <summary>What a sector does at its stage.</summary>
public enum SectorState
{
    /// <summary>The poller starts the stage next.</summary>
    Ready,

    /// <summary>A task works on it, or waits for a machine.</summary>
    Running,

    /// <summary>It waits for company in a message.</summary>
    Batching,

    /// <summary>It waits for the chain.</summary>
    Waiting,

    /// <summary>The stage failed; the poller decides next what becomes of it.</summary>
    Failed,

    /// <summary>Nothing moves it but an operator. The reason and the command say how.</summary>
    Held,

    /// <summary>It is through all stages.</summary>
    Proving,

    /// <summary>An operator took it out. Its number stays spent.</summary>
    Removed,
}

/// <summary>How a run of a stage ended.</summary>
public enum StageOutcome
{
    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>It left its result.</summary>
    Done,

    /// <summary>It failed, for a reason.</summary>
    Failed,
}

/// <summary>Why a stage failed: what decides about going on.</summary>
public enum StageFault
{
    /// <summary>A node or the database was away, a machine died, a task was cancelled: the same work may succeed later.</summary>
    Transient,

    /// <summary>No room on the disk.</summary>
    DiskFull,

    /// <summary>Files that earlier stages left are gone, or damaged; their machine may be lost with them.</summary>
    FilesLost,

    /// <summary>The data of a piece is gone, or is not what its commitment says.</summary>
    DataLost,

    /// <summary>The ticket is too old for a precommit.</summary>
    TicketExpired,

    /// <summary>A reorganisation changed the ticket's randomness.</summary>
    TicketChanged,

    /// <summary>A reorganisation changed the interactive randomness.</summary>
    SeedChanged,

    /// <summary>The precommit is not on the chain.</summary>
    PreCommitMissing,

    /// <summary>The time for the proof is over; the deposit is lost and the number spent.</summary>
    PreCommitExpired,

    /// <summary>Another precommit, or another replica, is on the chain under this number.</summary>
    PreCommitForeign,

    /// <summary>The message landed and failed, or was given up before.</summary>
    MessageFailed,

    /// <summary>Deposit, pledge or fees are above what the options allow, or above the balance.</summary>
    FundsShort,

    /// <summary>The proof does not verify.</summary>
    ProofInvalid,

    /// <summary>A deal's start is over, or the sector would end before its deal.</summary>
    DealExpired,

    /// <summary>The sector was on the chain and is not any more.</summary>
    SectorMissing,

    /// <summary>Nobody foresaw it: a defect, or a misconfiguration.</summary>
    Defect,
}
