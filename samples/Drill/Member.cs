using System.Diagnostics;

namespace Filecoin.Samples.Drill;

/// <summary>One process of the provider: a sample with a command line. What it says goes to a log file, over all its lives.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly string[] _command;
    private readonly string _directory;
    private readonly Lock _lock = new();
    private Process? _process;

    /// <param name="name">What it is called in the report; also its log's name.</param>
    /// <param name="directory">Where it runs and logs.</param>
    /// <param name="command">The sample's assembly and its arguments.</param>
    public Member(string name, string directory, params string[] command) => (Name, _directory, _command) = (name, directory, command);

    public string Name { get; }

    public int Kills { get; private set; }

    /// <summary>How many times the others are killed for each time that this one is.</summary>
    public int Rarity { get; init; } = 1;

    public bool IsRunning => _process is { HasExited: false };

    private string LogPath => Path.Combine(_directory, Name + ".log");

    /// <summary>Starts it, and waits for a line that contains a text, if one is named.</summary>
    public async Task StartAsync(string? says, CancellationToken cancellationToken)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = Launch(_command, _directory);
        process.OutputDataReceived += (_, line) => Received(line.Data);
        process.ErrorDataReceived += (_, line) => Received(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        if (says is null)
            return;
        Task ended = process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(heard.Task, ended).WaitAsync(cancellationToken) == ended)
            throw new InvalidOperationException($"{Name} ended with {process.ExitCode}; see {LogPath}");

        void Received(string? line)
        {
            if (line is null)
                return;
            lock (_lock)
                File.AppendAllText(LogPath, line + Environment.NewLine);
            if (says is not null && line.Contains(says, StringComparison.Ordinal))
                heard.TrySetResult();
        }
    }

    /// <summary>SIGKILL: nothing is finished or cleaned up.</summary>
    public async Task KillAsync()
    {
        Kills++;
        await EndAsync();
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    /// <summary>Runs a command to its end and gives what it said.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error.</exception>
    public static async Task<string> RunAsync(string directory, string[] command, CancellationToken cancellationToken)
    {
        using Process process = Launch(command, directory);
        process.Start();
        Task<string> said = process.StandardOutput.ReadToEndAsync(cancellationToken), complained = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await said : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await complained}");
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static Process Launch(string[] command, string directory)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, command[0] + ".dll"));
        foreach (string argument in command[1..])
            start.ArgumentList.Add(argument);
        return new Process { StartInfo = start };
    }
}
