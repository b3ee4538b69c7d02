using System.Text.Json;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.EndToEnd.Tests.Worker;

public sealed class SealTests : IDisposable
{
    private const string Ticket = "0102030405060708091011121314151617181920212223242526272829303132";
    private readonly string directory = Directory.CreateTempSubdirectory("worker-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("2KiB", "1.1", 2000)]
    [InlineData("2KiB", "1.0", 2032)]
    [InlineData("2KiB", "synthetic", 1)]
    [InlineData("2KiB", "non-interactive", 1017)]
    [InlineData("4KiB", "1.1", 4000)]
    [InlineData("32KiB", "1.1", 32_512)]
    public async Task A_file_is_sealed_proven_checked_and_read_back(string size, string proof, int length)
    {
        var data = Write("data", length);
        var sealing = (await RunAsync("seal", "data", "--size", size, "--miner", "t01000", "--sector", "7", "--ticket", Ticket,
            "--seal-proof", proof, "--out", "store", "--json")).Ended(0).Json;
        var sector = sealing.GetProperty("sector");
        var piece = PieceCommitment.Compute(data);
        Assert.Equal(piece.Cid.ToString(), sector.GetProperty("pieces")[0].GetProperty("piece_cid").GetString());
        var commD = DataCommitment.Compute(SectorSize.Parse(size), piece);
        Assert.Equal(commD.ToString(), sector.GetProperty("comm_d").GetString());
        var config = PoRepConfig.For(Enum.Parse<RegisteredSealProof>(sector.GetProperty("seal_proof").GetString()!));
        var replicaId = ReplicaId.Compute(
            ProverId.FromActorId(1000), new SectorNumber(7), Filecoin.Proving.Sectors.Ticket.Parse(Ticket), commD, config.PorepId);
        Assert.Equal(replicaId.ToString(), sector.GetProperty("replica_id").GetString());
        Assert.StartsWith("bagboea4b5abc", sector.GetProperty("sealed_cid").GetString(), StringComparison.Ordinal);

        (await RunAsync("prove", "porep", "store", "--seed", "random")).Ended(0);
        (await RunAsync("prove", "winning", "store", "--randomness", "random", "--format", "bincode")).Ended(0);
        (await RunAsync("prove", "window", "store", "--randomness", "random", "--json")).Ended(0);
        await CheckHoldsAsync("--full");
        (await RunAsync("unseal", "store", "--out", "back", "--regenerate")).Ended(0);
        Assert.Equal(data, File.ReadAllBytes(At("back")));

        (await RunAsync("finalize", "store")).Ended(0);
        Assert.Empty(Directory.GetFiles(At("store/cache/s-t01000-7"), "sc-02-data-layer*"));
        await CheckHoldsAsync();
        var (offset, count) = (length / 3, length - (length / 3));
        (await RunAsync("unseal", "store", "--out", "part", "--range", $"{offset}:{count}")).Ended(0);
        Assert.Equal(data[offset..], File.ReadAllBytes(At("part")));
    }

    [NativeFact]
    public async Task A_seal_of_8_MiB_that_is_killed_goes_on_and_gives_the_same_replica()
    {
        var data = Write("data", 8_000_000);
        string[] seal =
        [
            "seal", "data", "--size", "8MiB", "--miner", "t01000", "--sector", "1", "--ticket", Ticket, "--out", "store", "--json",
        ];

        // Killed, and killed again later: in the data's tree or the labels, then in the trees of the replica.
        foreach (var phase in (string[])["labels: ", "tree c: "])
        {
            using var killed = WorkerProcess.Start(directory, seal);
            Assert.True(await killed.SaysAsync(phase));
            killed.Kill();
            Assert.NotEqual(0, (await killed.EndAsync()).ExitCode);
            Assert.False(File.Exists(At("store/cache/s-t01000-1/p_aux")));
        }

        var resumed = (await RunAsync(seal)).Ended(0).Json;
        seal[Array.IndexOf(seal, "store")] = "other";
        var whole = (await RunAsync(seal)).Ended(0).Json;
        Assert.Equal(CommR(whole), CommR(resumed));
        Assert.Equal(File.ReadAllBytes(At("other/sealed/s-t01000-1")), File.ReadAllBytes(At("store/sealed/s-t01000-1")));
        Assert.Empty(Directory.GetFiles(At("store"), "*.partial", SearchOption.AllDirectories));

        (await RunAsync("prove", "porep", "store", "--seed", "random")).Ended(0);
        await CheckHoldsAsync();
        (await RunAsync("unseal", "store", "--out", "back")).Ended(0);
        Assert.Equal(data, File.ReadAllBytes(At("back")));
        (await RunAsync("unseal", "store", "--out", "part", "--range", "5000001:123456", "--regenerate")).Ended(0);
        Assert.Equal(data.AsSpan(5_000_001, 123_456).ToArray(), File.ReadAllBytes(At("part")));
    }

    [NativeFact]
    public async Task A_seal_that_is_interrupted_says_so_and_goes_on()
    {
        Write("data", 8_000_000);
        string[] seal = ["seal", "data", "--size", "8MiB", "--miner", "t01000", "--sector", "1", "--ticket", "random", "--out", "store", "--json"];
        using (var interrupted = WorkerProcess.Start(directory, seal))
        {
            Assert.True(await interrupted.SaysAsync("labels: "));
            using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{interrupted.Id}"]);
            (await interrupted.EndAsync()).Failed(130, "OperationCanceledException", "");
        }

        var ticket = JsonElement.Parse(File.ReadAllText(At("store/s-t01000-1.json"))).GetProperty("ticket").GetString();
        var resumed = (await RunAsync(seal)).Ended(0).Json;
        Assert.Equal(ticket, resumed.GetProperty("sector").GetProperty("ticket").GetString());
    }

    [Fact]
    public async Task Several_files_become_the_pieces_of_a_sector()
    {
        byte[][] data = [Write("a", 127), Write("b", 500), Write("c", 900)];
        string[] seal = ["seal", "a", "b", "c", "--size", "4KiB", "--miner", "t01000", "--sector", "1", "--ticket", Ticket, "--out", "store", "--json"];
        var sealing = (await RunAsync(seal)).Ended(0).Json.GetProperty("sector");
        Assert.Equal(
            DataCommitment.Compute(SectorSize.KiB4, [.. data.Select(d => PieceCommitment.Compute(d))]).ToString(),
            sealing.GetProperty("comm_d").GetString());
        (await RunAsync(seal)).Ended(0);
        (seal[1], seal[2]) = (seal[2], seal[1]);
        (await RunAsync(seal)).Failed(3, "SectorFileException", "the piece baga");
        for (var i = 0; i < data.Length; i++)
        {
            (await RunAsync("unseal", "store", "--out", "back", "--piece", $"{i}")).Ended(0);
            Assert.Equal(data[i], File.ReadAllBytes(At("back")));
        }

        (await RunAsync("unseal", "store", "--out", "back", "--piece", "3", "--json")).Failed(3, "WorkerException", "no piece 3");
    }

    [Fact]
    public async Task A_sector_without_a_file_is_committed_capacity()
    {
        var sealing = (await RunAsync("seal", "--size", "2KiB", "--miner", "t01000", "--sector", "3", "--ticket", "random", "--out", "store", "--json"))
            .Ended(0).Json;
        Assert.Equal(
            ZeroCommitments.OfSector(SectorSize.KiB2).ToString(), sealing.GetProperty("sector").GetProperty("comm_d").GetString());
        await CheckHoldsAsync("--full");
        (await RunAsync("unseal", "store", "--out", "back")).Ended(0);
        Assert.Equal(new byte[2032], File.ReadAllBytes(At("back")));
    }

    private static string? CommR(JsonElement sealing) => sealing.GetProperty("sector").GetProperty("comm_r").GetString();

    private async Task CheckHoldsAsync(params string[] options)
    {
        var check = (await RunAsync(["check", "store", "--json", .. options])).Ended(0).Json;
        Assert.True(check.GetProperty("holds").GetBoolean());
        Assert.NotEmpty(check.GetProperty("checks").EnumerateArray());
    }

    private Task<WorkerResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(directory, arguments);

    private string At(string path) => Path.Combine(directory, path);

    private byte[] Write(string name, int length)
    {
        var data = new byte[length];
        for (var i = 0; i < length; i++)
            data[i] = (byte)((i * 2654435761L) >> 11);
        File.WriteAllBytes(At(name), data);
        return data;
    }
}
