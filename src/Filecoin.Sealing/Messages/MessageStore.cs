using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Messages;

/// <summary>
/// Messages in the database. Every change names the version that it was made on and is lost when another machine was faster, so any number of
/// machines may drive the same message.
/// </summary>
internal sealed class MessageStore(SqlDatabase database)
{
    public SqlDatabase Database => database;

    public static async Task InsertAsync(SqlSession session, OutgoingMessage message, Address sender, TokenAmount maxFee) =>
        await session.ExecuteAsync(
            $"""
            INSERT INTO message_outgoing (id, kind, sender, recipient, method, params, value, max_fee, useless_from, state, version, created, due, attempt, renumbered, more_gas, refused)
            VALUES (@Id, @Kind, @Sender, @Recipient, @Method, @Params, @Value, @MaxFee, @UselessFrom, 'Queued', 0, {session.Dialect.NowMilliseconds}, {session.Dialect.NowMilliseconds}, 0, 0, 0, 0)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                Id = message.IdempotencyKey,
                Kind = message.Kind.ToString(),
                Sender = sender.ToString(),
                Recipient = message.To.ToString(),
                Method = (long)message.Method,
                Params = message.Params.ToArray(),
                Value = message.Value.ToString(),
                MaxFee = maxFee.ToString(),
                UselessFrom = message.UselessFrom?.Value,
            }).ConfigureAwait(false);

    public Task<MessageRow?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FirstAsync<MessageRow>($"SELECT {MessageRow.Columns} FROM message_outgoing WHERE id = @id", new { id }), cancellationToken);

    public Task<IReadOnlyList<AttemptRow>> AttemptsAsync(MessageRow row, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryAsync<AttemptRow>(
                $"SELECT {AttemptRow.Columns} FROM message_attempts WHERE message = @Id AND nonce = @Nonce ORDER BY attempt", new { row.Id, row.Nonce }),
            cancellationToken);

    /// <summary>Whether what the message does may come about, or has: it is neither given up nor landed in vain.</summary>
    public static async Task<bool> MayTakeEffectAsync(SqlSession session, string id) =>
        await session.FirstAsync<MessageRow>($"SELECT {MessageRow.Columns} FROM message_outgoing WHERE id = @id {session.Dialect.ForUpdate}", new { id }).ConfigureAwait(false) is { } row
        && !(row.Stage == MessageState.Failed || (row.Stage == MessageState.Landed && row.ExitCode != 0));

    /// <summary>Ids of messages that it is time to look at, the longest waiting first.</summary>
    public Task<IReadOnlyList<string>> DueAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryAsync<string>(
                $"SELECT id FROM message_outgoing WHERE due IS NOT NULL AND due <= {session.Dialect.NowMilliseconds} ORDER BY due LIMIT @limit", new { limit }),
            cancellationToken);

    /// <summary>
    /// Gives a queued message its number: the highest of the pool's and of those that this database gave out. The sender's row is locked meanwhile.
    /// </summary>
    /// <returns>Whether this call did it.</returns>
    public Task<bool> NumberAsync(MessageRow row, Message estimated, ulong poolNonce, ChainEpoch head, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync(
                "INSERT INTO message_senders (sender, next_nonce) VALUES (@Sender, 0) ON CONFLICT (sender) DO NOTHING", new { row.Sender }).ConfigureAwait(false);
            long next = await session.ScalarAsync<long>(
                $"SELECT next_nonce FROM message_senders WHERE sender = @Sender {session.Dialect.ForUpdate}", new { row.Sender }).ConfigureAwait(false);
            long nonce = Math.Max(next, (long)poolNonce);
            if (!await NumberAsync(session, row, estimated with { Nonce = (ulong)nonce }, head).ConfigureAwait(false))
                return false;
            await session.ExecuteAsync("UPDATE message_senders SET next_nonce = @next WHERE sender = @Sender", new { next = nonce + 1, row.Sender }).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Whether one of our messages that are not given up has a number.</summary>
    public Task<bool> IsNumberOfOursAsync(Address sender, ulong nonce, CancellationToken cancellationToken) =>
        database.ReadAsync(session => IsNumberOfOursAsync(session, sender, nonce), cancellationToken);

    /// <summary>Writes down a transfer of nothing with its number, unless one of our messages has that number. The sender's row is locked meanwhile.</summary>
    /// <returns>Its id.</returns>
    public Task<string?> FillAsync(Message nothing, TokenAmount maxFee, ChainEpoch head, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"number-{nothing.Nonce}-{Guid.NewGuid():N}");
            var parameters = new { id, sender = nothing.From.ToString() };
            await session.ScalarAsync<long>($"SELECT next_nonce FROM message_senders WHERE sender = @sender {session.Dialect.ForUpdate}", parameters).ConfigureAwait(false);
            if (await IsNumberOfOursAsync(session, nothing.From, nothing.Nonce).ConfigureAwait(false))
                return null;
            var message = new OutgoingMessage { IdempotencyKey = id, Kind = MessageKind.Other, From = nothing.From, To = nothing.To };
            await InsertAsync(session, message, nothing.From, maxFee).ConfigureAwait(false);
            var row = (await session.FirstAsync<MessageRow>($"SELECT {MessageRow.Columns} FROM message_outgoing WHERE id = @id", parameters).ConfigureAwait(false))!;
            await NumberAsync(session, row, nothing, head).ConfigureAwait(false);
            return id;
        },
        cancellationToken);

    /// <summary>Keeps the signed bytes. The first signature stays when two machines sign.</summary>
    public Task SignAsync(MessageRow row, SignedMessage signed, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync(
                "UPDATE message_attempts SET signed = @bytes, cid = @cid WHERE message = @Id AND attempt = @Attempt AND signed IS NULL",
                new { bytes = DagCbor.Encode(signed), cid = signed.Cid.ToString(), row.Id, row.Attempt }).ConfigureAwait(false);
            await ChangeAsync(session, row, "state = 'Signed'", TimeSpan.Zero).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Puts another form of the same number beside those before it.</summary>
    public Task<bool> ReplaceAsync(MessageRow row, Message raised, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (!await ChangeAsync(session, row, "state = 'Numbered', attempt = attempt + 1, pushed_epoch = NULL", TimeSpan.Zero).ConfigureAwait(false))
                return false;
            await InsertAttemptAsync(session, row, row.Attempt + 1, raised).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Changes a message and says when to look at it next; null for never.</summary>
    /// <returns>False when another machine changed it first.</returns>
    public Task<bool> ChangeAsync(MessageRow row, string assignments, TimeSpan? next, object? parameters, CancellationToken cancellationToken) =>
        database.WriteAsync(session => ChangeAsync(session, row, assignments, next, parameters), cancellationToken);

    public static async Task<bool> ChangeAsync(SqlSession session, MessageRow row, string assignments, TimeSpan? next, object? parameters = null)
    {
        string due = next is { } wait ? $"{session.Dialect.NowMilliseconds} + {(long)wait.TotalMilliseconds}" : "NULL";
        var all = new Dapper.DynamicParameters(parameters);
        all.Add("changedId", row.Id);
        all.Add("changedVersion", row.Version);
        return await session.ExecuteAsync(
            $"UPDATE message_outgoing SET {assignments}, version = version + 1, due = {due} WHERE id = @changedId AND version = @changedVersion", all).ConfigureAwait(false) == 1;
    }

    private static async Task<bool> IsNumberOfOursAsync(SqlSession session, Address sender, ulong nonce) => await session.ScalarAsync<long>(
        "SELECT COUNT(*) FROM message_outgoing WHERE sender = @sender AND nonce = @nonce AND state <> 'Failed'",
        new { sender = sender.ToString(), nonce = (long)nonce }).ConfigureAwait(false) > 0;

    private static async Task<bool> NumberAsync(SqlSession session, MessageRow row, Message numbered, ChainEpoch head)
    {
        if (!await ChangeAsync(session, row, "state = 'Numbered', nonce = @nonce, attempt = attempt + 1, pushed_epoch = NULL, first_epoch = @head, reason = NULL",
            TimeSpan.Zero, new { nonce = (long)numbered.Nonce, head = head.Value }).ConfigureAwait(false))
            return false;
        await InsertAttemptAsync(session, row, row.Attempt + 1, numbered).ConfigureAwait(false);
        return true;
    }

    private static Task<int> InsertAttemptAsync(SqlSession session, MessageRow row, long attempt, Message message) => session.ExecuteAsync(
        "INSERT INTO message_attempts (message, attempt, nonce, unsigned) VALUES (@Id, @attempt, @nonce, @unsigned)",
        new { row.Id, attempt, nonce = (long)message.Nonce, unsigned = DagCbor.Encode(message) });
}
