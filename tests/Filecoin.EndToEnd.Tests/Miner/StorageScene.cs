using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Database;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Samples.Localnet;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>
/// A hub that proves and stores nothing, and storage machines, all as processes. The chain is in this process and makes a block each so often: it stands
/// still while a test changes something, and when everything here is held up.
/// </summary>
internal sealed class StorageScene : IAsyncDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(400);
    private static readonly NetworkPolicy Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(1), deadlines: 3, challengeWindow: 12);
    private static readonly Address Miner = Address.FromId(1000);

    private readonly WorkDirectory _work = new();
    private readonly LocalnetNode _chain;
    private readonly IRpcTransport _transport;
    private readonly StateApi _state;
    private readonly Dictionary<string, (SampleProcess Process, string Url)> _machines = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _clock;
    private MinerHub _home = null!;
    private TimeSpan _pace = Quick;
    private long _standsAt = long.MaxValue;

    private StorageScene(LocalnetNode chain)
    {
        _chain = chain;
        _transport = chain.Connect();
        _state = new StateApi(_transport);
        _clock = Task.Run(RunClockAsync);
    }

    /// <summary>The hub's process.</summary>
    public SampleProcess Hub { get; private set; } = null!;

    public static async Task<StorageScene> StartAsync()
    {
        var scene = new StorageScene(await LocalnetNode.StartAsync(
            new LocalnetOptions { Policy = Policy, ParameterDirectory = TestParameters.Directory, VerifyEveryWindowPoSt = true }));
        scene._home = await MinerHub.InitAsync(
            Path.Combine(scene._work.Path, "hub"), new UriBuilder(scene._chain.Address!) { Scheme = "ws" }.ToString());
        scene._home.Configure(config =>
        {
            (config["Seal"], config["Storage"], config["Mine"]) = (false, new JsonArray(), false);

            // Two commits share a message, and so their sectors a partition; an aggregate would take more of them.
            config["Aggregate"] = new JsonObject { ["MinSectors"] = 2, ["MaxSectors"] = 2, ["Wait"] = "01:00:00" };
        });
        scene.Hub = scene._home.Run();
        return scene;
    }

    /// <summary>Where a machine serves its storage.</summary>
    public string UrlOf(string machine) => _machines[machine].Url;

    /// <summary>Starts a machine that seals sectors 0 and 1 and keeps them.</summary>
    public async Task<SampleProcess> SealTwoSectorsAsync(string name)
    {
        SampleProcess sealer = await StartAsync(name, "sdr,tree,porep,store");
        await _home.DoAsync("pledge", "--count", "2");
        foreach (string stage in new[] { "PoRep", "Move" })
        {
            foreach (int sector in new[] { 0, 1 })
            {
                await sealer.SaysAsync(
                    line => line.Contains($"{stage} s-t01000-{sector} ", StringComparison.Ordinal) && line.Contains("is done", StringComparison.Ordinal),
                    $"that {stage} of sector {sector} is done");
            }

            _pace = Policy.EpochDuration;
        }

        return sealer;
    }

    /// <summary>Starts a machine that stores a copy of another's sector.</summary>
    public async Task StoreCopyAsync(string name, string of, int sector)
    {
        string file = $"s-t01000-{sector}", cache = Path.Combine(DirectoryOf(name), "cache", file);
        Directory.CreateDirectory(cache);
        Directory.CreateDirectory(Path.Combine(DirectoryOf(name), "sealed"));
        foreach (string kept in Directory.GetFiles(Path.Combine(DirectoryOf(of), "cache", file)))
            File.Copy(kept, Path.Combine(cache, Path.GetFileName(kept)));
        File.Copy(Path.Combine(DirectoryOf(of), "sealed", file), Path.Combine(DirectoryOf(name), "sealed", file));
        await StartAsync(name, seals: "");
    }

    /// <summary>The deadline of both sectors, which are alone in its only partition.</summary>
    public async Task<ulong> DeadlineOfBothAsync()
    {
        SectorLocation? first = await _state.StateSectorPartitionAsync(Miner, 0, TipSetKey.Empty), second = await _state.StateSectorPartitionAsync(Miner, 1, TipSetKey.Empty);
        Assert.Equal((0UL, first), (first!.Partition, second));
        return first.Deadline;
    }

    /// <summary>Until the epoch of a deadline's next challenge, at which the chain then stands until more is asked of it.</summary>
    public async Task<DeadlineInfo> UntilChallengeAsync(ulong deadline)
    {
        DeadlineInfo now = await _state.StateMinerProvingDeadlineAsync(Miner, TipSetKey.Empty);
        ChainEpoch open = now.PeriodStart + ((long)deadline * Policy.WPoStChallengeWindow);
        while (open - Policy.WPoStChallengeLookback <= _chain.Head.Height)
            open += Policy.WPoStProvingPeriod;
        DeadlineInfo next = now with { Index = deadline, Open = open, Close = open + Policy.WPoStChallengeWindow, Challenge = open - Policy.WPoStChallengeLookback };
        _pace = Quick;
        await UntilAsync(next.Challenge);
        _pace = Policy.EpochDuration;
        return next;
    }

    /// <summary>Lets the chain go on.</summary>
    public void GoOn() => Interlocked.Exchange(ref _standsAt, long.MaxValue);

    /// <summary>The deadline's partition at an epoch.</summary>
    public async Task<MinerPartition> PartitionAtAsync(ulong deadline, ChainEpoch epoch)
    {
        await UntilAsync(epoch);
        return Assert.Single(await _state.StateMinerPartitionsAsync(Miner, deadline, TipSetKey.Empty));
    }

    /// <summary>Bytes of proven power.</summary>
    public async Task<TokenAmount> PowerAsync() => (await _state.StateMinerPowerAsync(Miner, TipSetKey.Empty)).MinerPower.RawBytePower;

    /// <summary>Stops a machine's process where it is; not within a transaction, which in a database in a file would stop everybody.</summary>
    public async Task FreezeAsync(SampleProcess machine)
    {
        await using SqlDatabase database = SqlDatabase.Open(Path.Combine(_home.Home, "miner.db"));
        while (true)
        {
            machine.Freeze();
            try
            {
                await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM message_senders WHERE sender = ''")).WaitAsync(TimeSpan.FromSeconds(3));
                return;
            }
            catch (Exception e) when (e is TimeoutException or DatabaseException)
            {
                machine.Thaw();
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((SampleProcess machine, _) in _machines.Values)
            await machine.DisposeAsync();
        if (Hub is not null)
            await Hub.DisposeAsync();
        await _stopping.CancelAsync();
        await _clock.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transport.DisposeAsync();
        await _chain.DisposeAsync();
        _stopping.Dispose();
        _work.Dispose();
    }

    private string DirectoryOf(string machine) => Path.Combine(_work.Path, machine);

    private async Task<SampleProcess> StartAsync(string name, string seals)
    {
        Directory.CreateDirectory(DirectoryOf(name));
        new StoragePathConfig { Id = StorageId.Create(), CanSeal = seals.Length > 0, CanStore = true }.Write(DirectoryOf(name));
        string host = $"127.0.0.1:{Loopback.FreePort().ToString(CultureInfo.InvariantCulture)}";
        SampleProcess process = SampleProcess.Start(
            "filecoin-worker", _work.Path, "run", "--database", Path.Combine(_home.Home, "miner.db"), "--machine", name, "--seal", seals, "--lease", "5",
            "--storage", DirectoryOf(name), "--listen", host, "--url", $"http://{host}/remote", "--params", TestParameters.Directory, "--insecure");
        _machines.Add(name, (process, $"http://{host}/remote"));
        await process.SaysAsync("Stores in ");
        return process;
    }

    private async Task UntilAsync(ChainEpoch epoch)
    {
        Interlocked.Exchange(ref _standsAt, epoch.Value);
        using var patience = new CancellationTokenSource(SampleProcess.Patience);
        while (_chain.Head.Height < epoch)
            await Task.Delay(20, patience.Token);
    }

    private async Task RunClockAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (_chain.Head.Height.Value < Interlocked.Read(ref _standsAt))
                await _chain.MineAsync(cancellationToken: _stopping.Token);
            await Task.Delay(_pace, _stopping.Token);
        }
    }
}
