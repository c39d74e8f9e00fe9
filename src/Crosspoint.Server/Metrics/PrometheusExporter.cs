using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Crosspoint.Server.Metrics;

/// <summary>
/// Collects the measurements of this process's meters and writes them in the Prometheus text format 0.0.4. A measurement costs one look-up
/// in a table of cells by its tags and one interlocked addition.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ProcessMetrics _process;
    private readonly Lock _scrape = new();

    /// <param name="scope">The meter factory whose meters are collected; those of others in the process are not.</param>
    public PrometheusExporter(IMeterFactory scope, TimeProvider time)
    {
        _process = new(time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, scope)
                || !instrument.Meter.Name.StartsWith("Crosspoint.", StringComparison.Ordinal))
                return;
            MetricFamily family = _families.GetOrAdd(MetricNames.Of(instrument), static (name, source) => new(name, source), instrument);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Writes everything as it stands now.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        lock (_scrape)
        {
            foreach (MetricFamily family in _families.Values) family.BeginObservation();
            _listener.RecordObservableInstruments();
            var text = new PrometheusText(output);
            foreach (MetricFamily family in _families.Values.OrderBy(static f => f.Name, StringComparer.Ordinal)) family.Write(ref text);
            _process.Write(ref text);
        }
    }

    public void Dispose() => _listener.Dispose();
}
