using System.Text.Json.Nodes;

namespace Filecoin.EndToEnd.Tests.Worker;

/// <summary>Vanilla proofs made in one process become proofs for the chain in another, and a third believes them.</summary>
public sealed class SnarkTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("worker-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [NativeFact]
    public async Task A_sector_is_proven_replicated()
    {
        await SealAsync(1);
        (await MakeParametersAsync("porep")).Ended(0);
        (await ProveAsync("porep", "prover", "--sector", "1")).Ended(0);
        (await VerifyAsync("s-t01000-1.porep")).Ended(0);
        await ClaimsOfAnotherSectorAreRefusedAsync("s-t01000-1.porep");
    }

    [NativeFact]
    public async Task Sectors_are_proven_for_a_deadline_and_a_block()
    {
        await SealAsync(1);
        await SealAsync(2);
        await SealAsync(3);
        var randomness = new string('a', 63) + "1";
        (await RunAsync("prove", "window", "store", "--randomness", randomness)).Ended(0);
        (await RunAsync("prove", "winning", "store", "--sector", "2", "--randomness", randomness, "--format", "bincode")).Ended(0);
        (await MakeParametersAsync("window")).Ended(0);
        (await MakeParametersAsync("winning")).Ended(0);

        // The machine that makes the SNARK has the vanilla proofs and no sector.
        var windowed = (await ProveAsync("window", "prover", "--miner", "t01000", "--json")).Ended(0).Json;
        Assert.Equal([1, 2, 3], windowed.GetProperty("sectors").EnumerateArray().Select(s => s.GetInt32()));
        Assert.Equal(2 * 2 * 192, windowed.GetProperty("proof").GetString()!.Length);
        (await ProveAsync("winning", "prover", "--sector", "2")).Ended(0);
        (await VerifyAsync("t01000.window", "s-t01000-2.winning")).Ended(0);

        await ClaimsOfAnotherSectorAreRefusedAsync("t01000.window");
        await ClaimsOfAnotherSectorAreRefusedAsync("s-t01000-2.winning");
        (await RunAsync("verify", SnarkFile("t01000.window"), "--params", "params", "--json")).Failed(3, "ParameterFileException", "insecure");
    }

    [Fact]
    public async Task Without_parameters_or_vanilla_proofs_nothing_is_proven()
    {
        await SealAsync(1);
        (await ProveAsync("porep", "prover", "--json")).Failed(3, "ParameterFileException", "no such file");
        (await ProveAsync("winning", "prover", "--json")).Failed(3, "WorkerException", "no vanilla winning proof");
        (await RunAsync("params", "make", "--size", "32GiB", "--proof", "winning", "--params", "params", "--json"))
            .Failed(3, "ParameterFileException", "AllowProductionSizes");
        (await RunAsync("params", "fetch", "--size", "2KiB", "--proof", "window", "--from", "nowhere", "--params", "params", "--json"))
            .Failed(3, "ParameterFileException", "no such file");
    }

    private async Task SealAsync(int sector)
    {
        File.WriteAllBytes(Path.Combine(directory, "data"), [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * sector))]);
        (await RunAsync("seal", "data", "--size", "2KiB", "--miner", "t01000", "--sector", $"{sector}", "--ticket", "random", "--seed", "random", "--out", "store"))
            .Ended(0);
    }

    private Task<WorkerResult> MakeParametersAsync(string kind) =>
        RunAsync("params", "make", "--size", "2KiB", "--proof", kind, "--params", "params");

    /// <summary>Proves from a copy of the manifests and vanilla proofs.</summary>
    private Task<WorkerResult> ProveAsync(string kind, string machine, params string[] options)
    {
        var copy = Path.Combine(directory, machine);
        Directory.CreateDirectory(Path.Combine(copy, "proofs"));
        foreach (var file in Directory.GetFiles(Path.Combine(directory, "store"), "*.json"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        foreach (var file in Directory.GetFiles(Path.Combine(directory, "store", "proofs")))
            File.Copy(file, Path.Combine(copy, "proofs", Path.GetFileName(file)), overwrite: true);
        return RunAsync(["prove-snark", kind, machine, "--params", "params", "--insecure", .. options]);
    }

    private Task<WorkerResult> VerifyAsync(params string[] names) =>
        RunAsync(["verify", .. names.Select(SnarkFile), "--params", "params", "--insecure", "--json"]);

    private async Task ClaimsOfAnotherSectorAreRefusedAsync(string name)
    {
        var path = Path.Combine(directory, SnarkFile(name));
        var record = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        var sector = record["sectors"]![0]!;
        sector["sector"] = sector["sector"]!.GetValue<int>() == 1 ? 0 : 1;
        await File.WriteAllTextAsync(path, record.ToJsonString());
        var verified = (await VerifyAsync(name)).Ended(4).Json;
        Assert.False(verified.GetProperty("valid").GetBoolean());
    }

    private static string SnarkFile(string name) => $"prover/proofs/{name}.snark.json";

    private Task<WorkerResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(directory, arguments);
}
