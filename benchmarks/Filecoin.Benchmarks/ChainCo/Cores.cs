using System.Diagnostics;
using System.Globalization;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>
/// Keeps what is measured apart from what measures: a measured process has the last core to itself; daemons and clients, which live in this process,
/// have the others. With one core, or without taskset, everything shares.
/// </summary>
internal static class Cores
{
    private const string TaskSet = "/usr/bin/taskset";
    private static readonly int s_last = Environment.ProcessorCount - 1;
    private static readonly bool s_apart = s_last > 0 && File.Exists(TaskSet);

    /// <summary>Takes this process, with all its threads, off the last core.</summary>
    public static void LeaveLast()
    {
        if (s_apart)
            Take($"0-{s_last - 1}");
        else
            Console.WriteLine("// No core to spare, or no taskset: what is measured shares its cores with what measures.");
    }

    /// <summary>Gives this process all cores again, for the benchmarks that come next.</summary>
    public static void TakeAll()
    {
        if (s_apart)
            Take($"0-{s_last}");
    }

    /// <summary>Starts a process on the last core, where it goes before whatever else this machine does; only root may have it so.</summary>
    public static Process StartOnLast(string file, IEnumerable<string> arguments) =>
        s_apart ? Start("nice", ["-n", "-20", TaskSet, "-c", s_last.ToString(CultureInfo.InvariantCulture), file, .. arguments]) : Start(file, arguments);

    /// <summary>Starts a process on the cores of this one.</summary>
    public static Process Start(string file, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;

    private static void Take(string cores)
    {
        using Process taskSet = Start(TaskSet, ["-acp", cores, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        taskSet.StandardOutput.ReadToEnd();
        taskSet.WaitForExit();
    }
}
