using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Filecoin.Samples.Worker;

/// <summary>
/// Shows phases on standard error: bars with rate and time left on a terminal, a line at each phase's start and end and every few
/// seconds elsewhere.
/// </summary>
internal static class ProgressDisplay
{
    public static async Task<T> RunAsync<T>(int threads, Func<Phases, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            var lines = new Lines(threads);
            var result = await Task.Run(() => work(lines));
            lines.Finish();
            return result;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bars = new Bars(threads, context);
                var result = await Task.Run(() => work(bars));
                bars.Finish();
                return result;
            });
    }

    private static string Rate(double perSecond, string unit) => unit == "bytes"
        ? $"{(perSecond / (1 << 20)).ToString("F1", CultureInfo.InvariantCulture)} MiB/s"
        : $"{perSecond.ToString("F0", CultureInfo.InvariantCulture)} {unit}/s";

    private sealed class Bars(int threads, ProgressContext context) : Phases(threads)
    {
        private readonly Dictionary<string, ProgressTask> tasks = [];

        protected override void Show(string phase, long done, long total, string unit, TimeSpan elapsed)
        {
            if (!tasks.TryGetValue(phase, out var task))
            {
                tasks[phase] = task = context.AddTask(phase, maxValue: Math.Max(1, total));
                task.State.Update<RateState>(RateColumn.Key, _ => new RateState(unit));
            }

            task.Value = total == 0 ? 1 : done;
        }
    }

    private readonly record struct RateState(string Unit);

    private sealed class RateColumn : ProgressColumn
    {
        public const string Key = "rate";

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var speed = task.IsFinished ? task.MaxValue / Math.Max(0.001, task.ElapsedTime?.TotalSeconds ?? 0) : task.Speed ?? 0;
            return new Text(Rate(speed, task.State.Get<RateState>(Key).Unit));
        }
    }

    private sealed class Lines(int threads) : Phases(threads)
    {
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
        private static readonly TimeSpan Reliable = TimeSpan.FromMilliseconds(100);
        private string? shown;
        private TimeSpan next;

        protected override void Show(string phase, long done, long total, string unit, TimeSpan elapsed)
        {
            if (shown != phase)
                (shown, next) = (phase, TimeSpan.Zero);
            if (elapsed < next && done != total)
                return;
            next = elapsed + Every;
            var line = total > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{phase}: {100.0 * done / total:F0} %")
                : string.Create(CultureInfo.InvariantCulture, $"{phase}: {done} {unit}");
            if (done > 0 && elapsed > Reliable)
            {
                line += $", {Rate(done / elapsed.TotalSeconds, unit)}";
                if (done < total)
                    line += string.Create(CultureInfo.InvariantCulture, $", {elapsed * ((double)(total - done) / done):h\\:mm\\:ss} left");
            }

            Console.Error.WriteLine(line);
        }
    }
}
