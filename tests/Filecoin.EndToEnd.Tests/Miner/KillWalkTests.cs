using System.Text.RegularExpressions;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>A hub that dies at every border of every task, as a process, on both databases: each sector reaches Proving, once.</summary>
public sealed class KillWalkTests
{
    // What a hub says when a task or a message begins and ends. It is killed the first time that it says each.
    private static readonly string[] Borders =
    [
        "Sdr s-t01000-0 .* starts", "Sdr s-t01000-0 .* is done", "TreeD s-t01000-0 .* starts", "TreeD s-t01000-0 .* is done", "Trees s-t01000-0 .* starts",
        "Trees s-t01000-0 .* is done", "PreCommit: 1 sectors in message", "message PreCommit-.* pushed", "message PreCommit-.* landed", "PoRep s-t01000-0 .* starts",
        "PoRep s-t01000-0 .* is done", " Commit: 1 sectors in message", "message Commit-.* pushed", "message Commit-.* landed", "Finalize s-t01000-0 .* starts",
        "Finalize s-t01000-0 .* is done", "Move s-t01000-0 .* starts", "Move s-t01000-0 .* is done",
    ];

    [Theory, EachDatabase]
    public async Task ASectorSurvivesDeathAtEveryBorder(string kind)
    {
        using var work = new WorkDirectory();
        await using var database = new TestDatabase(kind);
        await using LocalnetProcess chain = await LocalnetProcess.StartAsync(work.Path);
        MinerHub hub = await MinerHub.InitAsync(Path.Combine(work.Path, "miner"), chain.Api, database.Description);
        Assert.Contains("s-t01000-0", await hub.DoAsync("pledge"), StringComparison.Ordinal);

        hub.Configure(config => config["Mine"] = false);
        var left = Borders.ToDictionary(border => border, border => new Regex(border));
        for (int life = 0; left.Count > 0; life++)
        {
            Assert.True(life <= 3 * Borders.Length, $"the sector goes nowhere; left are {string.Join(", ", left.Keys)}");
            await using SampleProcess process = hub.Run();
            if (await BorderAsync(process, left, hub) is not { } at)
                break;
            await process.KillAsync();
            left.Remove(at);
        }

        // Work that is quicker than the signal goes past a border unseen: in the moment between a word and the death that it brings, there may be more.
        Assert.True(left.Count <= Borders.Length / 3, $"the hub did not die at {string.Join(", ", left.Keys)}");
        await using (hub.Run())
        {
            await using IRpcTransport node = chain.Connect();
            var state = new StateApi(node);
            Address miner = Address.FromId(1000);
            using var patience = new CancellationTokenSource(SampleProcess.Patience);
            while ((await state.StateMinerPowerAsync(miner, TipSetKey.Empty, patience.Token)).MinerPower.RawBytePower == TokenAmount.Zero)
                await Task.Delay(200, patience.Token);

            // On chain: one sector, one number spent.
            SectorOnChainInfo sector = Assert.Single(await state.StateMinerSectorsAsync(miner, Bitfield.OfRange(0, 100), TipSetKey.Empty));
            Assert.Equal(0UL, sector.SectorNumber);
            Assert.Equal([0UL], (await state.StateMinerAllocatedAsync(miner, TipSetKey.Empty))!.Bits());
        }

        // Here: one sector, and every stage's work counted once.
        Assert.Single(Lines(await hub.DoAsync("sectors", "list", "--all")));
        string shown = await hub.DoAsync("sectors", "show", "0");
        Assert.Matches("s-t01000-0 .*Proving", shown);
        foreach (string stage in new[] { "Sdr", "TreeD", "Trees", "PoRep", "Finalize", "Move" })
            Assert.Single(Lines(shown), line => Regex.IsMatch(line, $@"\b{stage}\b.*\bDone\b"));
    }

    /// <summary>The first border that is left, once it is said; null when the sector has no way left to go.</summary>
    private static async Task<string?> BorderAsync(SampleProcess process, Dictionary<string, Regex> left, MinerHub hub)
    {
        using var patience = new CancellationTokenSource(SampleProcess.Patience);
        while (true)
        {
            using var aWhile = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                string line = await process.SaysAsync(said => left.Values.Any(border => border.IsMatch(said)), "a border that is left", aWhile.Token);
                return left.First(border => border.Value.IsMatch(line)).Key;
            }
            catch (OperationCanceledException)
            {
                if ((await hub.DoAsync("sectors", "list")).Contains("Proving", StringComparison.Ordinal))
                    return null;
                Assert.False(patience.IsCancellationRequested, $"none of {string.Join(", ", left.Keys)} was said:\n{process.Said}");
            }
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
