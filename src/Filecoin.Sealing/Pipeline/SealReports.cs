using Dapper;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>What operators see.</summary>
internal static class SealReports
{
    private sealed record Row
    {
        public long Miner { get; init; }

        public long Number { get; init; }

        public long Proof { get; init; }

        public string Stage { get; init; } = "";

        public string State { get; init; } = "";

        public long Attempt { get; init; }

        public long Created { get; init; }

        public long Changed { get; init; }

        public string? Reason { get; init; }

        public string? Command { get; init; }

        public string? Note { get; init; }

        public string? LastError { get; init; }

        public string? Machine { get; init; }

        public SectorSummary Summary() => new(
            new SectorId((ulong)Miner, new SectorNumber((ulong)Number)), (RegisteredSealProof)Proof, Enum.Parse<SealStage>(Stage), Enum.Parse<SectorState>(State), Attempt,
            Time(Created), Time(Changed), Note, Machine, Reason ?? LastError, Command);
    }

    private const string Select =
        """
        SELECT s.miner AS Miner, s.number AS Number, s.proof AS Proof, s.stage AS Stage, s.state AS State, s.attempt AS Attempt, s.created AS Created, s.changed AS Changed,
            s.reason AS Reason, s.command AS Command, t.note AS Note, t.reason AS LastError, t.machine AS Machine
        FROM seal_sectors s LEFT JOIN task_queue t ON s.state = 'Running' AND t.type = s.stage AND t.subject = 's-t0' || s.miner || '-' || s.number
        """;

    public static async Task<IReadOnlyList<SectorSummary>> ListAsync(SqlSession session, ulong miner, SectorFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Limit, 1);
        var parameters = new DynamicParameters(new { miner = (long)miner, after = filter.After is { } after ? (long)after : -1, limit = filter.Limit });

        // Names of an enumeration, not text from outside.
        string states = filter.States.Count == 0 ? "s.state <> 'Removed'" : $"s.state IN ({string.Join(", ", filter.States.Select(state => $"'{state}'"))})";
        string stage = filter.Stage is { } only ? $"AND s.stage = '{only}'" : "";
        IReadOnlyList<Row> rows = await session.QueryAsync<Row>(
            $"{Select} WHERE s.miner = @miner AND s.number > @after AND {states} {stage} ORDER BY s.number LIMIT @limit", parameters).ConfigureAwait(false);
        return [.. rows.Select(row => row.Summary())];
    }

    public static async Task<IReadOnlyList<StageCount>> CountAsync(SqlSession session, ulong miner)
    {
        IReadOnlyList<CountRow> rows = await session.QueryAsync<CountRow>(
            "SELECT stage AS Stage, state AS State, COUNT(*) AS Sectors FROM seal_sectors WHERE miner = @miner GROUP BY stage, state", new { miner = (long)miner }).ConfigureAwait(false);
        return [.. rows.Select(row => new StageCount(Enum.Parse<SealStage>(row.Stage), Enum.Parse<SectorState>(row.State), row.Sectors)).OrderBy(row => row.Stage).ThenBy(row => row.State)];
    }

    public static async Task<SectorDetails?> ShowAsync(SqlSession session, SectorId sector)
    {
        if (await SealStore.FactsAsync(session, sector).ConfigureAwait(false) is not { } facts)
            return null;
        Row row = (await session.FirstAsync<Row>($"{Select} WHERE s.miner = @miner AND s.number = @number", SealStore.Key(sector)).ConfigureAwait(false))!;
        IReadOnlyList<StageRunRow> runs = await SealStore.RunsAsync(session, sector).ConfigureAwait(false);
        return new SectorDetails(
            row.Summary(), facts.Pieces, facts.CommD, facts.Trees is { } trees ? Commitment.Parse(trees.CommR) : null, facts.Sdr, facts.Seed, facts.PoRep?.Proof,
            [.. runs.Select(run => new StageRun(
                run.Run, run.Stage, run.Attempt, run.Outcome, run.Machine, Time(run.Started), run.Ended is { } ended ? Time(ended) : null,
                run.FaultName is { } fault ? Enum.Parse<StageFault>(fault) : null, run.Reason, run.Result, run.Superseded != 0))]);
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record CountRow
    {
        public string Stage { get; init; } = "";

        public string State { get; init; } = "";

        public long Sectors { get; init; }
    }
}
