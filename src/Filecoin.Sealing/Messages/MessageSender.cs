using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Sealing.Messages;

/// <summary>
/// Sends messages, each at most once. A message is in the database before it has a number, its signed bytes are there before they are in a pool,
/// and an idempotency key names it for ever: a crash anywhere neither loses it nor sends it twice. Any number of machines may send from one
/// account over one database. Safe for concurrent use.
/// </summary>
public sealed class MessageSender
{
    private const int MaxKeyLength = 200;

    private readonly MessageStore _store;
    private readonly IMessageChain _chain;
    private readonly IMessageSigner _signer;
    private readonly MessageOptions _options;

    /// <summary>A sender over a database that has the tables of <see cref="Store.MessageSchema"/>.</summary>
    /// <param name="database">The database.</param>
    /// <param name="chain">The node.</param>
    /// <param name="signer">Who holds the keys.</param>
    /// <param name="options">Fees and patience.</param>
    /// <param name="onFinal">
    /// Runs in the transaction in which a message lands below the confidence depth or is given up, once for each: what others write there is
    /// written with it or not at all.
    /// </param>
    /// <param name="logger">Where to log.</param>
    public MessageSender(
        SqlDatabase database, IMessageChain chain, IMessageSigner signer, MessageOptions? options = null,
        Func<SqlSession, MessageStatus, Task>? onFinal = null, ILogger<MessageSender>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(signer);
        _store = new MessageStore(database);
        _chain = chain;
        _signer = signer;
        _options = options ?? new MessageOptions();
        Driver = new MessageDriver(_store, chain, signer, _options, onFinal, (ILogger?)logger ?? NullLogger.Instance);
    }

    internal MessageStore Store => _store;

    internal MessageOptions Options => _options;

    internal IMessageChain Chain => _chain;

    internal MessageDriver Driver { get; }

    /// <summary>Writes the message down and takes it as far as it goes at once, usually into the pool. A <see cref="MessageWatcher"/> does the rest.</summary>
    /// <returns>How far it is; under a key used before, how far the first is.</returns>
    /// <exception cref="MessageException">The key is empty or too long, or the signer does not hold the sender's key. Nothing is kept then.</exception>
    /// <exception cref="ChainCo.Rpc.RpcException">The sender's address cannot be resolved. Nothing is kept then.</exception>
    /// <exception cref="DatabaseException">The database did not answer; send again under the same key.</exception>
    public async Task<MessageStatus> SendAsync(OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        Address sender = await ResolveAsync(message, cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(session => WriteAsync(session, message, sender), cancellationToken).ConfigureAwait(false);
        await DriveAsync(message.IdempotencyKey, cancellationToken).ConfigureAwait(false);
        return await FindAsync(message.IdempotencyKey, cancellationToken).ConfigureAwait(false)
            ?? throw new DatabaseException($"message '{message.IdempotencyKey}' was written and is gone", isTransient: false);
    }

    /// <summary>
    /// Writes the message down in somebody's transaction: it is sent when and only when that commits. <see cref="ResolveAsync"/> comes first, outside.
    /// </summary>
    public Task WriteAsync(SqlSession session, OutgoingMessage message, Address sender)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(message);
        return MessageStore.InsertAsync(session, message, sender, message.MaxFee ?? _options.MaxFee(message.Kind));
    }

    /// <summary>The key address of the sender, whose key the signer holds.</summary>
    /// <exception cref="MessageException">The key is empty or too long, or the signer does not hold the sender's key.</exception>
    public async Task<Address> ResolveAsync(OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.IdempotencyKey.Length is 0 or > MaxKeyLength)
            throw new MessageException($"expected an idempotency key of 1 to {MaxKeyLength} characters, found {message.IdempotencyKey.Length}");
        Address sender = await _chain.KeyAddressAsync(message.From, cancellationToken).ConfigureAwait(false);
        return await _signer.HoldsAsync(sender, cancellationToken).ConfigureAwait(false)
            ? sender
            : throw new MessageException($"expected a signer that holds the key of {sender}, found none");
    }

    /// <summary>Takes a message as far as it goes now.</summary>
    internal Task DriveAsync(string idempotencyKey, CancellationToken cancellationToken) => Driver.DriveAsync(idempotencyKey, null, cancellationToken);

    /// <summary>A message's fate so far, or null when no message has the key.</summary>
    public async Task<MessageStatus?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default)
    {
        if (await _store.FindAsync(idempotencyKey, cancellationToken).ConfigureAwait(false) is not { } row)
            return null;
        string? last = row.Nonce is null ? null : (await _store.AttemptsAsync(row, cancellationToken).ConfigureAwait(false)).LastOrDefault(a => a.Cid is not null)?.Cid;
        return row.Status(last);
    }
}
