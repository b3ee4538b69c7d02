using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Pipeline;

/// <summary>A sector with what its stages have left so far and what counts still.</summary>
internal sealed class SectorFacts(SectorRow row, IReadOnlyList<StageRunRow> runs, IReadOnlyList<SectorPiece> pieces)
{
    public SectorRow Row => row;

    public IReadOnlyList<SectorPiece> Pieces => pieces;

    /// <summary>The run that is going on, or the last that there was.</summary>
    public StageRunRow? Current => runs.FirstOrDefault(run => run.Run == row.Run);

    /// <summary>The ticket is fixed when labelling begins; a run that failed has fixed it too.</summary>
    public SdrResult? Sdr => Result<SdrResult>(SealStage.Sdr, evenFailed: true);

    public TreesResult? Trees => Result<TreesResult>(SealStage.Trees);

    public MessageResult? PreCommitMessage => Result<MessageResult>(SealStage.PreCommit);

    public PreCommitResult? PreCommit => Result<PreCommitResult>(SealStage.PreCommitLanding);

    public SeedResult? Seed => Result<SeedResult>(SealStage.Seed);

    public PoRepResult? PoRep => Result<PoRepResult>(SealStage.PoRep);

    public CommitResult? Commit => Result<CommitResult>(SealStage.CommitLanding);

    /// <summary>The machine that the layers were made on.</summary>
    public string? SdrMachine => runs.LastOrDefault(run => run is { Superseded: 0, Stage: SealStage.Sdr, Outcome: StageOutcome.Done })?.Machine;

    /// <summary>
    /// The lowest height at which the chain shows all that it was seen to hold of this sector, what a step back voided counted: whoever sees less looks
    /// through a node that lags.
    /// </summary>
    public long ChainSeen => runs.Where(run => run is { Outcome: StageOutcome.Done, Result: not null }).Max(run => run.Stage switch
    {
        SealStage.PreCommitLanding => PipelineJson.Read<PreCommitResult>(run.Result!).Epoch + 1,
        SealStage.Seed => PipelineJson.Read<SeedResult>(run.Result!).Epoch,
        SealStage.CommitLanding => PipelineJson.Read<CommitResult>(run.Result!).Activation + 1,
        _ => (long?)null,
    }) ?? 0;

    /// <summary>Messages that were to put a precommit of the sector on the chain, those that a step back voided counted.</summary>
    public IEnumerable<string> PreCommitMessages => runs
        .Where(run => run is { Stage: SealStage.PreCommit, Outcome: StageOutcome.Done, Result: not null })
        .Select(run => PipelineJson.Read<MessageResult>(run.Result!).Message)
        .Where(message => message.Length > 0);

    /// <summary>Whether the chain was ever seen to prove the sector.</summary>
    public bool WasProven => runs.Any(run => run is { Stage: SealStage.CommitLanding, Outcome: StageOutcome.Done });

    public Commitment CommD => Filecoin.Proving.Pieces.DataCommitment.Compute(row.Config.SectorSize, [.. pieces.Select(piece => piece.Info)]);

    public Ticket Ticket => Ticket.Parse((Sdr ?? throw Missing(SealStage.Sdr)).Ticket);

    public Commitment CommR => Commitment.Parse((Trees ?? throw Missing(SealStage.Trees)).CommR);

    public SealVerifyInfo VerifyInfo => new(
        ProverId.FromActorId((ulong)row.Miner), row.Id.Number, Ticket, Filecoin.Proving.Sectors.Seed.Parse((Seed ?? throw Missing(SealStage.Seed)).Seed), CommD, CommR);

    /// <summary>The epoch of the first deal's start, or null.</summary>
    public long? EarliestStart => pieces.Min(piece => piece.Terms.StartEpoch);

    /// <summary>The epoch of the last deal's end, or null.</summary>
    public long? LatestEnd => pieces.Max(piece => piece.Terms.EndEpoch);

    /// <summary>Whether what the chain proves under the number is not the replica that was made here; false while there is none.</summary>
    public bool Differs(SectorOnChainInfo onChain) => Trees is not null && onChain.SealedCID != Cid.FromSealedCommitment(CommR.Span);

    private T? Result<T>(SealStage stage, bool evenFailed = false)
        where T : class
    {
        StageRunRow? run = runs.LastOrDefault(r => r.Superseded == 0 && r.Stage == stage && r.Result is not null && (evenFailed || r.Outcome == StageOutcome.Done));
        return run is null ? null : PipelineJson.Read<T>(run.Result!);
    }

    private StageOrderException Missing(SealStage stage) => new(row.Id, row.Stage, stage);
}

/// <summary>A sector lacks what an earlier stage should have left.</summary>
public sealed class StageOrderException : InvalidOperationException
{
    internal StageOrderException(SectorId sector, SealStage stage, SealStage missing)
        : base($"{sector} at {stage}: expected the result of {missing}, found none") => Sector = sector;

    /// <summary>The sector.</summary>
    public SectorId Sector { get; }
}
