using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Tests.Quality;

/// <summary>What is learned, as metrics, warnings and decisions see it.</summary>
public sealed class QualityWatchTests : IDisposable
{
    private static readonly Destination German = new(default, "DE", NumberType.Mobile, NetworkId.FromCodes(262, 1, 2), NetworkSource.Range);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _log = new();
    private readonly QualityTable _table = new(new());
    private readonly Meter _meter;
    private readonly QualityWatch _watch;

    public QualityWatchTests()
    {
        _meter = _services.GetRequiredService<IMeterFactory>().Create("Crosspoint.Engine");
        _watch = new(_table, _time, _meter, _log.CreateLogger<QualityWatch>());
    }

    public void Dispose()
    {
        _watch.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Metrics_TellEachConnectionOnce_WhateverItCarries()
    {
        Learn("north", 200, delivered: 0.5, confirmed: 0.8);
        Learn("south", 200, delivered: 1, confirmed: null);
        _table.Sent(_table.NumberOf("north"), German with { Country = "FR", Network = default }, TrafficClass.Otp, _time.GetUtcMicros());
        Read("crosspoint.quality.delivery").ShouldBeEmpty("nothing was looked at yet");
        _time.Advance(TimeSpan.FromSeconds(10));
        Dictionary<string, double> delivery = Read("crosspoint.quality.delivery");
        delivery.Keys.Order().ShouldBe(["north", "south"]);
        delivery["north"].ShouldBe(0.55, 0.06);
        delivery["south"].ShouldBeGreaterThan(0.95);
        Read("crosspoint.quality.feedback")["north"].ShouldBe(200, 10);
        Read("crosspoint.quality.feedback")["south"].ShouldBe(0);
        Read("crosspoint.quality.suspects")["north"].ShouldBe(0);
        Dictionary<string, double> keys = Read("crosspoint.quality.keys");
        (keys["receipts"], keys["feedback"]).ShouldBe((_table.Count, _table.FeedbackCount));
        keys["receipts"].ShouldBe(10, "class, network, country and connection of each, and two more in France");
    }

    [Fact]
    public void Suspect_IsWarnedOfWhenItBeginsAndWhenItEnds()
    {
        Learn("north", 500, delivered: 1, confirmed: 0.9);
        Learn("south", 500, delivered: 1, confirmed: 0.3);
        for (int i = 0; i < 5; i++) _time.Advance(TimeSpan.FromSeconds(10));
        _log.Of(2870).ShouldHaveSingleItem().ShouldContain("south are suspect (DE, otp; countries and classes in all: 1)");
        _log.Of(2871).ShouldBeEmpty();
        Read("crosspoint.quality.suspects")["south"].ShouldBe(1);

        // What they do from now on is what the others do, and what was before grows old.
        for (int day = 0; day < 8; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            Learn("north", 500, delivered: 1, confirmed: 0.9);
            Learn("south", 500, delivered: 1, confirmed: 0.9);
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        _log.Of(2871).ShouldHaveSingleItem().ShouldContain("south are no longer suspect");
        _log.Of(2870).Count.ShouldBe(1);
        Read("crosspoint.quality.suspects")["south"].ShouldBe(0);
    }

    [Fact]
    public void Readings_FollowWhatIsLearned_WithinTurns()
    {
        using var learned = new LearnedQuality(_table, _time);
        IConnectionQuality north = learned.Of("north");
        north.Find(German, TrafficClass.Otp).IsMeasured.ShouldBeFalse();
        learned.Of("south").Find(German, TrafficClass.Otp).Delivery.ShouldBe(0.9);

        // Asked for since the last turn: renewed with the next.
        Learn("north", 500, delivered: 0.2, confirmed: null);
        _time.Advance(TimeSpan.FromSeconds(2));
        RouteQuality seen = north.Find(German, TrafficClass.Otp);
        (seen.Delivery < 0.3, seen.IsMeasured, seen.AtBest > seen.Delivery, seen.ReceiptSeconds > 0).ShouldBe((true, true, true, true));
        learned.Of("south").Find(German, TrafficClass.Otp).Delivery.ShouldBe(0.9, 0.000_001, "another connection");

        // Not asked for in a long while: worked out when it is.
        _time.Advance(TimeSpan.FromMinutes(20));
        Learn("north", 3_000, delivered: 1, confirmed: null);
        _time.Advance(TimeSpan.FromSeconds(30));
        QualityEstimate now = _table.Estimate(_table.NumberOf("north"), German, TrafficClass.Otp, _time.GetUtcMicros());
        north.Find(German, TrafficClass.Otp).Delivery.ShouldBe(now.Probability, 1e-9);
    }

    [Fact]
    public void Readings_ManyConnectionsAndThreads_NeverMixUp()
    {
        const int Connections = 40;
        using var learned = new LearnedQuality(_table, _time);
        IConnectionQuality[] all = [.. Enumerable.Range(0, Connections).Select(i => learned.Of($"c{i}"))];
        for (int i = 0; i < Connections; i++) Learn($"c{i}", 200, delivered: i / (double)Connections, confirmed: null);
        double[] known = [.. all.Select(static one => one.Find(German, TrafficClass.Otp).Delivery)];
        Parallel.For(0, 20, turn =>
        {
            if (turn % 5 == 0) _time.Advance(TimeSpan.FromSeconds(2));
            for (int i = 0; i < 2_000; i++)
            {
                int at = i % Connections;
                RouteQuality quality = all[at].Find(German, TrafficClass.Otp);
                quality.Delivery.ShouldBe(known[at], 0.02);
                quality.AtBest.ShouldBeGreaterThanOrEqualTo(quality.Delivery);
            }
        });
    }

    [Fact]
    public void Readings_InRows_SayWhatTheFullOnesSay_UntilNobodyAsked()
    {
        using var learned = new LearnedQuality(_table, _time);
        Learn("north", 300, delivered: 0.8, confirmed: null);
        IQualityRows rows = ((IQuality)learned).Rows.ShouldNotBeNull();
        int north = rows.NumberOf("north");
        RouteQualityRow row = rows.RowOf(German, TrafficClass.Otp);
        row.TryGlance(north, out _).ShouldBeFalse("not worked out yet");
        RouteQuality full = learned.Of("north").Find(German, TrafficClass.Otp);
        row.TryGlance(north, out QualityGlance glance).ShouldBeTrue();
        glance.Delivery.ShouldBe(full.Delivery, 1e-7);
        glance.AtBest.ShouldBe(full.AtBest, 1e-7);
        glance.IsMeasured.ShouldBe(full.IsMeasured);
        rows.RowOf(German, TrafficClass.Otp).ShouldBeSameAs(row);
        rows.RowOf(German, TrafficClass.Marketing).ShouldNotBeSameAs(row);

        // A glance asks for it too: the next turn renews it.
        Learn("north", 5_000, delivered: 0.1, confirmed: null);
        _time.Advance(TimeSpan.FromSeconds(2));
        row.TryGlance(north, out glance).ShouldBeTrue();
        glance.Delivery.ShouldBeLessThan(0.5);
        _time.Advance(TimeSpan.FromSeconds(30));
        row.TryGlance(north, out _).ShouldBeFalse("nobody asked for many turns");

        // A row that nobody asks for is forgotten, and others are not.
        for (int i = 0; i < 700; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            learned.Of("north").Find(German, TrafficClass.Marketing);
        }

        rows.RowOf(German, TrafficClass.Otp).ShouldNotBeSameAs(row);
        rows.RowOf(German, TrafficClass.Marketing).TryGlance(north, out _).ShouldBeTrue();
    }

    [Fact]
    public void Readings_KnownKeys_AllocateNothing()
    {
        using var learned = new LearnedQuality(_table, _time);
        IConnectionQuality north = learned.Of("north");
        Learn("north", 100, delivered: 1, confirmed: 1);
        for (int i = 0; i < 100; i++) north.Find(German, TrafficClass.Otp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) north.Find(German, (TrafficClass)1);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private Dictionary<string, double> Read(string name)
    {
        var values = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter == _meter && instrument.Name == name) each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => values.Add((string)tags[0].Value!, value));
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => values.Add((string)tags[0].Value!, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    // Over the last minutes, a second each; receipts come after two.
    private void Learn(string connection, int messages, double delivered, double? confirmed)
    {
        int number = _table.NumberOf(connection);
        long now = _time.GetUtcMicros();
        for (int i = 0; i < messages; i++)
        {
            long at = now - ((messages - i) * Micros.PerSecond) - (30 * Micros.PerSecond);
            _table.Sent(number, German, TrafficClass.Otp, at);
            _table.Ended(number, German, TrafficClass.Otp, at, isDelivered: i * 37 % 100 < delivered * 100, at + (2 * Micros.PerSecond));
            if (confirmed is { } share)
                _table.Feedback(number, German, TrafficClass.Otp, isConfirmed: i * 41 % 100 < share * 100, at + (20 * Micros.PerSecond));
        }
    }
}
