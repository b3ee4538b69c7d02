using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>Keeps what an engine says, so that a test that waits in vain can tell why.</summary>
internal sealed class TestLog<T> : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");
}
