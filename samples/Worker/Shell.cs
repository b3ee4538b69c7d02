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
using Filecoin.Proving.Storage;
using Filecoin.Proving.Wire;
using Filecoin.Sealing.Tasks;

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
            ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
        });
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
                var code = CodeOf(error);
                var name = error.GetType().Name;
                var message = code == ExitCode.Defect ? error.ToString() : error.Message;
                if (json)
                    Console.Out.WriteLine(JsonSerializer.Serialize(new ErrorResult(new ErrorBody(name, error.Message, code)), WorkerJson.Default.ErrorResult));
                await Console.Error.WriteLineAsync($"error: {name}: {message}");
                return code;
            }
        });
        return command;
    }

    private static int CodeOf(Exception error) => error switch
    {
        OperationCanceledException => ExitCode.Cancelled,
        SectorBusyException => ExitCode.Busy,
        DiskFullException or UnauthorizedAccessException => ExitCode.Storage,
        WorkerException or PieceException or SectorFileException or ParentCacheException or SectorSizeException or RegisteredProofException
            or VanillaProofException or CircuitWitnessException or UnsatisfiedCircuitException or ParameterFileException or MalformedProofException or WireFormatException or ChainFormatException or KernelSelectionException or FormatException
            or FileNotFoundException or DirectoryNotFoundException or ArgumentOutOfRangeException => ExitCode.BadInput,
        IOException => ExitCode.Storage,
        _ => ExitCode.Defect,
    };
}

/// <summary>An error in JSON.</summary>
internal sealed record ErrorResult(ErrorBody Error);

/// <summary>An error: the name of its type, its message, the exit code.</summary>
internal sealed record ErrorBody(string Type, string Message, int ExitCode);
