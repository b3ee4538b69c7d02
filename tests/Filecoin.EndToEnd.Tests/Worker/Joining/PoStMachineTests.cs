using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.EndToEnd.Tests.Worker.Joining;

/// <summary>A prover that joins a hub with nothing but its address and a token, real SNARKs of a real sector.</summary>
public sealed class PoStMachineTests : IDisposable
{
    private static readonly PoStConfig Window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private static readonly PoStConfig Winning = PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1);

    private readonly WorkDirectory _work = new();
    private readonly RpcTokenKey _key = new(RandomNumberGenerator.GetBytes(32));

    public void Dispose() => _work.Dispose();

    [NativeFact]
    public async Task A_prover_serves_a_hub_and_the_one_that_takes_its_place()
    {
        var verifier = new PoStVerifier(new ParameterStore(new ParameterStoreOptions { Directory = TestParameters.Directory, AllowInsecure = true }));
        await SampleProcess.RunAsync("filecoin-worker", _work.Path, "seal", Data(), "--size", "2KiB", "--miner", "t01000", "--sector", "7", "--ticket", "random", "--out", "store");
        using PoStWorkerPool first = Hub(verifier);
        RpcServer server = await ServeAsync(first, null);
        IPEndPoint address = new(IPAddress.Loopback, server.Address.Port);
        await using SampleProcess prover = SampleProcess.Start(
            "filecoin-worker", _work.Path, new Dictionary<string, string> { ["FILECOIN_HUB_TOKEN"] = _key.Sign(RpcPermissions.Read | RpcPermissions.Write) },
            "run", "--post", "window,winning", "--hub", $"ws://127.0.0.1:{address.Port}/rpc/v0", "--params", TestParameters.Directory, "--insecure");

        PoStJob winning = Job(Winning);
        Assert.True(verifier.Verify(Winning, winning.PublicInputs, await first.ProveAsync(winning).WaitAsync(SampleProcess.Patience)));

        // The hub goes away under the next job; the one that takes its place asks for the same, and gets it.
        PoStJob window = Job(Window);
        Task<byte[]> lost = first.ProveAsync(window);
        await server.DisposeAsync();
        using PoStWorkerPool second = Hub(verifier);
        await using RpcServer again = await ServeAsync(second, address);
        Assert.True(verifier.Verify(Window, window.PublicInputs, await second.ProveAsync(window).WaitAsync(SampleProcess.Patience)));
        Assert.False(lost.IsCompletedSuccessfully);

        prover.AskToEnd();
        await prover.EndedAsync(0);
    }

    [Fact]
    public async Task A_hub_that_is_away_or_refuses_is_told_and_waited_for()
    {
        using PoStWorkerPool pool = Hub(null!);
        await using RpcServer server = await ServeAsync(pool, null);
        await using SampleProcess prover = SampleProcess.Start(
            "filecoin-worker", _work.Path, "run", "--json", "--post", "winning", "--hub", $"ws://127.0.0.1:{server.Address.Port}/rpc/v0", "--token", "no.such.token");
        await prover.SaysAsync("The hub did not take");
        Assert.False(prover.HasExited);
        prover.AskToEnd();
        await prover.EndedAsync(0);
    }

    private static PoStWorkerPool Hub(IPoStVerifier verifier) =>
        new(verifier, new PoStWorkerPoolOptions { LocalWindow = LocalProving.Never, LocalWinning = LocalProving.Never });

    private Task<RpcServer> ServeAsync(PoStWorkerPool pool, IPEndPoint? at) => RpcServer.StartAsync(new RpcMethods().AddPoStHub(pool), at, tokens: _key);

    private string Data()
    {
        string path = Path.Combine(_work.Path, "data");
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(2000));
        return path;
    }

    private PoStJob Job(PoStConfig proof)
    {
        string store = Path.Combine(_work.Path, "store"), cache = Path.Combine(store, "cache", "s-t01000-7");
        Commitment commR = Commitment.Parse(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(store, "s-t01000-7.json"))).RootElement.GetProperty("comm_r").GetString()!);
        PoStRandomness randomness = PoStRandomness.FromChain(RandomNumberGenerator.GetBytes(32));
        VanillaChallenge challenge = VanillaChallenge.Of(proof, new(new(1000, new(7)), commR, false), randomness);
        SectorProof vanilla = SectorProver.Prove(
            SectorSize.KiB2, new ReplicaFiles(cache, Path.Combine(store, "sealed", "s-t01000-7")), challenge.Public, challenge.Nodes.AsSpan());
        return PoStJob.Create(proof, 1000, randomness, [vanilla], TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), "sector 7");
    }
}
