using System.CommandLine;
using Filecoin.Sealing.Engine;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>tasks [--history]</c>.</summary>
internal static class TasksCommand
{
    public static Command Create()
    {
        var history = new Option<bool>("--history") { Description = "Tasks that ended, the newest first." };
        return new Command("tasks", "Tasks of all machines.") { history }.OnNode(async (parsed, node, cancellation) =>
        {
            var cluster = new TaskCluster(node.Database);
            if (parsed.GetValue(history))
            {
                foreach (TaskHistoryEntry entry in await cluster.HistoryAsync(cancellationToken: cancellation))
                    Console.WriteLine($"{entry.EndedAt:u}  {entry.Type,-12} {entry.Subject,-12} {entry.Machine,-16} {entry.Outcome}  {entry.Reason}");
                return;
            }

            foreach (LiveTask task in await cluster.TasksAsync(cancellationToken: cancellation))
                Console.WriteLine($"{task.Id,6}  {task.Type,-12} {task.Subject,-12} {task.Machine ?? "waiting",-16} {task.Note ?? task.Reason}");
        });
    }
}
