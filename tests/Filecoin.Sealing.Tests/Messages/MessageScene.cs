using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Store;
using Filecoin.Sealing.Tests.Pipeline;

namespace Filecoin.Sealing.Tests.Messages;

/// <summary>A chain in memory, a database, and a hub that sends. Time is told by hand: what is due later is made due now.</summary>
internal sealed class MessageScene(string kind) : IAsyncDisposable
{
    private readonly TestDatabase _database = new(kind);

    public TestChain Chain { get; } = new(NetworkPolicy.Development(TimeSpan.FromMilliseconds(1)));

    public SqlDatabase Database => _database.Database;

    public string Description => _database.Description;

    public List<MessageStatus> Final { get; } = [];

    public async Task<MessageSender> StartAsync(MessageOptions? options = null)
    {
        await MessageSchema.MigrateAsync(Database);
        return Sender(Database, options);
    }

    public MessageSender Sender(SqlDatabase database, MessageOptions? options = null) => new(
        database, Chain, new TestChain.Signer(), options ?? new MessageOptions { Policy = Chain.Policy }, (_, status) =>
        {
            lock (Final)
                Final.Add(status);
            return Task.CompletedTask;
        });

    public OutgoingMessage Message(string key) => new()
    {
        IdempotencyKey = key,
        Kind = MessageKind.Other,
        From = Chain.Worker,
        To = Chain.Miner,
        Params = new byte[] { 0x80 },
    };

    /// <summary>Epoch after epoch with a round in each, until a message has come to its end.</summary>
    public async Task<MessageStatus> FinishAsync(MessageSender sender, string key, int epochs = 100)
    {
        for (int i = 0; i < epochs; i++)
        {
            await RoundAsync(sender);
            if (await sender.FindAsync(key) is { IsFinal: true } status)
                return status;
            Chain.Mine();
        }

        Assert.Fail($"'{key}' came to no end: {await sender.FindAsync(key)}");
        throw new InvalidOperationException();
    }

    public async Task RoundAsync(MessageSender sender)
    {
        await Database.WriteAsync(session => session.ExecuteAsync("UPDATE message_outgoing SET due = 0 WHERE due IS NOT NULL"));
        await new MessageWatcher(sender).RoundAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
