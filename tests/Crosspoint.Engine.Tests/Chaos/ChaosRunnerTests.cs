using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Chaos;

public sealed class ChaosRunnerTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Target _target = new();
    private readonly ChaosRunner _runner;

    public ChaosRunnerTests() => _runner = new(_target, _time, NullLogger<ChaosRunner>.Instance);

    public void Dispose() => _runner.Dispose();

    [Fact]
    public void TryBegin_UntilItsTimeIsOver_ShowsTheFaultAndTakesItAway()
    {
        ChaosRun run = _runner.TryBegin(Errors(), "anna")!;
        _target.Injected.ShouldNotBeNull().Effect.ShouldBe(FaultEffect.Refuse);
        (run.Phase, run.By, run.Number).ShouldBe((ChaosPhase.Injecting, "anna", 1));
        _runner.TryBegin(Errors(), "bert").ShouldBeNull();

        _time.Advance(TimeSpan.FromSeconds(59));
        _target.Injected.ShouldNotBeNull();
        _time.Advance(TimeSpan.FromSeconds(1.5));
        _target.Injected.ShouldBeNull();
        ChaosRun report = _runner.Find(1)!;
        (report.Phase, report.End).ShouldBe((ChaosPhase.Done, ChaosEnd.Time));

        // Nothing was noticed, so nothing had to come back.
        (report.MetDetection, report.MetMove, report.MetRecovery).ShouldBe((false, false, true));
        _runner.TryBegin(Errors(), "bert")!.Number.ShouldBe(2);
    }

    [Fact]
    public void TryHit_OfManyMessages_HitsItsShareAndTheSameOnesAgain()
    {
        _runner.TryBegin(Errors() with { Share = 0.25 }, "anna");
        MessageHead[] heads = [.. Enumerable.Range(1, 4_000).Select(i => Head(i))];
        bool[] hits = [.. heads.Select(_target.Injected!.TryHit)];
        hits.Count(static hit => hit).ShouldBeInRange(900, 1_100);
        heads.Select(_target.Injected!.TryHit).ShouldBe(hits);
        _runner.Find(1)!.Segments.ShouldBe(2 * hits.Count(static hit => hit));
    }

    [Theory]
    [InlineData(TrafficClass.Transactional, "DE", true)]
    [InlineData(TrafficClass.Marketing, "DE", true)]
    [InlineData(TrafficClass.Otp, "DE", false)]
    [InlineData(TrafficClass.Transactional, "FR", false)]
    public void TryHit_WithoutAClass_SparesOneTimeCodesAndOtherCountries(TrafficClass trafficClass, string country, bool isHit)
    {
        _runner.TryBegin(Errors() with { Country = "DE" }, "anna");
        _target.Country = country;
        _target.Injected!.TryHit(Head(1, trafficClass)).ShouldBe(isHit);
    }

    [Fact]
    public void TryHit_NowhereElseToGo_SparesTheMessage()
    {
        _runner.TryBegin(Errors(), "anna");
        _target.HasOtherWay = false;
        _target.Injected!.TryHit(Head(1)).ShouldBeFalse();
    }

    [Fact]
    public void TryHit_Throttle_LetsTheRateThrough()
    {
        _runner.TryBegin(Errors() with { Fault = ExperimentFault.Throttle, Rate = 10 }, "anna");
        int passed = 0;
        for (int i = 1; i <= 1_000; i++)
        {
            if (!_target.Injected!.TryHit(Head(i))) passed++;
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        passed.ShouldBeInRange(95, 105);
        _target.Injected!.Status.ShouldBe(CommandStatus.Throttled);
    }

    [Fact]
    public void Finished_TooFewDelivered_EndsTheFaultAtOnce()
    {
        _runner.TryBegin(Errors() with { DeliveryAtLeast = 0.8, GuardMessages = 10 }, "anna");
        for (int i = 0; i < 8; i++) _runner.Finished(Head(i + 1), De, isDelivered: true);
        _runner.Finished(Head(9), new(default, "FR", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None), isDelivered: false);
        _target.Injected.ShouldNotBeNull();
        for (int i = 0; i < 3; i++) _runner.Finished(Head(20 + i), De, isDelivered: false);
        _target.Injected.ShouldBeNull();
        ChaosRun report = _runner.Find(1)!;
        (report.End, report.Delivered).ShouldBe((ChaosEnd.Guard, 8));
    }

    [Fact]
    public void Changed_NoticedMovedAndBack_IsMeasuredFromTheFirstHitAndTheEndOfTheFault()
    {
        _runner.TryBegin(Errors(), "anna");
        _time.Advance(TimeSpan.FromSeconds(10));
        _target.Injected!.TryHit(Head(1)).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(2));
        _runner.Noticed(Signal("south-1"));
        _runner.Noticed(Signal("north-1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        _runner.Changed(Change(CellState.Healthy, CellState.Suspended));
        _time.Advance(TimeSpan.FromSeconds(60));
        _runner.Find(1)!.Phase.ShouldBe(ChaosPhase.Recovering);
        _time.Advance(TimeSpan.FromSeconds(30));
        _runner.Changed(Change(CellState.Suspended, CellState.Recovering));
        _time.Advance(TimeSpan.FromSeconds(30));
        _runner.Changed(Change(CellState.Recovering, CellState.Healthy));

        ChaosRun report = _runner.Find(1)!;
        report.Phase.ShouldBe(ChaosPhase.Done);
        report.DetectedAfter!.Value.TotalSeconds.ShouldBe(2, 0.3);
        report.MovedAfter!.Value.TotalSeconds.ShouldBe(3, 0.3);
        report.RecoveredAfter!.Value.TotalSeconds.ShouldBe(73, 1);
        (report.MetDetection, report.MetMove, report.MetRecovery, report.Changes.Count).ShouldBe((true, true, true, 3));
    }

    [Fact]
    public void Changed_NotBackInTime_IsDoneAndMissed()
    {
        _runner.TryBegin(Errors() with { Targets = new() { Recovered = TimeSpan.FromSeconds(100) } }, "anna");
        _target.Injected!.TryHit(Head(1));
        _runner.Changed(Change(CellState.Healthy, CellState.Degraded));
        _time.Advance(TimeSpan.FromSeconds(170));
        ChaosRun report = _runner.Find(1)!;
        (report.Phase, report.MetMove, report.MetRecovery, report.RecoveredAfter).ShouldBe((ChaosPhase.Done, true, false, null));
    }

    [Fact]
    public void TryStop_Disconnect_EndsByTheOperator()
    {
        _runner.TryBegin(Errors() with { Fault = ExperimentFault.Disconnect, Share = 1 }, "anna")!.FirstHitAt.ShouldNotBeNull();
        _target.Injected!.Effect.ShouldBe(FaultEffect.Unbind);
        _runner.TryStop(2).ShouldBeFalse();
        _runner.TryStop(1).ShouldBeTrue();
        _runner.TryStop(1).ShouldBeFalse();
        (_target.Injected, _runner.Find(1)!.End).ShouldBe((null, ChaosEnd.Operator));
    }

    [Fact]
    public void Look_TheConnectionIsTakenAway_Ends()
    {
        _runner.TryBegin(Errors(), "anna");
        _target.IsThere = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        _runner.Find(1)!.End.ShouldBe(ChaosEnd.Gone);
    }

    [Fact]
    public void IsReceiptLost_OnlyOfTheConnectionAndWhileTheFaultIsThere()
    {
        _runner.TryBegin(Errors() with { Fault = ExperimentFault.ReceiptsLost }, "anna");
        _target.Injected.ShouldBeNull();
        _runner.IsReceiptLost("south-1", Head(1)).ShouldBeFalse();
        _runner.IsReceiptLost("north-1", Head(1)).ShouldBeTrue();
        _runner.Find(1)!.Segments.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(61));
        _runner.IsReceiptLost("north-1", Head(1)).ShouldBeFalse();
    }

    [Fact]
    public void Check_WhatWouldHarmMessages_IsRefused()
    {
        _runner.Check(Errors()).ShouldBeNull();
        _runner.Check(Errors() with { Connection = "west" })!.ShouldContain("no connection 'west'");
        _runner.Check(Errors() with { Fault = ExperimentFault.Latency, Latency = TimeSpan.FromSeconds(60) })!.ShouldContain("below the connection's response timeout of");
        _runner.Check(Errors() with { Fault = ExperimentFault.Latency, Latency = TimeSpan.FromSeconds(2) }).ShouldBeNull();
        _runner.Check(Errors() with { Status = CommandStatus.InvalidPassword })!.ShouldContain("ESME_RINVPASWD means 'Suspend'");
        _target.HasOtherWay = false;
        _runner.Check(Errors() with { Fault = ExperimentFault.Disconnect })!.ShouldContain("would wait");
    }

    private static Destination De => new(default, "DE", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None);

    private static Experiment Errors() => new() { Connection = "north-1", Fault = ExperimentFault.Errors, Country = "DE", Share = 1, For = TimeSpan.FromSeconds(60) };

    private static MessageHead Head(int number, TrafficClass trafficClass = TrafficClass.Transactional) => new()
    {
        Id = new((long)number << MessageId.CounterBits, 1),
        AccountSid = "AC",
        From = "Shop",
        To = "+4915112345678",
        Body = "Hello",
        Class = trafficClass,
        SegmentCount = 1,
    };

    private static HealthSignal Signal(string connection) => new()
    {
        Kind = SignalKind.Errors,
        Source = SignalSource.Statistic,
        Cell = new(connection, "DE", NetworkId.Unknown, null),
        Seen = 0.5,
        Expected = 0.01,
        Messages = 50,
        Over = TimeSpan.FromSeconds(2),
        At = 0,
    };

    private HealthChange Change(CellState from, CellState to) => new()
    {
        Cell = new("north-1", "DE", NetworkId.Unknown, null),
        From = from,
        To = to,
        Share = to == CellState.Healthy ? 1 : 0,
        Reason = "because",
        At = _time.GetUtcMicros(),
    };

    private sealed class Target : IFaultTarget
    {
        public InjectedFault? Injected { get; private set; }

        public bool IsThere { get; set; } = true;

        public bool HasOtherWay { get; set; } = true;

        public string Country { get; set; } = "DE";

        public ConnectionOptions? FindConnection(string name) =>
            name != "north-1" ? null : new() { Name = name, Vendor = "north", Group = name, Smpp = new() { Host = "127.0.0.1", Port = 1, SystemId = "cp", Password = "cp" } };

        public bool TryInject(string connection, InjectedFault? fault)
        {
            connection.ShouldBe("north-1");
            if (IsThere) Injected = fault;
            return IsThere;
        }

        public bool HasAlternative(MessageHead head, string connection) => HasOtherWay;

        public bool HasOther(string connection) => HasOtherWay;

        public Destination DestinationOf(MessageHead head) => new(default, Country, NumberType.Mobile, NetworkId.Unknown, NetworkSource.None);
    }
}
