using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// Holds the book of now. Makes a new one when the definition changes, when a dated price begins or ends, and when the clock was set; and tells those who
/// follow.
/// </summary>
public sealed partial class RateBookHolder : IDisposable
{
    // Timers run on a clock of their own: one that was set forwards or backwards is noticed after this long at most.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private volatile RateBook _current;
    private bool _isDisposed;

    public RateBookHolder(RateDefinition definition, TimeProvider time, ILogger<RateBookHolder> logger)
    {
        _time = time;
        _logger = logger;
        DateTimeOffset now = time.GetUtcNow();
        _current = RateBook.Compile(definition, now, now.ToUnixTimeMilliseconds());
        WarnOfCurrencies(_current, null);
        _timer = time.CreateTimer(static state => ((RateBookHolder)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    /// <summary>A new book is in force. Raised in order, one at a time; must not block nor throw.</summary>
    public event Action<RateBook>? Changed;

    public RateBook Current => _current;

    /// <summary>Makes the book of another definition, and puts it into force.</summary>
    public RateBook Replace(RateDefinition definition)
    {
        lock (_gate)
        {
            Publish(definition);
            return _current;
        }
    }

    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        _timer.Dispose();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            DateTimeOffset now = _time.GetUtcNow();
            if (now >= _current.NextChange || now < _current.Moment)
            {
                Publish(_current.Definition);
                Log.Switched(_logger, _current.Revision, _current.NextChange);
            }
            else
            {
                Arm();
            }
        }
    }

    private void Publish(RateDefinition definition)
    {
        RateBook before = _current;
        DateTimeOffset now = _time.GetUtcNow();

        // Rises over restarts too, as long as the clock does.
        RateBook book = RateBook.Compile(definition, now, Math.Max(before.Revision + 1, now.ToUnixTimeMilliseconds()), before);
        _current = book;
        WarnOfCurrencies(book, before);
        Arm();
        Changed?.Invoke(book);
    }

    private void Arm()
    {
        TimeSpan wait = _current.NextChange is { } next ? next - _time.GetUtcNow() : LongestWait;
        if (wait > LongestWait) wait = LongestWait;

        // A timer may fire a little early by the wall clock; it is then set again.
        if (wait < TimeSpan.FromMilliseconds(1)) wait = TimeSpan.FromMilliseconds(1);
        if (!_isDisposed) _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void WarnOfCurrencies(RateBook book, RateBook? before)
    {
        foreach (string currency in book.UnknownCurrencies)
        {
            if (before?.UnknownCurrencies.Contains(currency) != true) Log.UnknownCurrency(_logger, currency, book.Currency);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2850, LogLevel.Information, "Dated prices changed over: book {Revision}, the next change {Next}")]
        public static partial void Switched(ILogger logger, long revision, DateTimeOffset? next);

        [LoggerMessage(2851, LogLevel.Warning, "Prices in {Currency} do not count: its price in {Base} is not known")]
        public static partial void UnknownCurrency(ILogger logger, string currency, string @base);
    }
}
