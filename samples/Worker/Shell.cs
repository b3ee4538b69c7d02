using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Chain;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Wire;
using Filecoin.Samples.Worker.Commands;
using Filecoin.Samples.Worker.Joining;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Worker;

/// <summary>
/// Runs commands: results on standard output, for people or as one JSON object; progress and messages on standard error; errors as
/// exit codes.
/// </summary>
internal static class Shell
{
    private static readonly Option<bool> Json = new("--json") { Description = "The result as one JSON object on standard output.", Recursive = true };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads at most. Default: one a processor.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public static async Task<int> RunAsync(string[] args, params Command[] commands)
    {
        Threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--threads: expected at least 1.");
        });
        var root = new RootCommand("Seals, proves, checks and reads back Filecoin sectors on this machine. " + ExitCode.Help) { Json, Threads };
        foreach (var command in commands)
            root.Add(command);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"error: {error.Message}");
            await Console.Error.WriteLineAsync("See --help.");
            return ExitCode.Usage;
        }

        // Work ends soon after it is cancelled, at a point from where the next run goes on; there is no hurry to cut it off.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name == RunCommand.Name ? null : TimeSpan.FromMinutes(1),
        });
    }

    public static int ThreadsOf(ParseResult parsed) => parsed.GetValue(Threads);

    /// <summary>Gives a command that goes on until the process is told to end its action. What happens is log lines: with --json objects on standard output.</summary>
    public static Command Serves(this Command command, Func<ParseResult, ILoggerFactory, Ending, Task> work)
    {
        command.SetAction(async (parsed, _) =>
        {
            var json = parsed.GetValue(Json);
            using var logging = ServiceLog.Create(json, parsed.GetValue<bool>("--verbose") ? LogLevel.Debug : LogLevel.Information);
            using var ending = new Ending();
            try
            {
                await work(parsed, logging, ending);
                return ExitCode.Ok;
            }
            catch (OperationCanceledException) when (ending.Asked.IsCancellationRequested)
            {
                return ExitCode.Ok;
            }
            catch (Exception error)
            {
                return await FailAsync(error, json);
            }
        });
        return command;
    }

    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="work">What it does.</param>
    /// <param name="type">How its result is written as JSON.</param>
    /// <param name="print">How its result is written for people.</param>
    /// <param name="failed">Whether the result means that a check failed.</param>
    public static Command Does<T>(
        this Command command, Func<ParseResult, Phases, CancellationToken, Task<T>> work, JsonTypeInfo<T> type,
        Action<T, TextWriter> print, Func<T, bool>? failed = null)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            var json = parsed.GetValue(Json);
            try
            {
                var result = await ProgressDisplay.RunAsync(parsed.GetValue(Threads), phases => work(parsed, phases, cancellation));
                if (json)
                    Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
                else
                    print(result, Console.Out);
                return failed?.Invoke(result) == true ? ExitCode.CheckFailed : ExitCode.Ok;
            }
            catch (Exception error)
            {
                return await FailAsync(error, json);
            }
        });
        return command;
    }

    private static async Task<int> FailAsync(Exception error, bool json)
    {
        var code = CodeOf(error);
        var name = error.GetType().Name;
        var message = code == ExitCode.Defect ? error.ToString() : error.Message;
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new ErrorResult(new ErrorBody(name, error.Message, code)), WorkerJson.Default.ErrorResult));
        await Console.Error.WriteLineAsync($"error: {name}: {message}");
        return code;
    }

    private static int CodeOf(Exception error) => error switch
    {
        OperationCanceledException => ExitCode.Cancelled,
        SectorBusyException or MachineSupersededException => ExitCode.Busy,
        DiskFullException or UnauthorizedAccessException or DatabaseException or VanillaReadException => ExitCode.Storage,
        WorkerException or PieceException or SectorFileException or ParentCacheException or SectorSizeException or RegisteredProofException
            or VanillaProofException or CircuitWitnessException or UnsatisfiedCircuitException or ParameterFileException or MalformedProofException or WireFormatException or ChainFormatException or KernelSelectionException or FormatException or UriFormatException or InvalidDataException or StoragePathException
            or FileNotFoundException or DirectoryNotFoundException or ArgumentOutOfRangeException => ExitCode.BadInput,
        IOException => ExitCode.Storage,
        _ => ExitCode.Defect,
    };
}

/// <summary>An error in JSON.</summary>
internal sealed record ErrorResult(ErrorBody Error);

/// <summary>An error: the name of its type, its message, the exit code.</summary>
internal sealed record ErrorBody(string Type, string Message, int ExitCode);
