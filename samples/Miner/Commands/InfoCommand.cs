using System.CommandLine;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>info</c>: the miner on the chain and here.</summary>
internal static class InfoCommand
{
    public static Command Create() => new Command("info", "The miner at a glance.").OnNode(async (_, node, cancellation) =>
    {
        Address miner = node.Config.MinerAddress();
        TipSet head = await node.Chain.HeadAsync(cancellation);
        MinerPowerInfo power = await node.State.StateMinerPowerAsync(miner, head.Key, cancellation);
        DeadlineInfo deadline = await node.State.StateMinerProvingDeadlineAsync(miner, head.Key, cancellation);
        Console.WriteLine($"miner     {miner}");
        Console.WriteLine($"head      {head.Height}");
        Console.WriteLine($"power     {power.MinerPower.QualityAdjPower} of {power.TotalPower.QualityAdjPower} bytes");
        Console.WriteLine($"balance   {(await node.State.StateMinerAvailableBalanceAsync(miner, head.Key, cancellation)).ToFilString()} FIL available");
        Console.WriteLine($"deadline  {deadline.Index}, open from epoch {deadline.Open} to {deadline.Close}");
        Console.WriteLine($"faults    {(await node.State.StateMinerFaultsAsync(miner, head.Key, cancellation)).Count} sectors");
        foreach (StageCount count in await node.Pipeline.CountAsync(cancellation))
            Console.WriteLine($"sectors   {count.Sectors} {count.Stage} {count.State}");
    });
}
