using System.Globalization;
using Dapper;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>
/// Sectors and their stages in the database. Every change of a sector names the version that it was decided on and is lost when another was faster:
/// any number of hubs may poll, and none can undo what it has not seen. What must not be lost, the end of a run or an operator's word, locks the sector
/// first.
/// </summary>
internal static class SealStore
{
    private const string WaitsForMessage =
        "state = 'Waiting' AND EXISTS (SELECT 1 FROM message_outgoing m WHERE m.id = seal_sectors.waits_for AND m.state NOT IN ('Landed', 'Failed'))";

    /// <summary>A change of a sector.</summary>
    public sealed record Change
    {
        public required SealStage Stage { get; init; }

        public required SectorState State { get; init; }

        /// <summary>When the poller looks next; null for never by itself.</summary>
        public TimeSpan? Due { get; init; }

        public string? WaitsFor { get; init; }

        public StageFault? Fault { get; init; }

        public string? Reason { get; init; }

        public string? Command { get; init; }

        public bool NewRound { get; init; }

        /// <summary>An operator's touch: failures are counted anew.</summary>
        public bool ForgetFailures { get; init; }

        public long? Expiration { get; init; }

        /// <summary>The run that the change begins or ends; null leaves it.</summary>
        public long? Run { get; init; }
    }

    public static async Task InsertAsync(SqlSession session, SectorId sector, RegisteredSealProof proof, IReadOnlyList<SectorPiece> pieces)
    {
        string now = session.Dialect.NowMilliseconds;
        await session.ExecuteAsync(
            $"""
            INSERT INTO seal_sectors (miner, number, proof, expiration, stage, state, version, attempt, rounds, since_run, run, due, ready, created, changed)
            VALUES (@miner, @number, @proof, 0, 'Sdr', 'Ready', 0, 0, 1, 0, 0, {now}, {now}, {now}, {now})
            """,
            new { miner = (long)sector.Miner, number = (long)sector.Number.Value, proof = (long)proof }).ConfigureAwait(false);
        for (int i = 0; i < pieces.Count; i++)
        {
            await session.ExecuteAsync(
                "INSERT INTO seal_pieces (miner, number, position, piece) VALUES (@miner, @number, @position, @piece)",
                new { miner = (long)sector.Miner, number = (long)sector.Number.Value, position = (long)i, piece = PipelineJson.Write(pieces[i]) }).ConfigureAwait(false);
        }
    }

    public static Task<SectorRow?> FindAsync(SqlSession session, SectorId sector) => FindAsync(session, sector, "");

    /// <summary>A sector that nobody else changes before this transaction ends: for what must be written whatever others decide meanwhile.</summary>
    public static Task<SectorRow?> LockAsync(SqlSession session, SectorId sector) => FindAsync(session, sector, session.Dialect.ForUpdate);

    public static async Task<SectorFacts?> FactsAsync(SqlSession session, SectorId sector) =>
        await FindAsync(session, sector).ConfigureAwait(false) is { } row ? await FactsAsync(session, row).ConfigureAwait(false) : null;

    /// <summary>What there is of a sector as it was read before: what is decided on it is lost when another hub moved the sector since.</summary>
    public static async Task<SectorFacts> FactsAsync(SqlSession session, SectorRow row) =>
        new(row, await RunsAsync(session, row.Id).ConfigureAwait(false), await PiecesAsync(session, row.Id).ConfigureAwait(false));

    public static Task<IReadOnlyList<StageRunRow>> RunsAsync(SqlSession session, SectorId sector) => session.QueryAsync<StageRunRow>(
        $"SELECT {StageRunRow.Columns} FROM seal_stages WHERE miner = @miner AND number = @number ORDER BY run", Key(sector));

    public static async Task<IReadOnlyList<SectorPiece>> PiecesAsync(SqlSession session, SectorId sector) =>
        [.. (await session.QueryAsync<string>("SELECT piece FROM seal_pieces WHERE miner = @miner AND number = @number ORDER BY position", Key(sector)).ConfigureAwait(false))
            .Select(PipelineJson.Read<SectorPiece>)];

    /// <summary>Says what becomes of the staged data of a sector's pieces: <c>Open</c> for another sector, <c>Done</c> when it is needed no more.</summary>
    public static async Task ReleasePiecesAsync(SqlSession session, SectorId sector, string state)
    {
        foreach (SectorPiece piece in await PiecesAsync(session, sector).ConfigureAwait(false))
            await session.ExecuteAsync("UPDATE piece_staged SET state = @state WHERE id = @Id AND state = 'Packed'", new { state, piece.Id }).ConfigureAwait(false);
    }

    /// <summary>
    /// Sectors that it is time to look at, the longest waiting first. Rows that cannot move cost nothing: they have no time, or are woken by their message.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="miner">Whose.</param>
    /// <param name="by">The time that counts as now: what falls due later waits for the next round.</param>
    /// <param name="limit">Rows at most.</param>
    public static Task<IReadOnlyList<SectorRow>> DueAsync(SqlSession session, ulong miner, long by, int limit) => session.QueryAsync<SectorRow>(
        $"SELECT {SectorRow.Columns} FROM seal_sectors WHERE due IS NOT NULL AND due <= @by AND miner = @miner AND NOT ({WaitsForMessage}) ORDER BY due LIMIT @limit",
        new { miner = (long)miner, by, limit });

    /// <summary>
    /// Puts off what is due and waits for a message that is not through: it is the message that wakes it. In one statement, and spread over as much time
    /// again, so that they do not come all at once the next time.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="miner">Whose.</param>
    /// <param name="by">The time that counts as now.</param>
    /// <param name="wait">Until the next look.</param>
    /// <param name="limit">Rows at most; the others stay due, and <see cref="DueAsync"/> does not show them either.</param>
    /// <returns>How many.</returns>
    public static Task<int> PutOffAsync(SqlSession session, ulong miner, long by, TimeSpan wait, int limit) => session.ExecuteAsync(
        $"""
        UPDATE seal_sectors SET due = {session.Dialect.NowMilliseconds} + CAST(@wait AS BIGINT) + number % 64 * CAST(@wait AS BIGINT) / 64
        WHERE miner = @miner AND number IN (
            SELECT number FROM seal_sectors WHERE due IS NOT NULL AND due <= @by AND miner = @miner AND {WaitsForMessage} ORDER BY due LIMIT @limit {session.Dialect.SkipLocked})
        """,
        new { miner = (long)miner, by, wait = (long)wait.TotalMilliseconds, limit });

    /// <summary>Sectors that wait for company, the longest waiting first, and how long that one waits.</summary>
    public static Task<IReadOnlyList<SectorRow>> BatchingAsync(SqlSession session, ulong miner, SealStage stage, int limit) => session.QueryAsync<SectorRow>(
        $"SELECT {SectorRow.Columns} FROM seal_sectors WHERE state = 'Batching' AND miner = @miner AND stage = @stage ORDER BY ready, number LIMIT @limit",
        new { miner = (long)miner, stage = stage.ToString(), limit });

    /// <summary>Changes a sector.</summary>
    /// <returns>False when another changed it first; nothing is written then.</returns>
    public static async Task<bool> ChangeAsync(SqlSession session, SectorRow row, Change change)
    {
        string now = session.Dialect.NowMilliseconds;
        bool entered = change.Stage != row.Stage;
        var parameters = new DynamicParameters(Key(row.Id));
        parameters.Add("version", row.Version);
        parameters.Add("stage", change.Stage.ToString());

        // A message that did not land counts against the sending, too.
        parameters.Add("landing", (change.Stage is SealStage.PreCommit or SealStage.Commit ? change.Stage + 1 : change.Stage).ToString());
        parameters.Add("state", change.State.ToString());
        parameters.Add("due", change.Due is { } due ? (long)due.TotalMilliseconds : null, System.Data.DbType.Int64);
        parameters.Add("waitsFor", change.WaitsFor, System.Data.DbType.String);
        parameters.Add("fault", change.Fault?.ToString(), System.Data.DbType.String);
        parameters.Add("reason", change.Reason, System.Data.DbType.String);
        parameters.Add("command", change.Command, System.Data.DbType.String);
        parameters.Add("rounds", change.NewRound ? 1L : 0L);
        parameters.Add("run", change.Run ?? row.Run);
        parameters.Add("sinceRun", change.ForgetFailures ? row.Run : row.SinceRun);
        parameters.Add("sinceRound", !change.ForgetFailures ? row.SinceRound : change.NewRound ? row.Rounds : row.Rounds - 1);
        parameters.Add("expiration", change.Expiration ?? row.Expiration);
        string attempt = change.ForgetFailures ? "0"
            : change.State == SectorState.Failed ? "attempt + 1"
            : entered ? "(SELECT COUNT(*) FROM seal_stages s WHERE s.miner = @miner AND s.number = @number AND s.stage IN (@stage, @landing) AND s.outcome = 'Failed' AND s.run > @sinceRun)"
            : "attempt";
        return await session.ExecuteAsync(
            $"""
            UPDATE seal_sectors SET stage = @stage, state = @state, version = version + 1, due = {now} + CAST(@due AS BIGINT), waits_for = @waitsFor, fault = @fault,
                reason = @reason, command = @command, rounds = rounds + @rounds, run = @run, since_run = @sinceRun, since_round = @sinceRound, expiration = @expiration, changed = {now},
                attempt = {attempt}{(change.State is SectorState.Ready or SectorState.Batching && entered ? $", ready = {now}" : "")}
            WHERE miner = @miner AND number = @number AND version = @version
            """,
            parameters).ConfigureAwait(false) == 1;
    }

    /// <summary>Writes down that a run of the sector's stage begins.</summary>
    /// <returns>The run's number.</returns>
    public static async Task<long> BeginAsync(SqlSession session, SectorRow row, string? result = null)
    {
        long run = row.Run + 1;
        await session.ExecuteAsync(
            $"""
            INSERT INTO seal_stages (miner, number, run, stage, attempt, outcome, started, result, superseded)
            VALUES (@miner, @number, @run, @stage, @attempt, 'Running', {session.Dialect.NowMilliseconds}, @result, 0)
            """,
            Merge(row.Id, new { run, stage = row.StageName, attempt = row.Attempt + 1, result })).ConfigureAwait(false);
        return run;
    }

    /// <summary>Writes down how a run ended. What it left before stays when <paramref name="result"/> is null.</summary>
    public static Task<int> EndAsync(SqlSession session, SectorId sector, long run, StageOutcome outcome, string? machine, string? result = null, StageFault? fault = null, string? reason = null) =>
        session.ExecuteAsync(
            $"""
            UPDATE seal_stages SET outcome = @outcome, ended = {session.Dialect.NowMilliseconds}, machine = COALESCE(@machine, machine), result = COALESCE(@result, result),
                fault = @fault, reason = @reason
            WHERE miner = @miner AND number = @number AND run = @run AND outcome = 'Running'
            """,
            Merge(sector, new { run, outcome = outcome.ToString(), machine, result, fault = fault?.ToString(), reason }));

    /// <summary>Keeps what a run fixed before its end, so that a run that takes over goes on from there.</summary>
    public static Task<int> NoteAsync(SqlSession session, SectorId sector, long run, string machine, string? result) => session.ExecuteAsync(
        "UPDATE seal_stages SET machine = @machine, result = COALESCE(@result, result) WHERE miner = @miner AND number = @number AND run = @run AND outcome = 'Running'",
        Merge(sector, new { run, machine, result }));

    /// <summary>Voids what a stage and those after it left; the ticket stays if it is asked for.</summary>
    public static Task<int> SupersedeAsync(SqlSession session, SectorId sector, SealStage from, bool keepTicket) => session.ExecuteAsync(
        $"""
        UPDATE seal_stages SET superseded = 1 WHERE miner = @miner AND number = @number AND superseded = 0
            AND stage IN ({string.Join(", ", Enum.GetValues<SealStage>().Where(stage => stage >= from && !(keepTicket && stage == SealStage.Sdr)).Select(stage => $"'{stage}'"))})
        """,
        Key(sector));

    /// <summary>Whoever waits for a message is looked at now; who has just looked, and saw it under way still, puts nothing off any more.</summary>
    public static Task<int> WakeAsync(SqlSession session, string message) => session.ExecuteAsync(
        $"UPDATE seal_sectors SET due = {session.Dialect.NowMilliseconds}, version = version + 1 WHERE waits_for = @message", new { message });

    public static object Key(SectorId sector) => new { miner = (long)sector.Miner, number = (long)sector.Number.Value };

    public static string Command(string verb, SectorId sector) => string.Create(CultureInfo.InvariantCulture, $"sectors {verb} {sector.Number.Value}");

    private static Task<SectorRow?> FindAsync(SqlSession session, SectorId sector, string locking) => session.FirstAsync<SectorRow>(
        $"SELECT {SectorRow.Columns} FROM seal_sectors WHERE miner = @miner AND number = @number {locking}", Key(sector));

    private static DynamicParameters Merge(SectorId sector, object parameters)
    {
        var all = new DynamicParameters(parameters);
        all.AddDynamicParams(Key(sector));
        return all;
    }
}
