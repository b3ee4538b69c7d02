using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Store;

namespace Filecoin.Localnet.Tests;

/// <summary>A provider's messages, sent by the library's own sender to a node whose clock runs.</summary>
public sealed class ProviderMessagesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _directory = Directory.CreateTempSubdirectory("provider").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_miner_made_through_the_message_sender_is_seen_at_the_confidence_depth()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(new LocalnetOptions
        {
            Clock = true, Policy = NetworkPolicy.Development(TimeSpan.FromMilliseconds(300)), DataDirectory = Path.Combine(_directory, "chain"),
        });
        await using IRpcTransport transport = node.Connect();
        NetworkPolicy policy = await PolicyAsync(transport);
        await using SqlDatabase database = SqlDatabase.Open(Path.Combine(_directory, "miner.db"));
        await MessageSchema.MigrateAsync(database);
        var sender = new MessageSender(database, new RpcMessageChain(transport), new NodeWalletSigner(new WalletApi(transport)), new MessageOptions { Policy = policy });
        var watcher = new MessageWatcher(sender);
        using var stop = new CancellationTokenSource(Patience);
        Task watching = watcher.RunAsync(stop.Token);
        MessageStatus sent = await sender.SendAsync(
            new OutgoingMessage
            {
                IdempotencyKey = "create-miner", Kind = MessageKind.Other, From = node.Accounts[0], To = Address.FromId(4), Method = PowerMethods.CreateMiner,
                Params = DagCbor.Encode(new CreateMinerParams(
                    node.Accounts[0], node.Accounts[1], (long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, ReadOnlyMemory<byte>.Empty, [])),
            },
            stop.Token);
        MessageStatus landed = await watcher.WatchAsync(sent.Id, stop.Token);
        Assert.True(landed.Succeeded, landed.ToString());
        Assert.True(node.Head.Height - landed.Height!.Value >= policy.MessageConfidence);
        Address miner = DagCbor.Decode<CreateMinerReturn>(landed.Return.Span).IdAddress;
        MinerInfo info = await new StateApi(transport).StateMinerInfoAsync(miner, landed.TipSet!, stop.Token);
        Assert.Equal(2048ul, info.SectorSize);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task A_provider_learns_the_networks_constants()
    {
        NetworkPolicy policy = NetworkPolicy.Development(TimeSpan.FromMilliseconds(1500), deadlines: 6, challengeWindow: 8);
        await using LocalnetNode node = await LocalnetNode.StartAsync(new LocalnetOptions { Policy = policy });
        await using IRpcTransport transport = node.Connect();
        Assert.Equal(policy, await PolicyAsync(transport));
    }

    private static async Task<NetworkPolicy> PolicyAsync(IRpcTransport transport) =>
        JsonSerializer.Deserialize<NetworkPolicy>((await transport.CallAsync("Localnet.Policy", RpcParams.None)).Span)!;
}
