using System.CommandLine;
using System.Globalization;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Mining;
using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Scheduling.Workers;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>proving</c>: what the running hub proves, where, and how much time is left.</summary>
internal static class ProvingCommand
{
    public static Command Create()
    {
        var command = new Command("proving", "Partitions, PoSt workers and blocks, as the running hub sees them.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var home = new MinerHome(parsed.GetRequiredValue(CommonOptions.Home));
            MinerConfig config = MinerConfig.Load(home);
            string token = RpcTokenKey.OpenOrCreate(home.PathOf(Hub.KeyFile)).Sign(RpcPermissions.Read, "proving");
            await using var hub = new WebSocketRpcTransport(RpcEndpoint.Parse($"{token}:ws://{config.Listen}/rpc/v0"));
            Show(await hub.ProvingStateAsync(cancellation));
            if (config.Mine)
                Show(await hub.MiningStateAsync(cancellation));
        });
        return command;
    }

    private static void Show(ProvingState state)
    {
        foreach (PartitionState partition in state.Cycle.Partitions)
        {
            PoStJobState? job = state.JobOf(partition);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{partition.Miner} deadline {partition.Window.Deadline} partition {partition.Partition}  {partition.Phase}  {partition.Read} of {partition.Sectors} sectors read, {partition.Skipped.Count} skipped, {partition.EpochsLeft} epochs left{(partition.Slack is { } slack ? $", slack {slack:hh\\:mm\\:ss}" : "")}{(job is { On.Count: > 0 } ? $"  on {string.Join(", ", job.On)} {job.Phase}" : "")}  {partition.Error}").TrimEnd());
        }

        foreach (PoStWorkerState worker in state.Pool.Workers)
            Console.WriteLine($"worker {worker.Name}{(worker.IsLocal ? " (this hub)" : "")}  {worker.Jobs.Count} jobs, slots: window {worker.WindowSlots}, winning {worker.WinningSlots}");
    }

    private static void Show(MiningState state)
    {
        foreach (MiningTally tally in state.Tallies)
            Console.WriteLine($"{tally.Miner} blocks  {tally.Won} won of {tally.Eligible} epochs, {tally.Published} published, {tally.Late} of them late, {tally.Lost} lost");
    }
}
