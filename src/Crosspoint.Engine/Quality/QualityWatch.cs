using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Quality;

/// <summary>Looks at what is learned every few seconds: tells metrics, and warns when the receipts of a connection become suspect.</summary>
internal sealed partial class QualityWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly QualityTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly HashSet<string> _suspects = new(StringComparer.Ordinal);
    private IReadOnlyList<ConnectionQuality> _seen = [];
    private int _isLooking;

    public QualityWatch(QualityTable table, TimeProvider time, Meter meter, ILogger<QualityWatch> logger)
    {
        (_table, _time, _logger) = (table, time, logger);
        meter.CreateObservableGauge(
            "crosspoint.quality.delivery", () => Measure(static seen => seen.Delivery), "1",
            "Probability that a message is delivered, as learned from receipts, by connection");
        meter.CreateObservableGauge(
            "crosspoint.quality.suspects", () => Measure(static seen => (double)seen.Suspects), "{key}",
            "Countries and classes in which a connection's receipts promise more than feedback bears out");
        meter.CreateObservableGauge(
            "crosspoint.quality.feedback", () => Measure(static seen => seen.Feedback), "{message}",
            "Messages with feedback, older ones counting less, by connection");
        meter.CreateObservableGauge("crosspoint.quality.keys", Keys, "{key}", "Keys of which something is learned, by what from: receipts or feedback");
        _timer = time.CreateTimer(static self => ((QualityWatch)self!).Look(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private IEnumerable<Measurement<double>> Measure(Func<ConnectionQuality, double> value) => Volatile.Read(ref _seen).Select(
        seen => new Measurement<double>(value(seen), new KeyValuePair<string, object?>("messaging.destination.name", seen.Connection)));

    private Measurement<int>[] Keys() =>
    [
        new(_table.Count, new KeyValuePair<string, object?>("source", "receipts")),
        new(_table.FeedbackCount, new KeyValuePair<string, object?>("source", "feedback")),
    ];

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) == 1) return;
        try
        {
            IReadOnlyList<ConnectionQuality> seen = _table.Summarize(_time.GetUtcMicros());
            Volatile.Write(ref _seen, seen);
            foreach (ConnectionQuality connection in seen)
            {
                if (connection.Suspects > 0 && _suspects.Add(connection.Connection))
                    Log.Suspect(_logger, connection.Connection, connection.FirstSuspect, connection.Suspects);
            }

            // One of which nothing is known any more is not suspect either.
            IEnumerable<string> suspects = seen.Where(static connection => connection.Suspects > 0).Select(static connection => connection.Connection);
            foreach (string name in _suspects.Except(suspects).ToArray())
            {
                _suspects.Remove(name);
                Log.Cleared(_logger, name);
            }
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            2870, LogLevel.Warning,
            "Receipts of {Connection} are suspect ({First}; countries and classes in all: {Count}): fewer recipients act on its messages than its receipts promise")]
        public static partial void Suspect(ILogger logger, string connection, string first, int count);

        // As loud as the beginning, so that whoever reads warnings alone knows of the end.
        [LoggerMessage(2871, LogLevel.Warning, "Receipts of {Connection} are no longer suspect")]
        public static partial void Cleared(ILogger logger, string connection);
    }
}
