using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>A hub that aggregates, on a chain that verifies aggregates.</summary>
public sealed class AggregateCommitTests
{
    [NativeFact]
    public async Task FourSectorsAreProvenByOneProof()
    {
        using var work = new WorkDirectory();
        await using LocalnetProcess chain = await LocalnetProcess.StartAsync(work.Path);
        MinerHub hub = await MinerHub.InitAsync(Path.Combine(work.Path, "miner"), chain.Api);
        hub.Configure(config =>
        {
            config["Mine"] = false;
            config["Aggregate"] = new JsonObject { ["MaxSectors"] = 4, ["Wait"] = "01:00:00" };
        });
        await hub.DoAsync("pledge", "--count", "4");
        await using SampleProcess process = hub.Run();
        await using IRpcTransport node = chain.Connect();
        var state = new StateApi(node);
        Address miner = Address.FromId(1000);
        using var patience = new CancellationTokenSource(2 * SampleProcess.Patience);
        IReadOnlyList<SectorOnChainInfo> sectors;
        while ((sectors = await state.StateMinerSectorsAsync(miner, Bitfield.OfRange(0, 100), TipSetKey.Empty, patience.Token)).Count == 0)
            await Task.Delay(500, patience.Token);

        // All at once, with one proof in place of four.
        Assert.Equal([0UL, 1UL, 2UL, 3UL], sectors.Select(sector => sector.SectorNumber).Order());
        ProveCommitSectors3Params commit = await CommitAsync(node, Assert.Single(sectors.Select(sector => sector.Activation.Value).Distinct()));
        Assert.Empty(commit.SectorProofs);
        Assert.Equal((8212, (ulong?)1), (commit.AggregateProof.Length, commit.AggregateProofType));
    }

    private static async Task<ProveCommitSectors3Params> CommitAsync(IRpcTransport node, long activation)
    {
        for (long height = activation - 2; height <= activation; height++)
        {
            JsonElement tipset = await AskAsync(node, "Filecoin.ChainGetTipSetByHeight", $"[{height}, null]");
            JsonElement messages = await AskAsync(node, "Filecoin.ChainGetMessagesInTipset", $"[{tipset.GetProperty("Cids").GetRawText()}]");
            foreach (JsonElement message in messages.EnumerateArray().Select(entry => entry.GetProperty("Message")))
            {
                if (message.GetProperty("Method").GetUInt64() == MinerMethods.ProveCommitSectors3)
                    return DagCbor.Decode<ProveCommitSectors3Params>(message.GetProperty("Params").GetBytesFromBase64());
            }
        }

        throw new InvalidOperationException($"no commit in the epochs up to {activation}");
    }

    private static async Task<JsonElement> AskAsync(IRpcTransport node, string method, string parameters) =>
        JsonElement.Parse((await node.CallAsync(method, System.Text.Encoding.UTF8.GetBytes(parameters), CancellationToken.None)).Span);
}
