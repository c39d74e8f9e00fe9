using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Health;

/// <summary>Sixty networks of ten countries on one connection, each with little traffic: what shows in all of them together.</summary>
public sealed class ConnectionWatchTests
{
    private const int Networks = 60;
    private const int Countries = 10;
    private const double Tick = 0.25;
    private const double Hours = 3_600;

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
    private readonly HealthTable _table;
    private readonly WatchedPath[] _paths;
    private readonly PriorityQueue<(int Network, bool IsDelivered, long SentAt), long> _receipts = new();
    private readonly List<HealthSignal> _signals = [];
    private Draws _draws = new(5);

    // What each network does: shares from 0 to 1.
    private readonly double[] _refused = new double[Networks];
    private readonly double[] _undelivered = new double[Networks];
    private readonly double[] _unanswered = new double[Networks];
    private readonly double[] _noReceipt = new double[Networks];
    private bool _isDead;

    // The country that nineteen of twenty messages go to; -1 for none.
    private int _home = -1;

    public ConnectionWatchTests()
    {
        var options = new DetectionOptions();
        _table = new(new SteadyClock(_time), (cell, usual, memory) => new CellDetector(cell, options, usual, memory)) { Watching = options };
        int connection = _table.NumberOf("north-1");
        _paths =
        [
            .. Enumerable.Range(0, Networks).Select(network => _table.Find(
                connection,
                new Destination(default, $"{(char)('A' + (network % Countries))}A", NumberType.Mobile, NetworkId.FromCodes(200 + (network % Countries), network, 2), NetworkSource.Range),
                TrafficClass.Transactional,
                "AC1")),
        ];
        Array.Fill(_refused, 0.01);
        Array.Fill(_undelivered, 0.05);
        Array.Fill(_noReceipt, 0.02);
    }

    private long Now => _table.Clock.Now;

    [Fact]
    public void Turn_NothingWrong_SaysNothing() => Play(12 * Hours, 1).ShouldBeEmpty();

    [Fact]
    public void Turn_NoneOfThemDelivers_IsSaidOfTheConnection_LongBeforeAnyOfThemCouldTell()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        Array.Fill(_undelivered, 1);
        HealthSignal signal = Play(110, 1).First();
        (signal.Kind, signal.Source, signal.Cell, signal.IsHard).ShouldBe((SignalKind.Delivery, SignalSource.Statistic, HealthCell.Of("north-1"), false));
        signal.Seen.ShouldBeLessThan(0.1);
        signal.Expected.ShouldBeInRange(0.9, 1);
        signal.Messages.ShouldBeInRange(40, 300);
        signal.Over.ShouldBeLessThan(TimeSpan.FromSeconds(80));
        signal.Except.ShouldBeEmpty();
        Play(300, 1).Count.ShouldBeInRange(3, 10, "it goes on");
    }

    [Fact]
    public void Turn_AllButOneDeliverNothing_WhatDoesWellIsExcepted()
    {
        Play(4 * Hours, 1, busy: 7).ShouldBeEmpty();
        for (int network = 0; network < Networks; network++) _undelivered[network] = network == 7 ? 0.05 : 1;
        HealthSignal signal = Play(300, 1, busy: 7).First();
        (signal.Kind, signal.Cell).ShouldBe((SignalKind.Delivery, HealthCell.Of("north-1")));
        signal.Except.ShouldHaveSingleItem().ShouldBe(_paths[7].Cell!.Cell.OfAllClasses);
    }

    [Fact]
    public void Turn_HalfOfEverythingIsRefused_IsSaidOfTheConnection()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        Array.Fill(_refused, 0.5);
        HealthSignal signal = Play(400, 1).First(static one => one.Kind == SignalKind.Errors);
        signal.Cell.ShouldBe(HealthCell.Of("north-1"));
        signal.Seen.ShouldBe(0.5, 0.15);
        signal.Expected.ShouldBeInRange(0.001, 0.05);
    }

    [Fact]
    public void Turn_AnswersStayAway_IsSaidOfTheConnection()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        Array.Fill(_unanswered, 0.6);
        Play(900, 1).ShouldContain(static one => one.Kind == SignalKind.Timeouts && one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Turn_ReceiptsStayAway_IsSaidOfTheConnection()
    {
        Play(8 * Hours, 1).ShouldBeEmpty();
        Array.Fill(_noReceipt, 1);
        HealthSignal signal = Play(600, 1).First(static one => one.Cell.Country.Length == 0);
        (signal.Kind, signal.Expected).ShouldBe((SignalKind.ReceiptsSilent, 1));
        signal.Seen.ShouldBeLessThan(0.5);
        signal.Over.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Turn_FewOfThemDeliverNothing_IsTheirsAlone()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        for (int network = 0; network < 4; network++) _undelivered[network * 7] = 1;
        Play(12 * Hours, 1).ShouldNotContain(static one => one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Turn_OneCountryDeliversNothing_IsItsAlone()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        for (int network = 3; network < Networks; network += Countries) _undelivered[network] = 1;
        Play(12 * Hours, 1).ShouldNotContain(static one => one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Turn_NothingIsAnswered_IsAStallOfTheConnection_ThoughNoCellHasMuchThatWaits()
    {
        Play(4 * Hours, 1).ShouldBeEmpty();
        _isDead = true;
        HealthSignal signal = Play(15, 1).ShouldHaveSingleItem();
        (signal.Kind, signal.Source, signal.Cell, signal.IsHard).ShouldBe((SignalKind.Stalled, SignalSource.Sign, HealthCell.Of("north-1"), true));
        signal.Seen.ShouldBeInRange(signal.Expected, signal.Expected + 0.5);
        signal.Messages.ShouldBeGreaterThanOrEqualTo(3);

        Play(29, 1).Count(static one => one.Kind == SignalKind.Stalled && one.Cell.Country.Length == 0).ShouldBe(1, "it is told again after half a minute");
        _isDead = false;
        Play(60, 1).ShouldNotContain(static one => one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Turn_SegmentsOfLongAgoWait_WhileOthersAreAnswered_IsNoStall()
    {
        Play(1 * Hours, 1).ShouldBeEmpty();
        for (int network = 0; network < 5; network++) _paths[network].Submitted(Now);
        Play(20, 1).ShouldBeEmpty();

        // Then nothing more is sent for a while.
        Play(30, 0).ShouldBeEmpty();
    }

    [Fact]
    public void Turn_MostGoesToOneCountryThatRefusesAll_IsItsAlone()
    {
        _home = 3;
        Play(4 * Hours, 5).ShouldBeEmpty();
        for (int network = 3; network < Networks; network += Countries) _refused[network] = 1;
        List<HealthSignal> told = Play(120, 5);
        told.ShouldNotBeEmpty();
        told.ShouldNotContain(static one => one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Turn_AnswersComeInGroups_IsNoStall()
    {
        Play(60, 1);
        for (int turn = 0; turn < 2_400; turn++)
        {
            // After the last answers of the turn some are written that wait for the next ones.
            for (int group = 0; group < 5; group++)
            {
                for (int i = 0; i < 10; i++) _paths[((group * 10) + i) % Networks].Submitted(Now);
                _time.Advance(TimeSpan.FromMilliseconds(50));
                int answered = group == 4 ? 5 : 10;
                for (int i = 0; i < answered + (group == 0 && turn > 0 ? 5 : 0); i++)
                    _paths[((group * 10) + i) % Networks].Answered(AnswerKind.Accepted, 0, 50_000, 0, Now - (group == 4 ? 40_000 : 0));
                if (group == 4) for (int i = 5; i < 10; i++) _paths[((group * 10) + i) % Networks].Submitted(Now);
            }

            _signals.Clear();
            _table.Turn(Now, _signals);
            _signals.ShouldNotContain(static one => one.Kind == SignalKind.Stalled && one.Cell.Country.Length == 0);
        }
    }

    // Messages a second over all networks; one of them may have half of all messages.
    private List<HealthSignal> Play(double seconds, double rate, int busy = -1)
    {
        _signals.Clear();
        for (double at = 0; at < seconds; at += Tick)
        {
            _time.Advance(TimeSpan.FromSeconds(Tick));
            if (_draws.Next() < rate * Tick) Submit(busy >= 0 && _draws.Next() < 0.5 ? busy : Any());
            while (_receipts.TryPeek(out (int Network, bool IsDelivered, long SentAt) receipt, out long due) && due <= Now)
            {
                _receipts.Dequeue();
                _paths[receipt.Network].Ended(receipt.IsDelivered, receipt.SentAt, 0, isLast: true, Now);
            }

            _table.Turn(Now, _signals);
        }

        return [.. _signals];
    }

    private int Any() => _home >= 0 && _draws.Next() < 0.95 ? _home + (Countries * (int)(_draws.Next() * (Networks / Countries))) : (int)(_draws.Next() * Networks);

    private void Submit(int network)
    {
        WatchedPath path = _paths[network];
        path.Submitted(Now);
        if (_isDead) return;
        if (_draws.Next() < _unanswered[network])
        {
            path.Answered(AnswerKind.Unanswered, 0, 30 * Micros.PerSecond, 0, Now);
            return;
        }

        bool isRefused = _draws.Next() < _refused[network];
        path.Answered(isRefused ? AnswerKind.Refused : AnswerKind.Accepted, isRefused ? 0x0Bu : 0, 50_000, 0, Now);
        if (isRefused) return;
        path.Sent(Now, Now);
        if (_draws.Next() < _noReceipt[network]) return;
        bool isDelivered = _draws.Next() >= _undelivered[network];
        _receipts.Enqueue((network, isDelivered, Now), Now + (long)((2 + (6 * _draws.Next())) * Micros.PerSecond));
    }
}
