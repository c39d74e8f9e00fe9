using System.Diagnostics.Metrics;

namespace Crosspoint.Server.Metrics;

/// <summary>What the HTTP listener measures.</summary>
internal sealed class HttpMetrics
{
    public const string MeterName = "Crosspoint.Server";

    private readonly Histogram<double> _duration;

    public HttpMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);

        // The boundaries that the OpenTelemetry conventions advise for HTTP.
        double[] bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds };
        _duration = meter.CreateHistogram(
            "crosspoint.http.request.duration", "s", "HTTP requests by route and class of status", tags: null, advice);
    }

    public void Answered(string route, int status, TimeSpan took)
    {
        if (_duration.Enabled)
            _duration.Record(took.TotalSeconds, new("http.route", route), new KeyValuePair<string, object?>("status", ClassOf(status)));
    }

    private static string ClassOf(int status) => status switch
    {
        >= 500 => "5xx",
        >= 400 => "4xx",
        >= 300 => "3xx",
        >= 200 => "2xx",
        _ => "1xx",
    };
}
