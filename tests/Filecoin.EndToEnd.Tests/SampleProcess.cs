using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Filecoin.EndToEnd.Tests;

/// <summary>A sample, started as a user starts it. Ends with the object, however it is then.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _outputEnded = new(), _errorEnded = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(string sample, string directory, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, sample + ".dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Received(line.Data, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Received(line.Data, _errorEnded);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>How long a test waits for a process: machines differ by ten times.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(5);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Everything on standard output and standard error so far, by lines.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <param name="sample">The assembly, <c>filecoin-miner</c>.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="arguments">Its command line.</param>
    public static SampleProcess Start(string sample, string directory, params string[] arguments) => new(sample, directory, null, arguments);

    /// <inheritdoc cref="Start(string, string, string[])"/>
    public static SampleProcess Start(string sample, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(sample, directory, environment, arguments);

    /// <summary>Runs a sample to its end and gives what it said.</summary>
    public static async Task<string> RunAsync(string sample, string directory, params string[] arguments)
    {
        await using SampleProcess process = Start(sample, directory, arguments);
        return await process.EndedAsync(0);
    }

    /// <summary>Waits for a line that contains a text and gives the rest of the line after it.</summary>
    public async Task<string> SaysAsync(string text, CancellationToken cancellationToken = default)
    {
        string line = await SaysAsync(line => line.Contains(text, StringComparison.Ordinal), $"'{text}'", cancellationToken);
        return line[(line.IndexOf(text, StringComparison.Ordinal) + text.Length)..];
    }

    /// <summary>Waits for the first whole line that is looked for, from the process's start on.</summary>
    /// <param name="wanted">Whether it is the line.</param>
    /// <param name="what">What is waited for, for the message when it does not come.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> SaysAsync(Predicate<string> wanted, string what, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        int read = 0;
        while (true)
        {
            Task more;
            bool ended;
            lock (_said)
            {
                ended = _outputEnded.Task.IsCompleted && _errorEnded.Task.IsCompleted;
                string all = _said.ToString();
                for (int end; (end = all.IndexOf('\n', read)) >= 0; read = end + 1)
                {
                    string line = all[read..end].TrimEnd('\r');
                    if (wanted(line))
                        return line;
                }

                more = _more.Task;
            }

            if (ended)
            {
                await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
                Assert.Fail($"{what} was not said before the process ended with {_process.ExitCode}:\n{Said}");
            }

            try
            {
                await more.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"{what} was not said:\n{Said}");
            }
        }
    }

    /// <summary>SIGKILL: nothing is finished or cleaned up.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: alive, and silent.</summary>
    public void Freeze() => Send("STOP");

    /// <summary>SIGCONT after <see cref="Freeze"/>.</summary>
    public void Thaw() => Send("CONT");

    /// <summary>SIGTERM: asks it to end.</summary>
    public void AskToEnd() => Send("TERM");

    /// <summary>Waits for its end and fails with everything it said unless it ended with this code.</summary>
    public async Task<string> EndedAsync(int exitCode)
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await Task.WhenAll(_outputEnded.Task, _errorEnded.Task).WaitAsync(Patience);
        Assert.True(_process.ExitCode == exitCode, $"expected exit code {exitCode}, found {_process.ExitCode}\n{Said}");
        return Said;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Send(string signal)
    {
        if (_process.HasExited)
            return;
        using Process kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void Received(string? line, TaskCompletionSource ended)
    {
        lock (_said)
        {
            if (line is null)
                ended.TrySetResult();
            else
                _said.Append(line).Append('\n');
            _more.TrySetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
