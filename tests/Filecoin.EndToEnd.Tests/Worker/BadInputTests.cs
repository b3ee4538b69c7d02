namespace Filecoin.EndToEnd.Tests.Worker;

public sealed class BadInputTests : IDisposable
{
    private const string Ticket = "0102030405060708091011121314151617181920212223242526272829303132";
    private readonly string directory = Directory.CreateTempSubdirectory("worker-").FullName;

    public BadInputTests() => File.WriteAllBytes(At("data"), new byte[2000]);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("No sector has the size '3KiB'", "--size", "3KiB")]
    [InlineData("Expected a miner's id address such as t01000, found 'f1abc'", "--miner", "f1abc")]
    [InlineData("--ticket: expected 64 hexadecimal digits or 'random', found '00'", "--ticket", "00")]
    [InlineData("Expected 1.0, 1.1, synthetic or non-interactive, found '2'", "--seal-proof", "2")]
    [InlineData("--threads: expected at least 1", "--threads", "0")]
    [InlineData("--seed: expected", "--seed", "x")]
    [InlineData("Unrecognized", "--cats", "1")]
    public async Task An_option_that_cannot_be_understood_ends_with_2(string message, string option, string value)
    {
        var result = await SealAsync((option, value));
        result.Ended(2);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        Assert.False(Directory.Exists(At("store")));
    }

    [Fact]
    public async Task A_missing_option_and_no_command_end_with_2()
    {
        (await RunAsync("seal", "data")).Ended(2);
        (await RunAsync("seal", "data", "--size", "2KiB", "--miner", "t01000", "--sector", "1", "--out", "store")).Ended(2);
        (await RunAsync()).Ended(2);
    }

    [Fact]
    public async Task A_file_that_is_missing_or_too_large_ends_with_3_and_leaves_nothing()
    {
        File.Delete(At("data"));
        (await SealAsync()).Failed(3, "FileNotFoundException", "data");
        File.WriteAllBytes(At("data"), new byte[2033]);
        (await SealAsync()).Failed(3, "PieceException", "at most 2048 padded bytes");
        Assert.False(Directory.Exists(At("store")));
        (await RunAsync("commp", "nothing", "--json")).Failed(3, "FileNotFoundException", "nothing");
        (await RunAsync("check", "nothing", "--json")).Failed(3, "DirectoryNotFoundException", "nothing");
    }

    [Fact]
    public async Task Another_ticket_proof_or_file_under_a_sectors_name_ends_with_3()
    {
        (await SealAsync()).Ended(0);
        (await SealAsync(("--ticket", Ticket.Replace('1', '2')))).Failed(3, "SectorFileException", $"ticket {Ticket.Replace('1', '2')}");
        (await SealAsync(("--seal-proof", "1.0"))).Failed(3, "SectorFileException", "proof StackedDrg2KiBV1, found StackedDrg2KiBV1_1");
        File.WriteAllBytes(At("data"), new byte[2001]);
        (await SealAsync()).Failed(3, "SectorFileException", "2000 bytes");
    }

    [Theory]
    [InlineData("sealed/s-t01000-1", 100)]
    [InlineData("cache/s-t01000-1/p_aux", 3)]
    [InlineData("cache/s-t01000-1/sc-02-data-tree-r-last.dat", 5)]
    [InlineData("cache/s-t01000-1/sc-02-data-tree-c.dat", 64)]
    [InlineData("cache/s-t01000-1/sc-02-data-tree-d.dat", 640)]
    [InlineData("cache/s-t01000-1/sc-02-data-layer-1.dat", 0)]
    [InlineData("unsealed/s-t01000-1", 1)]
    [InlineData("proofs/s-t01000-1.porep.json", 0)]
    public async Task A_flipped_bit_fails_the_check_with_4_and_names_the_file(string file, int offset)
    {
        (await SealAsync(("--seed", Ticket))).Ended(0);
        (await RunAsync("check", "store", "--full")).Ended(0);
        var bytes = File.ReadAllBytes(At($"store/{file}"));
        bytes[offset] ^= 1;
        File.WriteAllBytes(At($"store/{file}"), bytes);
        var check = (await RunAsync("check", "store", "--full", "--json")).Ended(4).Json;
        Assert.False(check.GetProperty("holds").GetBoolean());
        Assert.Contains(check.GetProperty("checks").EnumerateArray(), c => !c.GetProperty("holds").GetBoolean());
    }

    [Theory]
    [InlineData("sealed/s-t01000-1")]
    [InlineData("cache/s-t01000-1/sc-02-data-layer-2.dat")]
    [InlineData("cache/s-t01000-1/p_aux")]
    [InlineData("cache/s-t01000-1/seal.json")]
    public async Task A_missing_or_truncated_file_fails_the_check_and_the_proof(string file)
    {
        (await SealAsync()).Ended(0);
        var bytes = File.ReadAllBytes(At($"store/{file}"));
        File.WriteAllBytes(At($"store/{file}"), bytes[..^1]);
        (await RunAsync("check", "store")).Ended(4);
        File.Delete(At($"store/{file}"));
        var check = await RunAsync("check", "store");
        check.Ended(4);
        Assert.Contains("no file", check.Output, StringComparison.Ordinal);
        if (!file.EndsWith("seal.json", StringComparison.Ordinal))
            (await RunAsync("prove", "porep", "store", "--seed", "random", "--json")).Failed(3, "SectorFileException", Path.GetFileName(file));
    }

    [Fact]
    public async Task A_range_outside_the_sector_ends_with_3_and_leaves_no_file()
    {
        (await SealAsync()).Ended(0);
        (await RunAsync("unseal", "store", "--out", "back", "--range", "2000:33", "--json")).Failed(3, "ArgumentOutOfRangeException", "2032");
        Assert.False(File.Exists(At("back")));
        Assert.Empty(Directory.GetFileSystemEntries(directory, "*partial*"));
        (await RunAsync("unseal", "store", "--out", "back", "--range", "20-33")).Ended(2);
    }

    [Fact]
    public async Task Several_sectors_must_be_told_apart()
    {
        (await SealAsync()).Ended(0);
        (await SealAsync(("--sector", "2"))).Ended(0);
        (await RunAsync("unseal", "store", "--out", "back", "--json")).Failed(3, "WorkerException", "2 sectors");
        (await RunAsync("unseal", "store", "--out", "back", "--sector", "3", "--json")).Failed(3, "WorkerException", "no manifest");
        (await RunAsync("unseal", "store", "--out", "back", "--sector", "2")).Ended(0);
        var window = (await RunAsync("prove", "window", "store", "--randomness", "random", "--json")).Ended(0).Json;
        Assert.Equal(2, window.GetProperty("sectors").GetArrayLength());
        (await RunAsync("check", "store")).Ended(0);
    }

    [Fact]
    public async Task A_malformed_manifest_ends_with_3()
    {
        (await SealAsync()).Ended(0);
        File.WriteAllText(At("store/s-t01000-1.json"), "{}");
        (await RunAsync("check", "store", "--json")).Failed(3, "SectorFileException", "s-t01000-1.json");
    }

    private Task<WorkerResult> SealAsync(params (string Option, string Value)[] changes)
    {
        var options = new Dictionary<string, string>
        {
            ["--size"] = "2KiB", ["--miner"] = "t01000", ["--sector"] = "1", ["--ticket"] = Ticket, ["--out"] = "store",
        };
        foreach (var (option, value) in changes)
            options[option] = value;
        return RunAsync(["seal", "data", "--json", .. options.SelectMany(o => (string[])[o.Key, o.Value])]);
    }

    private Task<WorkerResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(directory, arguments);

    private string At(string path) => Path.Combine(directory, path);
}
