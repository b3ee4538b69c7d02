using System.Globalization;

namespace Filecoin.Benchmarks.Engine;

/// <summary>Processor time of a server's processes, from <c>/proc</c>.</summary>
internal static class ProcessTimes
{
    /// <summary>The unit of times in <c>/proc</c>, 1/100 s on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    public static int ParentOf(int process) =>
        int.Parse(Fields(process)?[1] ?? throw new InvalidOperationException($"process {process} is not on this machine"), CultureInfo.InvariantCulture);

    /// <summary>User and system time of a process, its living children and those that have ended.</summary>
    public static TimeSpan OfFamily(int parent)
    {
        long ticks = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int process) || Fields(process) is not { } fields)
                continue;
            if (process == parent)
                ticks += Sum(fields, 11, 4);
            else if (fields[1] == parent.ToString(CultureInfo.InvariantCulture))
                ticks += Sum(fields, 11, 2);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long Sum(string[] fields, int first, int count) => fields.Skip(first).Take(count).Sum(field => long.Parse(field, CultureInfo.InvariantCulture));

    /// <summary>The fields of <c>stat</c> from the state on; null when the process has ended.</summary>
    private static string[]? Fields(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
