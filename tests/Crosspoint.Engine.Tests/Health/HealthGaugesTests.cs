using System.Diagnostics.Metrics;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Health;

public sealed class HealthGaugesTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Meter _meter = new("health-gauges-test");
    private readonly HealthTable _table;

    public HealthGaugesTests()
    {
        _table = new(new SteadyClock(_time));
        _ = new HealthGauges(_table, _meter);
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Gauges_AreOneAConnection_HoweverManyCellsThereAre()
    {
        Read().ShouldBeEmpty();
        for (int network = 1; network <= 20; network++)
        {
            Tell("north", network, AnswerKind.Accepted, isDelivered: network <= 15);
            Tell("south", network, network <= 5 ? AnswerKind.Refused : AnswerKind.Accepted, isDelivered: null);
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Dictionary<string, double> seen = Read();
        seen["crosspoint.health.delivery north"].ShouldBe(0.75);
        seen.ShouldNotContainKey("crosspoint.health.delivery south", "nothing was sent there from which a receipt is to be expected");
        seen["crosspoint.health.errors north"].ShouldBe(0);
        seen["crosspoint.health.errors south"].ShouldBe(0.25);
        seen["crosspoint.health.response north"].ShouldBe(0.05, 0.005);
        seen["crosspoint.health.cells north"].ShouldBe(20);
        seen.Count.ShouldBe(7);
    }

    private void Tell(string connection, int network, AnswerKind kind, bool? isDelivered)
    {
        var to = new Destination(default, "DE", NumberType.Mobile, NetworkId.FromCodes(262, network, 2), NetworkSource.Range);
        WatchedPath path = _table.Find(_table.NumberOf(connection), to, TrafficClass.Otp, "AC1");
        long now = _table.Clock.Now;
        path.Submitted(now);
        path.Answered(kind, kind == AnswerKind.Refused ? 8u : 0, 50_000, 0, now);
        if (isDelivered is not { } good) return;
        path.Sent(now, now);
        path.Ended(good, now, good ? 0 : 30_008, isLast: true, now);
    }

    private Dictionary<string, double> Read()
    {
        var all = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == _meter) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => all.Add($"{instrument.Name} {tags[0].Value}", value));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => all.Add($"{instrument.Name} {tags[0].Value}", value));
        listener.Start();
        listener.RecordObservableInstruments();
        return all;
    }
}
