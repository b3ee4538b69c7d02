using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Proving.Scheduling;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>What hubs told, with the chain's epoch, for the story of a test that failed.</summary>
internal sealed class TestLog(SimulatedChain chain) : ILogger<WindowPoStScheduler>
{
    private readonly ConcurrentQueue<(long Epoch, string Line)> _lines = new();

    public void Add(string line) => _lines.Enqueue((chain.Head.Height.Value, line));

    /// <summary>The lines from one epoch to another.</summary>
    public string Between(long first, long last) => string.Join(
        '\n', _lines.Where(line => line.Epoch >= first && line.Epoch <= last).Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Epoch}: {line.Line}")));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(exception is null ? formatter(state, null) : $"{formatter(state, exception)}: {exception.GetType().Name} {exception.Message}");
}
