using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Filecoin.EndToEnd.Tests.Worker;

/// <summary>The worker, started as a user starts it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly StringBuilder error = new();
    private readonly Task<string> output;
    private readonly TaskCompletionSource ended = new();
    private TaskCompletionSource<bool>? awaited;
    private string awaitedText = "";

    private WorkerProcess(string directory, string[] arguments)
    {
        // As from a terminal, also where whoever runs the tests ignores interrupts, as a shell has what it starts in the background do.
        var start = new ProcessStartInfo("env")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "filecoin-worker.dll")])
            start.ArgumentList.Add(argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Received(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        output = process.StandardOutput.ReadToEndAsync();
    }

    public int Id => process.Id;

    public static WorkerProcess Start(string directory, params string[] arguments) => new(directory, arguments);

    public static async Task<WorkerResult> RunAsync(string directory, params string[] arguments)
    {
        using var worker = Start(directory, arguments);
        return await worker.EndAsync();
    }

    /// <summary>Waits until a text stands on standard error; false if the process ends before.</summary>
    public Task<bool> SaysAsync(string text)
    {
        lock (error)
        {
            (awaited, awaitedText) = (new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously), text);
            if (error.ToString().Contains(text, StringComparison.Ordinal))
                awaited.SetResult(true);
            else if (ended.Task.IsCompleted)
                awaited.SetResult(false);
            return awaited.Task.WaitAsync(Patience);
        }
    }

    public void Kill() => process.Kill();

    public async Task<WorkerResult> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        await ended.Task.WaitAsync(Patience);
        return new WorkerResult(process.ExitCode, await output, error.ToString());
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private void Received(string? line)
    {
        lock (error)
        {
            if (line is null)
            {
                ended.TrySetResult();
                awaited?.TrySetResult(false);
                return;
            }

            error.AppendLine(line);
            if (awaited is not null && line.Contains(awaitedText, StringComparison.Ordinal))
                awaited.TrySetResult(true);
        }
    }
}

/// <summary>How a run of the worker ended.</summary>
internal sealed record WorkerResult(int ExitCode, string Output, string Error)
{
    /// <summary>The JSON object on standard output.</summary>
    public JsonElement Json => JsonElement.Parse(Output);

    /// <summary>Fails the test with everything that the worker said unless it ended so.</summary>
    public WorkerResult Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}, found {ExitCode}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>The run failed with this exit code, and says so in JSON and in words.</summary>
    public void Failed(int exitCode, string type, string message)
    {
        Ended(exitCode);
        var error = Json.GetProperty("error");
        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(exitCode, error.GetProperty("exit_code").GetInt32());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains($"error: {type}: ", Error, StringComparison.Ordinal);
    }
}
