using System.Text.RegularExpressions;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>The main job, as the README has it run.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task TakesAFileFromPledgeToProven()
    {
        using var work = new WorkDirectory();
        string file = Path.Combine(work.Path, "page");
        await File.WriteAllBytesAsync(file, [.. Enumerable.Range(0, 2032).Select(i => (byte)(i * 7))]);

        string said = await SampleProcess.RunAsync(
            "filecoin-miner", work.Path, "demo", file, "--home", Path.Combine(work.Path, "miner"), "--params", TestParameters.Directory);

        Assert.Contains("s-t01000-0 is proven", said, StringComparison.Ordinal);
        Assert.Matches(PoRepProof(), said);
        Assert.Contains("power      2048 bytes", said, StringComparison.Ordinal);

        // The replica's plain data is the file: what came in is what a reader gets back.
        string unsealed = Path.Combine(work.Path, "miner", "storage", "unsealed", "s-t01000-0");
        byte[] expected = await File.ReadAllBytesAsync(file);
        byte[] padded = await File.ReadAllBytesAsync(unsealed);
        var plain = new byte[2032];
        Filecoin.Proving.Pieces.Fr32.Unpad(padded, plain);
        Assert.Equal(expected, plain);
    }

    [Fact]
    public async Task SaysWhatIsWrongWithAFile()
    {
        using var work = new WorkDirectory();
        string large = Path.Combine(work.Path, "large");
        await File.WriteAllBytesAsync(large, new byte[2033]);
        foreach ((string file, string complaint) in new[] { (large, "2033 bytes"), (Path.Combine(work.Path, "none"), "found none") })
        {
            await using SampleProcess demo = SampleProcess.Start(
                "filecoin-miner", work.Path, "demo", file, "--home", Path.Combine(work.Path, "miner"), "--params", TestParameters.Directory);
            Assert.Contains(complaint, await demo.EndedAsync(1), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(Path.Combine(work.Path, "miner")));
    }

    [GeneratedRegex("PoRep      [0-9a-f]{384}\n")]
    private static partial Regex PoRepProof();
}
