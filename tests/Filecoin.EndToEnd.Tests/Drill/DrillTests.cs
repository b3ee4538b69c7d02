using System.Text.RegularExpressions;

namespace Filecoin.EndToEnd.Tests.Drill;

/// <summary>A provider whose processes are killed, as <c>./demo.sh --post</c> has it run, shortened.</summary>
public sealed partial class DrillTests
{
    [NativeFact]
    public async Task Every_deadline_is_proven_while_each_process_is_killed_and_started_again()
    {
        using var work = new WorkDirectory();
        string said = await SampleProcess.RunAsync(
            "filecoin-drill", work.Path, "--directory", Path.Combine(work.Path, "drill"), "--params", TestParameters.Directory,
            "--deadlines", "3", "--challenge-window", "12", "--epochs", "37", "--sectors", "2", "--kill-every", "4");

        Match result = Result().Match(said);
        Assert.True(result.Success, said);
        Assert.True(Count("closed") >= 2 && Count("sectors") >= 1, said);
        Assert.Equal(0, Count("missed"));
        Assert.True(Count("kills") >= 5, said);

        // Each process in turn, the chain's node among them.
        Assert.All(new[] { "chain", "hub", "storage-1", "storage-2", "prover" }, name => Assert.Contains($"killed {name}, ", said, StringComparison.Ordinal));

        int Count(string group) => int.Parse(result.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("--challenge-window", "2")]
    [InlineData("--sectors", "0")]
    public async Task Options_that_cannot_be_are_told(string option, string value)
    {
        using var work = new WorkDirectory();
        await using SampleProcess drill = SampleProcess.Start("filecoin-drill", work.Path, option, value);
        Assert.Contains("error: ", await drill.EndedAsync(2), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<closed>\d+) deadlines closed, (?<sectors>\d+) of them with sectors, (?<missed>\d+) missed; (?<kills>\d+) kills")]
    private static partial Regex Result();
}
