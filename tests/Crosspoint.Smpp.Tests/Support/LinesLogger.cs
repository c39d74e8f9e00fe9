using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>Keeps the ids of what is logged above Debug.</summary>
internal sealed class LinesLogger : ILogger
{
    private readonly ConcurrentQueue<int> _ids = new();

    public int Count(int eventId) => _ids.Count(id => id == eventId);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _ids.Enqueue(eventId.Id);
}
