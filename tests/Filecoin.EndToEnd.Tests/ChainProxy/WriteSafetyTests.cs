using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>Daemons and proxy killed or frozen at every border of the calls that must not happen twice.</summary>
[Collection(LocalnetPool.Alone)]
public sealed class WriteSafetyTests : IDisposable
{
    // The producer that no node runs: its blocks are made through the proxy.
    private const int Outsider = LocalnetPool.Size;
    private const string Push = "Filecoin.MpoolPushMessage", Create = "Filecoin.MinerCreateBlock", Submit = "Filecoin.SyncSubmitBlock";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly Address Miner = Address.FromId(100 + Outsider);
    private readonly WorkDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Each message is asked for under one UUID until it is answered. Each must be on the chain once, under a number of its own.</summary>
    [Fact]
    public async Task No_number_is_given_twice_and_no_message_is_sent_twice()
    {
        await using LocalnetPool pool = await LocalnetPool.StartAsync(_directory.Path, manual: true, behindRelays: true);
        (Address from, Address to) = await AccountsAsync(pool);
        var sent = new List<SignedMessage> { await SendAsync(pool, from, to, 0) };
        foreach (Border border in Enum.GetValues<Border>())
        {
            await RoundAsync(border, Blow.KillNode, pool.ToNodes);
            await RoundAsync(border, Blow.KillProxy, pool.ToNodes);
        }

        await RoundAsync(Border.RequestJustArrived, Blow.FreezeNode, pool.ToNodes);
        await RoundAsync(Border.ResponseLost, Blow.FreezeNode, pool.ToNodes);
        await RoundAsync(Border.RequestJustArrived, Blow.KillProxy, [pool.ToProxy]);
        await RoundAsync(Border.ResponseTorn, Blow.KillProxy, [pool.ToProxy]);

        Assert.Equal(Enumerable.Range(0, sent.Count), sent.Select(message => (int)message.Message.Nonce));
        Assert.Equal(sent.Select(message => message.Message.Cid), (await MinedAsync(pool, from, sent.Count)).Select(message => message.Cid));

        async Task RoundAsync(Border border, Blow blow, IReadOnlyList<CuttingRelay> relays)
        {
            await StrikeAsync(pool, relays, Push, border, blow, async () => sent.Add(await SendAsync(pool, from, to, sent.Count)));
            await pool.MineAsync(sent.Count % LocalnetPool.Size);
        }
    }

    /// <summary>A miner that made two blocks of an epoch publishes one, hears nothing, and tries both. One of them reaches the network.</summary>
    [Fact]
    public async Task No_second_block_of_an_epoch_is_published()
    {
        await using LocalnetPool pool = await LocalnetPool.StartAsync(_directory.Path, manual: true, producers: Outsider + 1, behindRelays: true);
        (Address from, Address to) = await AccountsAsync(pool);
        int round = 0;
        foreach (Border border in Enum.GetValues<Border>())
        {
            await RoundAsync(Submit, border, Blow.KillNode);
            await RoundAsync(Submit, border, Blow.KillProxy);
        }

        await RoundAsync(Submit, Border.RequestJustArrived, Blow.FreezeNode);
        await RoundAsync(Create, Border.ResponseLost, Blow.KillNode);
        await RoundAsync(Create, Border.ResponseTorn, Blow.KillProxy);

        async Task RoundAsync(string method, Border border, Blow blow)
        {
            SignedMessage message = await SendAsync(pool, from, to, round++);
            await using HttpRpcTransport client = LocalnetPool.Client(pool.Api);
            TipSet head = await HeadAsync(pool, client);
            BlockTemplate[] templates = [await TemplateAsync(pool, head, []), await TemplateAsync(pool, head, [message])];
            var made = new Dictionary<Cid, BlockMessage>();
            await StrikeAsync(pool, pool.ToNodes, method, border, blow, () => PublishAsync(client, templates, made));
            var known = new HashSet<Cid>();
            for (int i = 0; i < LocalnetPool.Size; i++)
            {
                foreach (Cid block in made.Keys)
                {
                    if (await HasAsync(pool, i, block))
                        known.Add(block);
                }
            }

            Assert.True(made.Count == templates.Length, "two blocks of the epoch were made to be tried");
            Assert.True(known.Count == 1, $"{method}, {border}, {blow}: {known.Count} of {made.Count} blocks of an epoch are known");
            for (int i = 0; i < LocalnetPool.Size; i++)
                await pool.MineAsync(i);
        }
    }

    /// <summary>Does the work, strikes a process at the border of the next call of a method, brings it back, and sees the work to its end.</summary>
    private static async Task StrikeAsync(LocalnetPool pool, IReadOnlyList<CuttingRelay> relays, string method, Border border, Blow blow, Func<Task> work)
    {
        List<Task> strikes = [];
        SampleProcess? frozen = null;
        for (int i = 0; i < relays.Count; i++)
        {
            int node = i;
            strikes.Add(relays[i].ArmAsync(method, border, async () =>
            {
                foreach (CuttingRelay relay in relays)
                    relay.Disarm();
                if (blow == Blow.FreezeNode)
                    (frozen = pool.Node(node)).Freeze();
                else
                    await (blow == Blow.KillProxy ? pool.KillProxyAsync() : pool.KillNodeAsync(node));
            }));
        }

        Task working = work();
        Task first = await Task.WhenAny([working, .. strikes]).WaitAsync(SampleProcess.Patience);
        // The response may have come whole before the strike was over.
        if (first == working)
        {
            await working;
            await Task.WhenAny(strikes).WaitAsync(SampleProcess.Patience);
        }

        if (frozen is not null)
        {
            // Longer than the proxy waits for the answer of a write.
            await Task.Delay(2 * LocalnetPool.WriteDeadline);
            frozen.Thaw();
        }

        await pool.RestartAsync();
        await working.WaitAsync(SampleProcess.Patience);
    }

    private enum Blow
    {
        KillNode,
        KillProxy,
        FreezeNode,
    }

    private static async Task<SignedMessage> SendAsync(LocalnetPool pool, Address from, Address to, int number)
    {
        var spec = new MessageSendSpec(default, Guid.NewGuid(), false);
        var message = new Message { From = from, To = to, Value = new TokenAmount(number + 1) };
        await using HttpRpcTransport client = LocalnetPool.Client(pool.ToProxy.Url);
        return await InsistAsync(() => new MpoolApi(client).MpoolPushMessageAsync(message, spec));
    }

    private static async Task PublishAsync(HttpRpcTransport client, BlockTemplate[] templates, Dictionary<Cid, BlockMessage> made)
    {
        var mining = new MiningApi(client);
        foreach (BlockTemplate template in templates)
        {
            BlockMessage block = await InsistAsync(() => mining.MinerCreateBlockAsync(template));
            made[block.Header.Cid] = block;
        }

        await InsistAsync(async () =>
        {
            RpcException? last = null;
            bool taken = false;
            foreach (BlockMessage block in made.Values.Reverse())
            {
                try
                {
                    await mining.SyncSubmitBlockAsync(block);
                    taken = true;
                }
                catch (RpcException e)
                {
                    last = e;
                }
            }

            return taken ? taken : throw last!;
        });
    }

    private static async Task<BlockTemplate> TemplateAsync(LocalnetPool pool, TipSet parents, IReadOnlyList<SignedMessage> messages)
    {
        await using HttpRpcTransport node = LocalnetPool.Client(pool.Url(0));
        ChainEpoch epoch = parents.Height + 1;
        BeaconEntry beacon = await new MiningApi(node).StateGetBeaconEntryAsync(epoch);
        Address key = await new StateApi(node).StateAccountKeyAsync(Miner, TipSetKey.Empty);
        byte[] self = ChainRandomness.EntropyOf(Miner);
        byte[] ticket = ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.TicketTag, epoch - 1, [.. self, .. parents.MinTicket.VRFProof.Span]);
        byte[] election = ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.ElectionTag, epoch, self);
        return new BlockTemplate(
            Miner, parents.Key, new Ticket(await SignAsync(ticket)), new ElectionProof(1, await SignAsync(election)), [beacon], messages, epoch,
            parents.MinTimestamp + 1, []);

        async Task<ReadOnlyMemory<byte>> SignAsync(byte[] data) => (await new WalletApi(node).WalletSignAsync(key, data)).Data;
    }

    /// <summary>The head of the proxy, once it has heard of that of the nodes: at an earlier one the outsider may have a block.</summary>
    private static async Task<TipSet> HeadAsync(LocalnetPool pool, HttpRpcTransport client)
    {
        await using HttpRpcTransport node = LocalnetPool.Client(pool.Url(0));
        TipSet newest = await new ChainHeadApi(node).ChainHeadAsync();
        for (DateTime end = DateTime.UtcNow + SampleProcess.Patience; ; await Task.Delay(Pause))
        {
            if (await InsistAsync(() => new ChainHeadApi(client).ChainHeadAsync()) is var head && head.Height >= newest.Height)
                return head;
            Assert.True(DateTime.UtcNow < end, $"the proxy is at {head}, the nodes are at {newest}");
        }
    }

    private static async Task<(Address From, Address To)> AccountsAsync(LocalnetPool pool)
    {
        await using HttpRpcTransport node = LocalnetPool.Client(pool.Url(0));
        IReadOnlyList<Address> accounts = await new WalletApi(node).WalletListAsync();
        return (accounts[0], accounts[1]);
    }

    private static async Task<bool> HasAsync(LocalnetPool pool, int i, Cid block)
    {
        await using HttpRpcTransport node = LocalnetPool.Client(pool.Url(i));
        return (await node.CallAsync("Filecoin.ChainHasObj", new RpcParams().Add(block).ToJson())).Span.SequenceEqual("true"u8);
    }

    /// <summary>All messages of an account on the chain, by number, when the chain has as many as these.</summary>
    private static async Task<IReadOnlyList<Message>> MinedAsync(LocalnetPool pool, Address from, int count)
    {
        await using HttpRpcTransport node = LocalnetPool.Client(pool.Url(0));
        for (int i = 0; i < 10 && (await new StateApi(node).StateGetActorAsync(from, TipSetKey.Empty))!.Nonce < (ulong)count; i++)
            await pool.MineAsync(i % LocalnetPool.Size);
        var mined = new List<Message>();
        var chain = new ChainHeadApi(node);
        for (TipSet at = await chain.ChainHeadAsync(); at.Height.Value > 0; at = await chain.ChainGetTipSetAsync(at.Parents))
        {
            ReadOnlyMemory<byte> json = await node.CallAsync("Filecoin.ChainGetMessagesInTipset", new RpcParams().Add(at.Key).ToJson());
            using var all = JsonDocument.Parse(json);
            mined.AddRange(all.RootElement.EnumerateArray().Select(entry => entry.GetProperty("Message").Deserialize(ApiJsonContext.Default.Message)!));
        }

        return [.. mined.Where(message => message.From == from).OrderBy(message => message.Nonce)];
    }

    private static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (DateTime end = DateTime.UtcNow + SampleProcess.Patience; ; await Task.Delay(Pause))
        {
            try
            {
                return await call();
            }
            catch (RpcException e)
            {
                Assert.True(DateTime.UtcNow < end, $"given up: {e.Message}");
            }
        }
    }
}
