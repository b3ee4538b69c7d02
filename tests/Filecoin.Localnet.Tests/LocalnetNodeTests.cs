using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet;
using Filecoin.Samples.Localnet.Faults;

namespace Filecoin.Localnet.Tests;

/// <summary>A node as its clients see it, over its API.</summary>
public sealed class LocalnetNodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DateTimeOffset Begin = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly LocalnetOptions Options = new() { GenesisTime = Begin, Seed = "tests" };

    [Fact]
    public async Task The_same_seed_gives_the_same_chain()
    {
        await using LocalnetNode one = await LocalnetNode.StartAsync(Options with { Producers = 3, NullRate = 0.3 });
        await using LocalnetNode two = await LocalnetNode.StartAsync(Options with { Producers = 3, NullRate = 0.3 });
        await using LocalnetNode other = await LocalnetNode.StartAsync(Options with { Seed = "other" });
        TipSet head = await one.MineAsync(8, nullRounds: 2);
        Assert.Equal(head, await two.MineAsync(8, nullRounds: 2));
        Assert.True(head.Height.Value >= 10);
        Assert.NotEqual(one.NetworkName, other.NetworkName);
        var chain = new ChainHeadApi(one.Connect());
        var sizes = new List<int>();
        for (TipSet at = head; at.Height.Value > 0; at = await chain.ChainGetTipSetAsync(at.Parents))
            sizes.Add(at.Blocks.Count);
        Assert.Equal(8, sizes.Count);
        Assert.True(sizes.Distinct().Count() > 1, "with a null rate the tipsets differ in size");
    }

    [Fact]
    public async Task A_message_is_numbered_executed_and_found()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await using IRpcTransport transport = node.Connect();
        (var mpool, var state, var wallet) = (new MpoolApi(transport), new StateApi(transport), new WalletApi(transport));
        (Address from, Address to) = (node.Accounts[0], node.Accounts[1]);
        TokenAmount before = await wallet.WalletBalanceAsync(to);
        var spec = new MessageSendSpec(default, Guid.NewGuid(), false);
        var message = new Message { From = from, To = to, Value = TokenAmount.FromFil(5) };
        SignedMessage sent = await mpool.MpoolPushMessageAsync(message, spec);
        Assert.Equal(sent.Cid, (await mpool.MpoolPushMessageAsync(message, spec)).Cid);
        Assert.Equal(1ul, await mpool.MpoolGetNonceAsync(from));
        Task<MsgLookup> waiting = state.StateWaitMsgAsync(sent.Cid, 2, -1, true);
        await node.MineAsync(2);
        Assert.False(waiting.IsCompleted);
        await node.MineAsync(3);
        MsgLookup found = await waiting.WaitAsync(Patience);
        Assert.Equal((0L, 2L), (found.Receipt.ExitCode, found.Height.Value));
        Assert.Equal(before + TokenAmount.FromFil(5), await wallet.WalletBalanceAsync(to));
        Assert.Empty((await mpool.MpoolPendingAsync(TipSetKey.Empty))!);
        Assert.Equal(1ul, (await state.StateGetActorAsync(from, found.TipSet))!.Nonce);
        Assert.Equal(0ul, (await state.StateGetActorAsync(from, node.Head.Parents.IsEmpty ? TipSetKey.Empty : (await new ChainHeadApi(transport).ChainGetTipSetByHeightAsync(1, TipSetKey.Empty)).Key))!.Nonce);
        Assert.Null(await state.StateSearchMsgAsync(TipSetKey.Empty, Cid.OfDagCbor([0x80]), -1, true));
    }

    [Fact]
    public async Task The_pool_refuses_what_cannot_be_executed()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await using IRpcTransport transport = node.Connect();
        (var mpool, var wallet) = (new MpoolApi(transport), new WalletApi(transport));
        Message message = await mpool.GasEstimateMessageGasAsync(
            new Message { From = node.Accounts[0], To = node.Accounts[1] }, new MessageSendSpec(default, Guid.Empty, false), TipSetKey.Empty);
        SignedMessage signed = await wallet.WalletSignMessageAsync(message.From, message);
        Assert.Equal(signed.Cid, await mpool.MpoolPushAsync(signed));
        await RefusedAsync(signed, "already exists");
        await RefusedAsync(await wallet.WalletSignMessageAsync(message.From, message with { Value = TokenAmount.FromFil(1) }), "replace by fee");
        await RefusedAsync(await wallet.WalletSignMessageAsync(message.From, message with { Nonce = 60 }), "gap");
        await RefusedAsync(await wallet.WalletSignMessageAsync(message.From, message with { Nonce = 1, Value = TokenAmount.FromFil(2_000_000) }), "not enough funds");
        await RefusedAsync(signed with { Message = message with { Nonce = 1 } }, "signature");
        SignedMessage dearer = await wallet.WalletSignMessageAsync(message.From, message with { GasPremium = message.GasPremium * 2, GasFeeCap = message.GasFeeCap * 2 });
        await mpool.MpoolPushAsync(dearer);
        await node.MineAsync(2);
        await RefusedAsync(signed, "nonce too low");
        MsgLookup? found = await new StateApi(transport).StateSearchMsgAsync(TipSetKey.Empty, signed.Cid, -1, true);
        Assert.Equal(dearer.Cid, found!.Message);

        async Task RefusedAsync(SignedMessage bad, string words)
        {
            var error = await Assert.ThrowsAsync<RpcErrorException>(() => mpool.MpoolPushAsync(bad));
            Assert.Contains(words, error.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_fork_is_told_newest_first_and_its_messages_come_back()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await using IRpcTransport transport = node.Connect();
        var chain = new ChainHeadApi(transport);
        await node.MineAsync(5);
        using var stop = new CancellationTokenSource(Patience);
        var seen = new List<HeadChange>();
        var told = new TaskCompletionSource();
        Task following = Task.Run(async () =>
        {
            await foreach (IReadOnlyList<HeadChange> changes in chain.ChainNotifyAsync(stop.Token))
            {
                seen.AddRange(changes);
                told.TrySetResult();
                if (seen.Any(change => change.Type == HeadChangeType.Revert) && seen[^1].Val.Equals(node.Head))
                    return;
            }
        });
        await told.Task.WaitAsync(Patience);
        TipSet old = node.Head;
        var mpool = new MpoolApi(transport);
        SignedMessage sent = await mpool.MpoolPushMessageAsync(new Message { From = node.Accounts[0], To = node.Accounts[1] }, new MessageSendSpec(default, Guid.Empty, false));
        await node.MineAsync();
        TipSet head = await node.ForkAsync(3);
        await following.WaitAsync(Patience);
        Assert.Equal(HeadChangeType.Current, seen[0].Type);
        var reverts = seen.Where(change => change.Type == HeadChangeType.Revert).Select(change => change.Val.Height.Value).ToList();
        Assert.Equal([6, 5, 4], reverts);
        // Replaying what was told leads to the head.
        var path = new Stack<TipSet>([seen[0].Val]);
        foreach (HeadChange change in seen.Skip(1))
        {
            if (change.Type == HeadChangeType.Revert)
            {
                Assert.True(path.Count == 0 || path.Pop().Equals(change.Val));
            }
            else
            {
                Assert.True(path.Count == 0 || change.Val.IsChildOf(path.Peek()));
                path.Push(change.Val);
            }
        }

        Assert.Equal(head, path.Peek());
        IReadOnlyList<HeadChange> between = await chain.ChainGetPathAsync(old.Key, head.Key);
        Assert.Equal((HeadChangeType.Revert, old), (between[0].Type, between[0].Val));
        await node.MineAsync(2);
        Assert.NotNull(await new StateApi(transport).StateSearchMsgAsync(TipSetKey.Empty, sent.Cid, -1, false));
    }

    [Fact]
    public async Task Nodes_follow_each_other_and_choose_the_heavier_branch()
    {
        await using LocalnetNode one = await LocalnetNode.StartAsync(Options with { Producers = 2, Produce = [0] });
        await using LocalnetNode two = await LocalnetNode.StartAsync(Options with { Producers = 2, Produce = [1], Peers = [one.Address!.ToString()] });
        await using LocalnetNode late = await LocalnetNode.StartAsync(Options with { Producers = 2, Produce = [], Peers = [one.Address!.ToString(), two.Address!.ToString()] });
        await one.MineAsync(3);
        await EventuallyAsync(() => two.Head.Equals(one.Head));
        await two.MineAsync(4);
        await EventuallyAsync(() => one.Head.Equals(two.Head) && late.Head.Equals(two.Head));
        Assert.Equal(7, two.Head.Height.Value);
        two.SetFault(new FaultOptions { Isolate = true });
        await one.MineAsync(1);
        await two.MineAsync(3);
        Assert.NotEqual(one.Head, two.Head);
        two.SetFault(new FaultOptions());
        await two.MineAsync(1);
        await EventuallyAsync(() => one.Head.Equals(two.Head) && late.Head.Equals(two.Head));
        Assert.Equal(11, one.Head.Height.Value);
    }

    [Fact]
    public async Task Forged_blocks_are_refused()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await using LocalnetNode twin = await LocalnetNode.StartAsync(Options);
        await using IRpcTransport transport = node.Connect();
        var mining = new MiningApi(transport);
        BlockHeader header = (await twin.MineAsync()).Blocks[0];
        await RefusedAsync(header with { ParentWeight = new TokenAmount(1) }, "weight");
        await RefusedAsync(header with { ElectionProof = header.ElectionProof! with { WinCount = 2 } }, "one win");
        await RefusedAsync(header with { Timestamp = header.Timestamp + 1 }, "timestamp");
        await RefusedAsync(header with { Ticket = new Ticket(header.ElectionProof!.VRFProof) }, "ticket");
        await RefusedAsync(header with { BlockSig = new Signature(SignatureType.Bls, header.Ticket!.VRFProof) }, "signature");
        await RefusedAsync(header with { Miner = Address.FromId(100 + 1) }, "sector");
        await RefusedAsync(header with { Height = 0 }, "another network");
        await mining.SyncSubmitBlockAsync(new BlockMessage(header, [], []));
        Assert.Equal(twin.Head, node.Head);

        async Task RefusedAsync(BlockHeader bad, string words)
        {
            var error = await Assert.ThrowsAsync<RpcErrorException>(() => mining.SyncSubmitBlockAsync(new BlockMessage(bad, [], [])));
            Assert.Contains(words, error.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_miner_is_made_and_asked_about()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await using IRpcTransport transport = node.Connect();
        (var mpool, var state) = (new MpoolApi(transport), new StateApi(transport));
        const long windowOf2KiB = 10;
        SignedMessage sent = await mpool.MpoolPushMessageAsync(
            new Message
            {
                From = node.Accounts[0], To = Address.FromId(4), Method = PowerMethods.CreateMiner, Value = TokenAmount.FromFil(100),
                Params = DagCbor.Encode(new CreateMinerParams(node.Accounts[0], node.Accounts[1], windowOf2KiB, new byte[] { 1 }, [])),
            },
            new MessageSendSpec(default, Guid.Empty, false));
        await node.MineAsync(3);
        MsgLookup found = (await state.StateSearchMsgAsync(TipSetKey.Empty, sent.Cid, -1, false))!;
        Assert.Equal(0, found.Receipt.ExitCode);
        Address miner = DagCbor.Decode<CreateMinerReturn>(found.Receipt.Return.Span).IdAddress;
        MinerInfo info = await state.StateMinerInfoAsync(miner, TipSetKey.Empty);
        Assert.Equal(2048ul, info.SectorSize);
        Assert.Equal(node.Accounts[1], await state.StateAccountKeyAsync(info.Worker, TipSetKey.Empty));
        Assert.Equal(TokenAmount.FromFil(100), await state.StateMinerAvailableBalanceAsync(miner, TipSetKey.Empty));
        DeadlineInfo deadline = await state.StateMinerProvingDeadlineAsync(miner, TipSetKey.Empty);
        Assert.True(deadline.Open <= node.Head.Height && node.Head.Height < deadline.Close);
        Assert.Null(await new MiningApi(transport).MinerGetBaseInfoAsync(miner, node.Head.Height + 1, TipSetKey.Empty));
        Assert.Null(await state.StateSectorGetInfoAsync(miner, 7, TipSetKey.Empty));
        var missing = await Assert.ThrowsAsync<RpcErrorException>(() => state.StateMinerInfoAsync(Address.FromId(4000), TipSetKey.Empty));
        Assert.Equal(RpcErrorCode.ActorNotFound, missing.Code);
    }

    [Fact]
    public async Task Blocks_messages_and_keys_survive_a_restart_and_a_torn_end()
    {
        string directory = Directory.CreateTempSubdirectory("localnet").FullName;
        try
        {
            TipSet head;
            Address made;
            SignedMessage waiting;
            var spec = new MessageSendSpec(default, Guid.NewGuid(), false);
            Message message;
            await using (LocalnetNode node = await LocalnetNode.StartAsync(Options with { DataDirectory = directory }))
            {
                message = new Message { From = node.Accounts[1], To = node.Accounts[2], Value = TokenAmount.FromFil(2) };
                await using IRpcTransport transport = node.Connect();
                made = await transport.RequireAsync("Filecoin.WalletNew", new RpcParams().Add("bls").ToJson(), ApiJsonContext.Default.Address);
                await new MpoolApi(transport).MpoolPushMessageAsync(
                    new Message { From = node.Accounts[0], To = made, Value = TokenAmount.FromFil(3) }, new MessageSendSpec(default, Guid.Empty, false));
                head = await node.MineAsync(6);
                waiting = await new MpoolApi(transport).MpoolPushMessageAsync(message, spec);
            }

            await File.AppendAllBytesAsync(Path.Combine(directory, "blocks.log"), [0, 0, 1, 0, 7, 7]);
            // The options need not say again when the network began.
            await using (LocalnetNode node = await LocalnetNode.StartAsync(Options with { DataDirectory = directory, GenesisTime = null }))
            {
                await using IRpcTransport transport = node.Connect();
                Assert.Equal(head, node.Head);
                Assert.True(await new WalletApi(transport).WalletHasAsync(made));
                Assert.Equal(TokenAmount.FromFil(3), await new WalletApi(transport).WalletBalanceAsync(made));
                // As Lotus does, the node still knows what it was given, and by which UUID.
                Assert.Equal(waiting.Cid, Assert.Single((await new MpoolApi(transport).MpoolPendingAsync(TipSetKey.Empty))!).Cid);
                Assert.Equal(waiting.Cid, (await new MpoolApi(transport).MpoolPushMessageAsync(message, spec)).Cid);
                await node.MineAsync(2);
                Assert.NotNull(await new StateApi(transport).StateSearchMsgAsync(TipSetKey.Empty, waiting.Cid, -1, false));
            }

            await Assert.ThrowsAsync<InvalidDataException>(() => LocalnetNode.StartAsync(Options with { DataDirectory = directory, Seed = "other" }));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Faults_hold_until_they_are_lifted()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(Options);
        await node.MineAsync(2);
        RpcEndpoint endpoint = RpcEndpoint.Create(node.Address!);
        await using var http = new HttpRpcTransport(endpoint, new RpcTransportOptions { CallTimeout = TimeSpan.FromMilliseconds(500) });
        var chain = new ChainHeadApi(http);
        await using var admin = new HttpRpcTransport(RpcEndpoint.Create(new Uri(node.Address!, "/localnet")));
        TokenAmount weight = await chain.ChainTipSetWeightAsync(TipSetKey.Empty);
        await SetAsync("""{"ClaimedWeightPercent":300}""");
        Assert.Equal(weight * 3, await chain.ChainTipSetWeightAsync(TipSetKey.Empty));
        await SetAsync("""{"Hang":true}""");
        await Assert.ThrowsAsync<RpcConnectionException>(() => chain.ChainHeadAsync());
        await SetAsync("""{"Reset":true}""");
        await Assert.ThrowsAsync<RpcConnectionException>(() => chain.ChainHeadAsync());
        await SetAsync("{}");
        Assert.Equal(weight, await chain.ChainTipSetWeightAsync(TipSetKey.Empty));
        Assert.Equal(node.Head, await chain.ChainHeadAsync());
        node.SetFault(new FaultOptions { Refuse = true });
        await EventuallyAsync(() => chain.ChainHeadAsync().ContinueWith(call => call.Exception is not null, TaskScheduler.Default).GetAwaiter().GetResult());
        node.SetFault(new FaultOptions());
        await EventuallyAsync(() => chain.ChainHeadAsync().ContinueWith(call => call.Exception is null, TaskScheduler.Default).GetAwaiter().GetResult());

        Task SetAsync(string fault) => admin.CallAsync("Localnet.SetFault", System.Text.Encoding.UTF8.GetBytes($"[{fault}]"));
    }

    [Fact]
    public async Task The_clock_makes_an_epoch_after_the_other()
    {
        await using LocalnetNode node = await LocalnetNode.StartAsync(
            new LocalnetOptions { Clock = true, Policy = NetworkPolicy.Development(TimeSpan.FromMilliseconds(200)) });
        await EventuallyAsync(() => node.Head.Height.Value >= 5);
        await using IRpcTransport transport = node.Connect();
        var beacon = await new MiningApi(transport).StateGetBeaconEntryAsync(node.Head.Height + 3).WaitAsync(Patience);
        Assert.True(beacon.Round <= (ulong)node.Head.Height.Value + 3);
        JsonElement status = JsonDocument.Parse(await transport.CallAsync("Filecoin.SyncState", RpcParams.None)).RootElement;
        Assert.Equal(4, status.GetProperty("ActiveSyncs")[0].GetProperty("Stage").GetInt32());
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (DateTime end = DateTime.UtcNow + Patience; !condition(); await Task.Delay(50))
            Assert.True(DateTime.UtcNow < end, "it did not come about in time");
    }
}
