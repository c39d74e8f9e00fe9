using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Crosspoint.Server.Metrics;
using Crosspoint.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Crosspoint.Server.Tests.Metrics;

public sealed partial class PrometheusExporterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PrometheusExporter _exporter;
    private readonly Meter _meter;

    public PrometheusExporterTests()
    {
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        _exporter = new(meters, TimeProvider.System);
        _meter = meters.Create("Crosspoint.Engine");
    }

    [Fact]
    public void Write_Counter_HasNameHelpTypeAndLabels()
    {
        Counter<long> counter = _meter.CreateCounter<long>("crosspoint.messages.accepted", "{message}", "Messages on disk");
        counter.Add(2, new KeyValuePair<string, object?>("class", "otp"));
        counter.Add(3, new KeyValuePair<string, object?>("class", "otp"));
        counter.Add(1, new KeyValuePair<string, object?>("class", "marketing"));
        string text = Text();
        text.ShouldContain(
            "# HELP crosspoint_messages_accepted_total Messages on disk\n# TYPE crosspoint_messages_accepted_total counter\n");
        text.ShouldContain("crosspoint_messages_accepted_total{class=\"otp\"} 5\n");
        text.ShouldContain("crosspoint_messages_accepted_total{class=\"marketing\"} 1\n");
    }

    [Fact]
    public void Write_ForeignName_GetsPrefixAndUnit()
    {
        _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}").Add(
            1, new("messaging.destination.name", "a"), new("error.type", "x\"y\\z\n"));
        _meter.CreateUpDownCounter<int>("crosspoint.things", "By").Add(-4);
        _meter.CreateGauge<double>("crosspoint.level").Record(0.5);
        string text = Text();
        text.ShouldContain(
            "crosspoint_messaging_client_sent_messages_total{messaging_destination_name=\"a\",error_type=\"x\\\"y\\\\z\\n\"} 1\n");
        text.ShouldContain("# TYPE crosspoint_things_bytes gauge\ncrosspoint_things_bytes -4\n");
        text.ShouldContain("crosspoint_level 0.5\n");
    }

    [Fact]
    public void Write_Histogram_HasCumulativeBucketsSumAndCount()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] };
        Histogram<double> histogram = _meter.CreateHistogram("crosspoint.submit.response.duration", "s", null, null, advice);
        foreach (double value in new[] { 0.05, 0.1, 0.5, 3 }) histogram.Record(value, new KeyValuePair<string, object?>("connection", "a"));
        string text = Text();
        text.ShouldContain(
            """
            # TYPE crosspoint_submit_response_duration_seconds histogram
            crosspoint_submit_response_duration_seconds_bucket{connection="a",le="0.1"} 2
            crosspoint_submit_response_duration_seconds_bucket{connection="a",le="1"} 3
            crosspoint_submit_response_duration_seconds_bucket{connection="a",le="+Inf"} 4
            crosspoint_submit_response_duration_seconds_sum{connection="a"} 3.65
            crosspoint_submit_response_duration_seconds_count{connection="a"} 4

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Write_Observable_ShowsWhatIsThereNow()
    {
        List<Measurement<int>> values =
        [
            new(3, new KeyValuePair<string, object?>("connection", "a")),
            new(4, new KeyValuePair<string, object?>("connection", "b")),
        ];
        _meter.CreateObservableGauge("crosspoint.dispatch.queued", () => values.AsEnumerable());
        Text().ShouldContain("crosspoint_dispatch_queued{connection=\"b\"} 4\n");
        values.RemoveAt(1);
        string text = Text();
        text.ShouldContain("crosspoint_dispatch_queued{connection=\"a\"} 3\n");
        text.ShouldNotContain("connection=\"b\"");
    }

    [Fact]
    public void Write_MetersOfOthers_AreLeftOut()
    {
        using ServiceProvider other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Crosspoint.Engine").CreateCounter<long>("crosspoint.foreign").Add(1);
        _services.GetRequiredService<IMeterFactory>().Create("Somebody.Else").CreateCounter<long>("somebody.else").Add(1);
        string text = Text();
        text.ShouldNotContain("foreign");
        text.ShouldNotContain("somebody");
    }

    [Fact]
    public void Write_TagsWithoutEnd_AreBounded()
    {
        Counter<long> counter = _meter.CreateCounter<long>("crosspoint.leak");
        for (int i = 0; i < 5000; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        string[] lines = [.. Text().Split('\n').Where(l => l.StartsWith("crosspoint_leak_total{"))];
        lines.Length.ShouldBe(2001);
        lines.ShouldContain("crosspoint_leak_total{overflow=\"true\"} 3000");
    }

    [Fact]
    public async Task Record_FromManyThreads_LosesNothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("crosspoint.race");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("t", t % 2 == 0 ? "even" : "odd"));
        })));
        string text = Text();
        text.ShouldContain("crosspoint_race_total{t=\"even\"} 20000\n");
        text.ShouldContain("crosspoint_race_total{t=\"odd\"} 20000\n");
    }

    [Fact]
    public void Record_KnownTags_AllocatesNothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("crosspoint.cheap");
        var tag = new KeyValuePair<string, object?>("connection", "north-1");
        for (int i = 0; i < 100; i++) counter.Add(1, tag);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) counter.Add(1, tag);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Metrics_OverHttp_AreWellFormedAndHoldProcessAndRequests()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await api.GetAsync("/v1/messages/SM00000000000070008000000000000000");
        Answer answer = await api.GetAsync("/metrics");
        answer.ContentType.ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        foreach (string line in answer.Text.TrimEnd('\n').Split('\n')) Line().IsMatch(line).ShouldBeTrue(line);
        foreach (string name in new[] { "cpu_seconds_total", "resident_memory_bytes", "threads", "gc_collections_total{generation=\"0\"}" })
            answer.Text.ShouldContain($"\ncrosspoint_process_{name} ");
        answer.Text.ShouldContain("crosspoint_http_request_duration_seconds_count{http_route=\"/v1/messages/{id}\",status=\"4xx\"} 1");
    }

    [Fact]
    public async Task Health_FollowsTheGateway()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        (await api.GetAsync("/health/live")).Status.ShouldBe(200);
        (await api.GetAsync("/health/ready")).Status.ShouldBe(200);
        api.IsReady = false;
        Answer answer = await api.GetAsync("/health/ready");
        (answer.Status, answer.Text).ShouldBe((503, "not ready\n"));
        (await api.GetAsync("/health/live")).Status.ShouldBe(200);
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _services.Dispose();
    }

    private string Text()
    {
        var buffer = new ArrayBufferWriter<byte>();
        _exporter.Write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [GeneratedRegex(
        """^(# HELP [a-z_]+ .*|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? (-?[0-9.]+(E[+-]?[0-9]+)?|[+-]Inf|NaN))$""")]
    private static partial Regex Line();
}
