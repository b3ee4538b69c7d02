using System.Diagnostics;
using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Scheduling;
using Spectre.Console;

namespace Filecoin.Samples.Drill;

/// <summary>Seals, then proves every deadline while the processes are killed at random, and tells what the chain says of it.</summary>
internal sealed class Drill(DrillOptions given)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Runs the drill.</summary>
    /// <returns>Whether no sector missed a deadline.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(given.Directory))
            Directory.Delete(given.Directory, recursive: true);
        Directory.CreateDirectory(given.Directory);
        DrillOptions options = given.EpochSeconds > 0 ? given : given with { EpochSeconds = await PaceAsync(cancellationToken) };
        Tell($"an epoch every {options.EpochSeconds} s, {options.Deadlines} deadlines of {options.Window} epochs; everybody logs in {options.Directory}");
        await using var provider = new Provider(options);
        await provider.StartAsync(cancellationToken);
        Tell($"running as processes: {string.Join(", ", provider.Members.Select(member => member.Name))}; pledged {options.Sectors} sectors for {provider.Miner}");
        await using var chain = new ChainWatch(provider.Chain, provider.Miner);
        await SealAsync(options, chain, cancellationToken);

        long since = await chain.HeightAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task killing = new Killer(options, provider.Members, Tell).RunAsync(ending.Token);
        await WatchAsync(options, chain, provider, since, cancellationToken);
        await ending.CancelAsync();
        await killing;
        (int own, int all) = await PatientlyAsync(() => chain.BlocksAsync(since, cancellationToken), cancellationToken);
        Report(chain.Windows, provider.Members, own, all);
        return chain.Windows.Any(window => window.Sectors > 0 && !window.Stood) && !chain.Windows.Any(window => window.IsMissed);
    }

    // A process that is killed takes a few times as long to be at work again as one takes to say how it is used.
    private async Task<double> PaceAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.StartNew();
        await Member.RunAsync(given.Directory, ["filecoin-miner", "--help"], cancellationToken);
        return Math.Clamp(Math.Ceiling(start.Elapsed.TotalSeconds * 6) / 2, 1, 30);
    }

    private async Task SealAsync(DrillOptions options, ChainWatch chain, CancellationToken cancellationToken)
    {
        var whole = new TokenAmount(options.Sectors * 2048L);
        TokenAmount last = TokenAmount.Zero;
        while (true)
        {
            TokenAmount power = await PatientlyAsync(() => chain.PowerAsync(cancellationToken), cancellationToken);
            if (power != last)
                Tell($"proven so far: {power} bytes");
            if ((last = power) == whole)
                return;
            await Task.Delay(TimeSpan.FromSeconds(options.EpochSeconds), cancellationToken);
        }
    }

    private async Task WatchAsync(DrillOptions options, ChainWatch chain, Provider provider, long since, CancellationToken cancellationToken)
    {
        // The last window is seen to its end, so that every one that counts is whole.
        chain.Begin();
        while (await PatientlyAsync(() => chain.HeightAsync(cancellationToken), cancellationToken) < since + options.Epochs)
        {
            if (await PatientlyAsync(() => chain.LookAsync(cancellationToken), cancellationToken) is { } closed)
                Tell($"deadline {closed.Deadline} closed at epoch {closed.Close}: {closed.Sectors} sectors, {closed.Faulty} without a proof{(closed.Stood ? $" ({closed.Blocks} blocks: the chain stood)" : "")}{await SlackAsync(provider, cancellationToken)}");
            await Task.Delay(TimeSpan.FromSeconds(options.EpochSeconds / 2), cancellationToken);
        }
    }

    // What the hub itself shows, as long as it lives.
    private static async Task<string> SlackAsync(Provider provider, CancellationToken cancellationToken)
    {
        try
        {
            await using var transport = new WebSocketRpcTransport(RpcEndpoint.Parse(provider.Hub));
            ProvingState state = await transport.ProvingStateAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(2), cancellationToken);
            return "; the hub: " + (state.Cycle.Partitions.Count == 0 ? "nothing in hand" : string.Join(
                ", ", state.Cycle.Partitions.Select(partition => $"{partition.Window.Deadline}/{partition.Partition} {partition.Phase}{(partition.Slack is { } slack ? $" with {slack.TotalSeconds:0} s to spare" : "")}")));
        }
        catch (Exception e) when (e is RpcException or TimeoutException)
        {
            return "; the hub is away";
        }
    }

    // A busy machine may make the chain's node slow to answer: who asks it asks again.
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (RpcException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
            }
        }
    }

    private void Report(IReadOnlyList<ClosedWindow> windows, IReadOnlyList<Member> members, int own, int all)
    {
        var closed = new Table().Title("Deadlines, as the chain has them").AddColumns("deadline", "epochs", "blocks", "partitions", "sectors", "missed");
        foreach (ClosedWindow window in windows)
            closed.AddRow(Text(window.Deadline), $"{window.Open} to {window.Close}", Text(window.Blocks), Text(window.Partitions), Text(window.Sectors), Text(window.Faulty));
        AnsiConsole.Write(closed);
        var killed = new Table().Title("Kills").AddColumns("process", "SIGKILL");
        foreach (Member member in members)
            killed.AddRow(member.Name, Text(member.Kills));
        AnsiConsole.Write(killed);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{windows.Count} deadlines closed, {windows.Count(window => window.Sectors > 0)} of them with sectors, {windows.Count(window => window.IsMissed)} missed; {members.Sum(member => member.Kills)} kills; {own} of {all} blocks made by the miner; {_watch.Elapsed.TotalSeconds:0} s"));
    }

    private void Tell(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:0.0} s  {line}"));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
