using System.CommandLine;
using Filecoin.Sealing.Engine;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>machines list|cordon|uncordon|drain|remove</c>.</summary>
internal static class MachinesCommand
{
    public static Command Create()
    {
        Command list = new Command("list", "Machines that share the database.").OnNode(async (_, node, cancellation) =>
        {
            foreach (MachineStatus machine in await new TaskCluster(node.Database).MachinesAsync(cancellation))
                Console.WriteLine($"{machine.Name,-20} {machine.Presence,-7} {machine.State,-9} {machine.Running} running, {machine.Resources.Cores} cores, {machine.Resources.MemoryBytes >> 30} GiB  {string.Join(' ', machine.Types)}");
        });
        return new Command("machines", "Machines that seal.")
        {
            list,
            Change("cordon", "It takes no new sectors, and goes on with those whose files it holds.", MachineState.Cordoned),
            Change("uncordon", "It takes part again.", MachineState.Active),
            Change("drain", "It takes nothing more and lets its tasks end.", MachineState.Draining),
        };
    }

    private static Command Change(string verb, string description, MachineState state)
    {
        var name = new Argument<string>("MACHINE") { Description = "Its name." };
        return new Command(verb, description) { name }.OnNode(async (parsed, node, cancellation) =>
        {
            if (!await new TaskCluster(node.Database).SetStateAsync(parsed.GetRequiredValue(name), state, cancellation))
                throw new MinerException($"there is no machine {parsed.GetRequiredValue(name)}");
        });
    }
}
