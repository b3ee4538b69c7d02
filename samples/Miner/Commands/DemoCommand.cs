using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Filecoin.Samples.Miner.Commands;

/// <summary>
/// <c>demo</c>: a chain, a hub and a worker in this process take a 2 KiB sector with a file in it from pledge to its first proven window, with real
/// proofs on parameters made here.
/// </summary>
internal static class DemoCommand
{
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "What goes into the sector, at most 2032 bytes." };
        var parameters = new Option<string>("--params") { Description = "Where development parameters are kept; made once.", DefaultValueFactory = _ => "parameters" };
        var verbose = new Option<bool>("--verbose") { Description = "What the parts say, on standard error." };
        var keep = new Option<bool>("--keep-running") { Description = "Goes on when the sector is proven, until it is stopped." };
        var command = new Command("demo", "From pledge to proven on a chain of its own, in this process.") { file, parameters, verbose, keep };
        command.SetAction(async (parsed, cancellation) =>
        {
            FileInfo data = parsed.GetRequiredValue(file);
            if (!data.Exists || data.Length is 0 or > 2032)
                throw new MinerException($"{data.FullName}: expected a file of 1 to 2032 bytes, found {(data.Exists ? $"{data.Length} bytes" : "none")}");
            var home = new MinerHome(parsed.GetRequiredValue(CommonOptions.Home));
            if (File.Exists(home.PathOf(MinerConfig.FileName)))
                throw new MinerException($"{home.Directory} has a miner already: name another directory by --home");
            string directory = Path.GetFullPath(parsed.GetRequiredValue(parameters));
            using ILoggerFactory logging = CommonOptions.Log(parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Error);
            await Task.Run(() => MakeParameters(directory, cancellation), cancellation);
            await RunAsync(home, data, directory, parsed.GetValue(keep), logging, cancellation);
        });
        return command;
    }

    private static async Task RunAsync(MinerHome home, FileInfo data, string parameters, bool keep, ILoggerFactory logging, CancellationToken cancellation)
    {
        await using LocalnetNode chain = await LocalnetNode.StartAsync(
            new LocalnetOptions { Clock = true, ParameterDirectory = parameters, DataDirectory = home.PathOf("chain"), VerifyEveryWindowPoSt = true },
            cancellationToken: cancellation);
        string api = new UriBuilder(chain.Address!) { Scheme = "ws" }.ToString();
        Console.WriteLine($"a chain of its own at {api}, an epoch every {chain.Options.Policy.EpochDuration.TotalSeconds} s");
        MinerConfig config = await InitCommand.InitAsync(
            home,
            new MinerConfig
            {
                Chain = new ChainConfig { Url = api, Policy = chain.Options.Policy },
                Listen = $"127.0.0.1:{FreePort()}",
                SealProof = Proof.ToString(),
                BatchWait = TimeSpan.Zero,
                Parameters = new ParameterConfig { Directory = parameters, AllowInsecure = true },
            },
            chain.Accounts[0].ToString(), cancellation);
        Console.WriteLine($"miner {config.Miner} on the chain, at home in {home.Directory}");
        await using MinerNode node = await MinerNode.OpenAsync(home, config, logging, cancellation);
        await using Hub hub = await Hub.StartAsync(node, cancellation);
        SectorId sector = await PledgeCommand.PledgeAsync(node, data, cancellation);
        Console.WriteLine($"pledged {sector} with {data.Name} in it, {data.Length} bytes");
        await WatchAsync(node, hub, sector, cancellation);
        await ReportAsync(node, sector, cancellation);
        if (!keep)
            return;
        Console.WriteLine("still running; stop it with Ctrl-C");
        await hub.Running.WaitAsync(cancellation);
    }

    private static async Task WatchAsync(MinerNode node, Hub hub, SectorId sector, CancellationToken cancellation)
    {
        if (Console.IsOutputRedirected)
        {
            string last = "";
            while (true)
            {
                (bool done, SectorSummary summary, string chain, string proving) = await LookAsync(node, hub, sector, cancellation);
                string line = $"{SectorTable.Line(summary)}  {proving}";
                if (line != last)
                    Console.WriteLine($"{last = line}  {chain}");
                if (done)
                    return;
            }
        }

        await AnsiConsole.Live(new Text("")).StartAsync(async display =>
        {
            while (true)
            {
                (bool done, SectorSummary summary, string chain, string proving) = await LookAsync(node, hub, sector, cancellation);
                display.UpdateTarget(SectorTable.Render([summary], $"{chain} {proving}"));
                if (done)
                    return;
            }
        });
    }

    private static async Task<(bool Done, SectorSummary Sector, string Chain, string Proving)> LookAsync(MinerNode node, Hub hub, SectorId sector, CancellationToken cancellation)
    {
        await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(300), cancellation), hub.Running);
        cancellation.ThrowIfCancellationRequested();
        if (hub.Running.IsCompleted)
        {
            await hub.Running;
            throw new MinerException("the hub stopped");
        }

        SectorSummary summary = (await node.Pipeline.ShowAsync(sector.Number.Value, cancellation))!.Summary;
        if (summary.State == SectorState.Held)
            throw new MinerException($"{sector} cannot go on: {summary.Reason}");
        Address miner = node.Config.MinerAddress();
        TipSet head = await node.Chain.HeadAsync(cancellation);
        DeadlineInfo deadline = await node.State.StateMinerProvingDeadlineAsync(miner, head.Key, cancellation);
        MinerPowerInfo power = await node.State.StateMinerPowerAsync(miner, head.Key, cancellation);
        string proving = string.Join(", ", hub.WindowPoSt.State.Partitions.Select(partition => $"partition {partition.Partition} of deadline {partition.Window.Deadline} {partition.Phase}"));
        string chain = $"epoch {head.Height}, deadline {deadline.Index} open until {deadline.Close}, power {power.MinerPower.RawBytePower} bytes";
        return (summary.State == SectorState.Proving && power.MinerPower.RawBytePower > TokenAmount.Zero, summary, chain, proving);
    }

    private static async Task ReportAsync(MinerNode node, SectorId sector, CancellationToken cancellation)
    {
        SectorDetails details = (await node.Pipeline.ShowAsync(sector.Number.Value, cancellation))!;
        Address miner = node.Config.MinerAddress();
        SectorOnChainInfo chain = await node.State.StateSectorGetInfoAsync(miner, sector.Number.Value, TipSetKey.Empty, cancellation)
            ?? throw new MinerException($"the chain has no sector {sector}");
        SectorLocation? place = await node.State.StateSectorPartitionAsync(miner, sector.Number.Value, TipSetKey.Empty, cancellation);
        MinerPowerInfo power = await node.State.StateMinerPowerAsync(miner, TipSetKey.Empty, cancellation);
        Console.WriteLine();
        Console.WriteLine($"{sector} is proven: its replica at epoch {chain.Activation}, its first window since.");
        Console.WriteLine($"  CommD      {details.CommD}");
        Console.WriteLine($"  CommR      {details.CommR}");
        Console.WriteLine($"  PoRep      {Convert.ToHexStringLower(details.Proof!.Value.Span)}");
        Console.WriteLine($"  on chain   {chain.SealedCID}, epochs {chain.Activation} to {chain.Expiration}, pledge {chain.InitialPledge.ToFilString()}");
        Console.WriteLine($"  deadline   {place?.Deadline}, partition {place?.Partition}");
        Console.WriteLine($"  power      {power.MinerPower.RawBytePower} bytes");
        foreach (StageRun run in details.History.Where(run => run is { Ended: not null, Machine: not null }))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {run.Stage,-16} {(run.Ended!.Value - run.Started).TotalSeconds,6:0.0} s  {run.Outcome}"));
        Console.WriteLine("Next: run it again with --keep-running, then look by 'filecoin-miner sectors show', 'info', 'tasks', 'machines', or 'pledge' more, with the same --home.");
    }

    private static void MakeParameters(string directory, CancellationToken cancellation)
    {
        var store = new ParameterStore(new ParameterStoreOptions { Directory = directory, AllowInsecure = true });
        Make("PoRep", options => DevelopmentParameters.Make(store, PoRepConfig.For(Proof), options, cancellation));
        Make("window PoSt", options => DevelopmentParameters.Make(store, PoStConfig.For(Proof.WindowPoSt()), options, cancellation));
        Make("winning PoSt", options => DevelopmentParameters.Make(store, PoStConfig.For(Proof.WinningPoSt()), options, cancellation));

        static void Make(string name, Func<DevelopmentParametersOptions, bool> make)
        {
            if (make(new DevelopmentParametersOptions { Progress = new SetupProgressLine(name) }))
                Console.WriteLine($"made insecure {name} parameters for development");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A line every few seconds.</summary>
    private sealed class SetupProgressLine(string name) : IProgress<SetupProgress>
    {
        private long _next;

        public void Report(SetupProgress value)
        {
            if (Environment.TickCount64 < Interlocked.Read(ref _next))
                return;
            Interlocked.Exchange(ref _next, Environment.TickCount64 + 3000);
            Console.WriteLine($"{name} parameters: {value.Query} {(value.PointsTotal > 0 ? 100 * value.PointsDone / value.PointsTotal : 0)} %");
        }
    }
}
