using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>A row of <c>seal_sectors</c>: where the sector is. What its stages left is in <c>seal_stages</c>.</summary>
internal sealed record SectorRow
{
    public const string Columns =
        """
        miner AS Miner, number AS Number, proof AS Proof, expiration AS Expiration, stage AS StageName, state AS StateName, version AS Version, attempt AS Attempt,
        rounds AS Rounds, since_run AS SinceRun, since_round AS SinceRound, run AS Run, ready AS Ready, created AS Created, changed AS Changed, waits_for AS WaitsFor, fault AS FaultName, reason AS Reason,
        command AS Command
        """;

    public long Miner { get; init; }

    public long Number { get; init; }

    public long Proof { get; init; }

    /// <summary>The epoch that the sector shall end at; 0 until its precommit fixes it.</summary>
    public long Expiration { get; init; }

    public string StageName { get; init; } = "";

    public string StateName { get; init; } = "";

    public long Version { get; init; }

    /// <summary>Failed runs of this stage since it was first entered or an operator retried.</summary>
    public long Attempt { get; init; }

    public long Rounds { get; init; }

    public long SinceRun { get; init; }

    /// <summary>Rounds of labelling before an operator last let the sector go on: those are forgiven.</summary>
    public long SinceRound { get; init; }

    /// <summary>The number of the latest run of any stage.</summary>
    public long Run { get; init; }

    public long Ready { get; init; }

    public long Created { get; init; }

    public long Changed { get; init; }

    public string? WaitsFor { get; init; }

    public string? FaultName { get; init; }

    public string? Reason { get; init; }

    public string? Command { get; init; }

    public SealStage Stage => Enum.Parse<SealStage>(StageName);

    public SectorState State => Enum.Parse<SectorState>(StateName);

    public StageFault Fault => FaultName is { } name ? Enum.Parse<StageFault>(name) : StageFault.Defect;

    public SectorId Id => new((ulong)Miner, new SectorNumber((ulong)Number));

    public RegisteredSealProof SealProof => (RegisteredSealProof)Proof;

    public PoRepConfig Config => PoRepConfig.For(SealProof);

    public bool IsSynthetic => Config.Feature == PoRepFeature.Synthetic;
}

/// <summary>A row of <c>seal_stages</c>: one run of one stage.</summary>
internal sealed record StageRunRow
{
    public const string Columns =
        """
        run AS Run, stage AS StageName, attempt AS Attempt, outcome AS OutcomeName, machine AS Machine, started AS Started, ended AS Ended, fault AS FaultName,
        reason AS Reason, result AS Result, superseded AS Superseded
        """;

    public long Run { get; init; }

    public string StageName { get; init; } = "";

    public long Attempt { get; init; }

    public string OutcomeName { get; init; } = "";

    public string? Machine { get; init; }

    public long Started { get; init; }

    public long? Ended { get; init; }

    public string? FaultName { get; init; }

    public string? Reason { get; init; }

    public string? Result { get; init; }

    public long Superseded { get; init; }

    public SealStage Stage => Enum.Parse<SealStage>(StageName);

    public StageOutcome Outcome => Enum.Parse<StageOutcome>(OutcomeName);
}
