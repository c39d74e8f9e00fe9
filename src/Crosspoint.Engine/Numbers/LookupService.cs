using System.Net.Sockets;
using Crosspoint.Engine.Limits;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// A service with its budget: look-ups a second, a day and at once. One that fails time and again is left alone for a while, so that
/// messages do not wait for it one after another. Thread-safe.
/// </summary>
internal sealed partial class LookupService : IDisposable
{
    // Three in a row are no accident; a second lets a restart pass, and a minute costs one message in a busy minute its wait.
    private const int FailuresUntilRest = 3;
    private const string OverBudget = "over_budget";
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly LookupServiceOptions _options;
    private readonly INumberLookup _lookup;
    private readonly NumberMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly TokenBucket _rate;
    private DateOnly _day;
    private long _today;
    private int _running;
    private int _failures;
    private long _restsSince;
    private TimeSpan _rest;

    public LookupService(LookupServiceOptions options, INumberLookup lookup, NumberMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_options, _lookup, _metrics, _time, _logger) = (options, lookup, metrics, time, logger);
        _rate = new(options.PerSecond, options.PerSecond, time);
    }

    public LookupServiceOptions Options => _options;

    public bool Serves(string country) => _options.Countries.Count == 0 || _options.Countries.Contains(country);

    /// <summary>Asks, when the budget allows it.</summary>
    /// <returns>The answer; null when it was not asked, or gave none that can be used. And whether its budget was used up: then it takes no part.</returns>
    public async Task<(LookupAnswer? Answer, bool IsOverBudget)> AskAsync(E164 number, CancellationToken cancellationToken)
    {
        if (TryBegin() is { } refused)
        {
            _metrics.Asked(_options.Name, refused, TimeSpan.Zero);
            return (null, refused == OverBudget);
        }

        long begun = _time.GetTimestamp();
        bool isOutage = false;
        string result = "failed";
        try
        {
            using var timer = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            LookupAnswer answer = await _lookup.AskAsync(number, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            result = answer.Network.IsKnown ? "found" : "unknown";
            return (answer, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            (result, isOutage) = ("timeout", true);
            Note(result);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a way of asking does wrong, the next service is asked. A wrong answer about one number says nothing of the others.
            result = error is LookupException { IsWrongAnswer: true } ? "wrong" : "failed";
            isOutage = error is LookupException { IsOutage: true } or IOException or SocketException;
            if (isOutage) Note(error.Message);
        }
        finally
        {
            End(isOutage, cancellationToken.IsCancellationRequested);
            _metrics.Asked(_options.Name, result, _time.GetElapsedTime(begun));
        }

        return default;
    }

    public LookupServiceStatus Status()
    {
        lock (_gate)
        {
            TimeSpan left = _rest == TimeSpan.Zero ? TimeSpan.Zero : _rest - _time.GetElapsedTime(_restsSince);
            return new(_options.Name, _day == Today() ? _today : 0, _options.PerDay, _running, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    public void Dispose() => _lookup.Dispose();

    private DateOnly Today() => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    private string? TryBegin()
    {
        lock (_gate)
        {
            if (_rest > TimeSpan.Zero && _time.GetElapsedTime(_restsSince) < _rest) return "resting";
            if (_running >= _options.Concurrency) return "busy";
            DateOnly today = Today();
            if (_day != today) (_day, _today) = (today, 0);
            if ((_options.PerDay > 0 && _today >= _options.PerDay) || !_rate.TryTake()) return OverBudget;
            _today++;
            _running++;

            // After a rest one question shows whether it is over; until its answer the others do not wait for it.
            if (_rest > TimeSpan.Zero) _restsSince = _time.GetTimestamp();
            return null;
        }
    }

    private void End(bool isOutage, bool isCanceled)
    {
        lock (_gate)
        {
            _running--;
            if (isCanceled) return;
            if (!isOutage)
            {
                (_failures, _rest) = (0, TimeSpan.Zero);
                return;
            }

            if (++_failures < FailuresUntilRest) return;
            _rest = _rest == TimeSpan.Zero ? FirstRest : _rest * 2 < LongestRest ? _rest * 2 : LongestRest;
            _restsSince = _time.GetTimestamp();
        }
    }

    private void Note(string problem)
    {
        lock (_gate)
        {
            if (_failures + 1 != FailuresUntilRest) return;
        }

        Log.Rests(_logger, _options.Name, FailuresUntilRest, problem);
    }

    private static partial class Log
    {
        [LoggerMessage(2810, LogLevel.Warning, "Look-up service {Service} failed {Times} times in a row ({Problem}); it is left alone for a while, and tried again")]
        public static partial void Rests(ILogger logger, string service, int times, string problem);
    }
}

/// <summary>What a look-up service is doing.</summary>
/// <param name="Today">Look-ups since midnight in UTC.</param>
/// <param name="PerDay">What they may be; 0 for no cap.</param>
/// <param name="Running">Look-ups that wait for their answers.</param>
/// <param name="RestsFor">How long it is still left alone after failures; zero when it is asked.</param>
public sealed record LookupServiceStatus(string Name, long Today, long PerDay, int Running, TimeSpan RestsFor);
