using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Miner;

/// <summary>What commands share.</summary>
internal static class CommonOptions
{
    public static Option<string> Home { get; } = new("--home")
    {
        Description = "The miner's directory. Default: $FILECOIN_MINER_HOME, else ~/.filecoin-miner.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("FILECOIN_MINER_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".filecoin-miner"),
    };

    /// <summary>A command on an opened miner.</summary>
    public static Command OnNode(this Command command, Func<ParseResult, MinerNode, CancellationToken, Task> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            var home = new MinerHome(parsed.GetRequiredValue(Home));
            await using MinerNode node = await MinerNode.OpenAsync(home, MinerConfig.Load(home), cancellationToken: cancellation);
            await work(parsed, node, cancellation);
        });
        return command;
    }

    /// <summary>Messages of the libraries on standard error.</summary>
    public static ILoggerFactory Log(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level).AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
        .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
