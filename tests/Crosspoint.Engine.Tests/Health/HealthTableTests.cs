using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Health;

public sealed class HealthTableTests
{
    private const string Account = "AC00000000000000000000000000000001";
    private static readonly Destination German = To("DE", "26201");

    private readonly ManualTimeProvider _time = new();
    private readonly HealthTable _table;

    public HealthTableTests() => _table = new(new SteadyClock(_time));

    private long Now => _table.Clock.Now;

    [Fact]
    public void Events_CountInTheCellAndAllThatIsWider()
    {
        Deliver("north", German, TrafficClass.Otp, messages: 10);
        Deliver("north", To("DE", "26202"), TrafficClass.Otp, messages: 5);
        Deliver("north", German, TrafficClass.Marketing, messages: 3);
        Deliver("south", To("FR", "20801"), TrafficClass.Otp, messages: 2);
        Deliver("south", German, TrafficClass.Otp, messages: 1);

        Sums(HealthLevel.Class).ShouldBe(
            ["north DE 26201 Marketing 3", "north DE 26201 Otp 10", "north DE 26202 Otp 5", "south DE 26201 Otp 1", "south FR 20801 Otp 2"]);
        Sums(HealthLevel.Network).ShouldBe(["north DE 26201  13", "north DE 26202  5", "south DE 26201  1", "south FR 20801  2"]);
        Sums(HealthLevel.Country).ShouldBe(["north DE   18", "south DE   1", "south FR   2"]);
        Sums(HealthLevel.Connection).ShouldBe(["north    18", "south    3"]);
        Sums(HealthLevel.World).ShouldBe([" DE   19", " FR   2"]);
        Sums(HealthLevel.Account).ShouldBe(["    21"]);
        _table.VendorOf = static _ => "acme";
        Sums(HealthLevel.Vendor).ShouldBe(["    21"]);
        _table.List(new(HealthLevel.Vendor, HealthInterval.OneMinute), 0, 10).Single().Vendor.ShouldBe("acme");
        _table.List(new(HealthLevel.Account, HealthInterval.OneMinute), 0, 10).Single().Account.ShouldBe(Account);
        IntervalReading all = _table.Read(HealthCell.Of("north"), HealthInterval.FiveMinutes);
        (all.Submitted, all.Accepted, all.Sent, all.Delivered, all.Cost).ShouldBe((18, 18, 18, 18, 18 * 7_000));
        _table.Read(new("north", "DE", German.Network, null), HealthInterval.OneMinute).Delivered.ShouldBe(13);
        _table.Read(new("north", "DE", German.Network, TrafficClass.Otp), HealthInterval.OneMinute).Delivered.ShouldBe(10);
        _table.Read(HealthCell.Of("nobody"), HealthInterval.OneMinute).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Copies_CountForTheirConnectionAlone()
    {
        Deliver("test", German, TrafficClass.Otp, messages: 4, account: "");
        Sums(HealthLevel.Connection).ShouldBe(["test    4"]);
        Sums(HealthLevel.World).ShouldBeEmpty();
        Sums(HealthLevel.Account).ShouldBeEmpty();
    }

    [Fact]
    public void Ended_MessageThatGoesToAnotherConnection_IsLostToTheFirst_AndCountsOnceInItsCountry()
    {
        WatchedPath first = Path("north", German, TrafficClass.Otp);
        WatchedPath second = Path("south", German, TrafficClass.Otp);
        for (int i = 0; i < 10; i++)
        {
            long sentAt = Now;
            first.Sent(sentAt, sentAt);
            _time.Advance(TimeSpan.FromSeconds(1));
            first.Ended(isDelivered: false, sentAt, 30_003, isLast: false, Now);
            sentAt = Now;
            second.Sent(sentAt, sentAt);
            _time.Advance(TimeSpan.FromSeconds(1));
            second.Ended(isDelivered: true, sentAt, 0, isLast: true, Now);
        }

        _table.Read(HealthCell.Of("north"), HealthInterval.OneMinute).DeliveryRate.ShouldBe(0);
        _table.Read(HealthCell.Of("south"), HealthInterval.OneMinute).DeliveryRate.ShouldBe(1);
        IntervalReading country = _table.List(new(HealthLevel.World, HealthInterval.OneMinute), 0, 10).Single().Reading;
        (country.DeliveryRate, country.Delivered, country.Undelivered, country.Pending).ShouldBe((1, 10, 0, 0));
    }

    [Fact]
    public void Sweep_CellsIdleForAnHour_Go_AndEventsOfThoseWhoKeptThemCountAnew()
    {
        WatchedPath kept = Path("north", German, TrafficClass.Otp);
        Deliver("north", German, TrafficClass.Otp, messages: 2);
        Deliver("north", To("FR", "20801"), TrafficClass.Otp, messages: 2);
        _time.Advance(TimeSpan.FromMinutes(50));
        Deliver("north", To("FR", "20801"), TrafficClass.Otp, messages: 1);
        _time.Advance(TimeSpan.FromMinutes(11));
        _table.Sweep(Now);
        _table.Count.ShouldBe(1);
        Sums(HealthLevel.Class).ShouldBeEmpty("the other's were eleven minutes ago");

        kept.Submitted(Now);
        kept.Answered(AnswerKind.Accepted, 0, 1_000, 5, Now);
        _table.Count.ShouldBe(2);
        Sums(HealthLevel.Class, static reading => reading.Accepted).ShouldBe(["north DE 26201 Otp 1"]);
        Sums(HealthLevel.World, static reading => reading.Accepted).ShouldBe([" DE   1"]);
        Sums(HealthLevel.Country, static reading => reading.Accepted).ShouldBe(["north DE   1"]);
        _time.Advance(TimeSpan.FromHours(2));
        _table.Sweep(Now);
        _table.Count.ShouldBe(0);
        _table.Octets.ShouldBe(0);
    }

    [Fact]
    public void Find_MoreNetworksThanThereIsRoomFor_AreCountedUnderTheirCountry_ThenUnderTheConnection()
    {
        var table = new HealthTable(new SteadyClock(_time), detectors: null, mostCells: 100);
        int north = table.NumberOf("north");
        int told = 0;
        for (int round = 0; round < 2; round++)
        {
            foreach (string country in Countries())
            {
                for (int network = 1; network <= 3; network++, told++)
                    table.Find(north, To(country, $"{200 + network}0{network}"), TrafficClass.Otp, Account).Submitted(table.Clock.Now);
            }
        }

        table.Count.ShouldBeInRange(100, 101, "and one for all that found no room");
        table.Read(HealthCell.Of("north"), HealthInterval.OneMinute).Submitted.ShouldBe(told, "nothing is lost");
        HealthRow[] rows = [.. table.List(new(HealthLevel.Class, HealthInterval.OneMinute), 0, 1_000)];
        rows.Count(static row => row.Network.IsKnown).ShouldBe(90);
        rows.Count(static row => !row.Network.IsKnown && row.Country != HealthCell.UnknownCountry).ShouldBe(10);
        rows.Single(static row => row.Country == HealthCell.UnknownCountry).Reading.Submitted.ShouldBe(told - (2 * 90) - (2 * 30));
    }

    [Fact]
    public void Find_SamePlace_IsTheSameCell_AndAllocatesNothing()
    {
        WatchedPath path = Path("north", German, TrafficClass.Otp);
        for (int i = 0; i < 20_000; i++) Count(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Count(i);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        Path("north", German, TrafficClass.Otp).ShouldBe(path);

        void Count(int i)
        {
            WatchedPath found = Path("north", German, TrafficClass.Otp);
            found.Submitted(Now);
            found.Answered(AnswerKind.Accepted, 0, 50_000 + (i % 10_000), 100, Now);
            found.Sent(Now, Now);
            found.Ended(isDelivered: true, Now, 0, isLast: true, Now);
        }
    }

    [Fact]
    public void Turn_DetectorsAreToldEverything_AndAskedWhileThereIsSomethingToSay()
    {
        var detectors = new List<Recorder>();
        var table = new HealthTable(new SteadyClock(_time), (cell, _, _) =>
        {
            if (cell.Class == TrafficClass.Marketing) return null;
            detectors.Add(new Recorder(cell));
            return detectors[^1];
        });
        WatchedPath path = table.Find(table.NumberOf("north"), German, TrafficClass.Otp, Account);
        WatchedPath unwatched = table.Find(table.NumberOf("north"), German, TrafficClass.Marketing, Account);
        (unwatched.Cell!.Detector, unwatched.Cell.Totals).ShouldBe((null, null));
        Recorder recorder = detectors.Single();
        path.Cell!.Detector.ShouldBe(recorder);
        recorder.Cell.ShouldBe(new HealthCell("north", "DE", German.Network, TrafficClass.Otp));
        var signals = new List<HealthSignal>();
        table.Turn(Now, signals);
        recorder.Turns.ShouldBe(0, "nothing has happened");

        long sentAt = Now;
        path.Submitted(Now);
        path.Answered(AnswerKind.Refused, 11, 40_000, 0, Now);
        path.Sent(sentAt, Now);
        _time.Advance(TimeSpan.FromSeconds(2));
        path.Ended(isDelivered: true, sentAt, 0, isLast: true, Now);
        path.Ended(isDelivered: false, 0, 30_008, isLast: false, Now);
        path.Ended(isDelivered: false, SteadyClock.Unknown, 30_008, isLast: true, Now);
        path.Feedback(isConfirmed: true, Now);
        recorder.Told.ShouldBe(["submitted", "Refused 11 40000", "sent", "ended True 2000000", "ended False -1", "ended False -1", "feedback True"]);
        table.Turn(Now, signals);
        table.Turn(Now, signals);
        (recorder.Turns, signals.Count).ShouldBe((1, 1), "the second time there was nothing new");
        path.Cell.Totals!.Value.Submitted.ShouldBe(7);

        path.Submitted(Now);
        for (int i = 0; i < 4; i++) table.Turn(Now, signals);
        recorder.Turns.ShouldBe(5, "a segment waits for its answer");
        path.Answered(AnswerKind.Unanswered, 0, 0, 0, Now);
        for (int i = 0; i < 300; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            table.Turn(Now, signals);
        }

        recorder.Turns.ShouldBeInRange(50, 80, "for a while it is asked every second, then no more");
        path.Submitted(Now);
        table.Turn(Now, signals);
        recorder.Turns.ShouldBeInRange(51, 81, "until something happens again");
    }

    [Fact]
    public void Sweep_WhatACellHadLearned_IsThereWhenItComesBack()
    {
        var made = new List<(HealthCell Cell, CellUsual? Usual, CellMemory? Memory)>();
        HealthTable table = Watched(made);
        WatchedPath path = Deliver(table, German, messages: 400);
        Deliver(table, To("FR", "20801"), messages: 20);
        made.ShouldAllBe(static one => one.Memory == null);
        _time.Advance(TimeSpan.FromHours(2));
        table.Sweep(table.Clock.Now);
        (table.Count, table.Kept).ShouldBe((0, 1), "of twenty messages nothing is worth keeping");
        made.Clear();

        path.Submitted(table.Clock.Now);

        (HealthCell cell, CellUsual? usual, CellMemory? memory) = made.ShouldHaveSingleItem();
        (cell, usual).ShouldBe((new HealthCell("north", "DE", German.Network, TrafficClass.Otp), null));
        memory.ShouldNotBeNull().Errors.All.ShouldBe(400 * (float)Math.Pow(2, -2 / 48.0), 25);
        table.Kept.ShouldBe(0);
    }

    [Fact]
    public void Sweep_MoreThanThereMayBeCells_TheOldestAreForgotten()
    {
        var made = new List<(HealthCell Cell, CellUsual? Usual, CellMemory? Memory)>();
        HealthTable table = Watched(made, mostCells: 5);
        for (int network = 1; network <= 8; network++)
        {
            Deliver(table, To("DE", $"2620{network}"), messages: 300);
            _time.Advance(TimeSpan.FromHours(2));
            table.Sweep(table.Clock.Now);
        }

        table.Kept.ShouldBe(5);
        made.Clear();
        Deliver(table, To("DE", "26203"), messages: 1);
        Deliver(table, To("DE", "26204"), messages: 1);
        made.Select(static one => one.Memory is not null).ShouldBe([false, true]);
    }

    [Fact]
    public void Find_NewNetwork_BeginsWithWhatItsCountryShows_OnTheConnectionOrOnAll()
    {
        var made = new List<(HealthCell Cell, CellUsual? Usual, CellMemory? Memory)>();
        HealthTable table = Watched(made);
        Deliver(table, German, messages: 300);
        made.ShouldHaveSingleItem().Usual.ShouldBeNull();
        Deliver(table, To("DE", "26202"), messages: 1);
        Deliver(table, To("DE", "26203"), messages: 1, connection: "south");
        Deliver(table, To("FR", "20801"), messages: 1);
        made.Skip(1).Select(static one => one.Usual is not null).ShouldBe([true, true, false]);
        CellUsual usual = made[1].Usual!;
        (usual.Weight, usual.Refused, usual.Undelivered).ShouldBe((20, 0.02, 0.1), "never less than what is guessed anyhow");
        usual.ReceiptMedian.TotalSeconds.ShouldBe(1, 0.1);
    }

    [Fact]
    public void From_WiderCellThatIsIll_TeachesNothing()
    {
        var made = new List<(HealthCell Cell, CellUsual? Usual, CellMemory? Memory)>();
        HealthTable table = Watched(made);
        WatchedPath path = Deliver(table, German, messages: 300);
        for (int i = 0; i < 100; i++) path.Answered(AnswerKind.Refused, 8, 1_000, 0, table.Clock.Now);
        Deliver(table, To("DE", "26202"), messages: 1);
        made[1].Usual.ShouldBeNull();
    }

    [Fact]
    public void CountryTotals_AreThoseOfAllItsNetworksOnTheConnection()
    {
        HealthTable table = Watched([]);
        Deliver(table, German, messages: 3);
        Deliver(table, To("DE", "26202"), messages: 4);
        Deliver(table, To("FR", "20801"), messages: 5);
        Deliver(table, German, messages: 6, connection: "south");
        var germany = new HealthCell("north", "DE", NetworkId.Unknown, null);
        table.CountryTotalsOf(germany)!.Value.Accepted.ShouldBe(7);
        table.ReadCountry(germany, HealthInterval.OneMinute).Submitted.ShouldBe(7);
        table.CountryTotalsOf(germany with { Country = "IT" }).ShouldBeNull();
    }

    [Fact]
    public void Totals_OfNetworksThatLeave_StayThoseOfTheirCountryAndConnection_AndGrowWhenTheyComeBack()
    {
        HealthTable table = Watched([]);
        Deliver(table, German, messages: 300);
        Deliver(table, To("DE", "26202"), messages: 50);
        Deliver(table, To("FR", "20801"), messages: 5);
        _time.Advance(TimeSpan.FromMinutes(50));
        Deliver(table, To("DE", "26202"), messages: 1);
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(11));
            table.Sweep(table.Clock.Now);
        }

        table.Count.ShouldBe(1, "two networks carried nothing for an hour");
        var german = new HealthCell("north", "DE", German.Network, null);
        Check((356, 351, 300));
        table.TotalsOf(german with { Class = TrafficClass.Otp }).ShouldBeNull("it is not watched now");
        Deliver(table, German, messages: 7);
        Check((363, 358, 307));
        table.TotalsOf(german with { Class = TrafficClass.Otp })!.Value.Accepted.ShouldBe(7);

        void Check((long All, long Country, long Network) accepted) => (
            table.TotalsOf(HealthCell.Of("north"))!.Value.Accepted,
            table.CountryTotalsOf(german with { Network = NetworkId.Unknown })!.Value.Accepted,
            table.TotalsOf(german)!.Value.Accepted,
            table.TotalsBut(HealthCell.Of("north"), [german])!.Value.Accepted).ShouldBe((accepted.All, accepted.Country, accepted.Network, accepted.All - accepted.Network));
    }

    [Fact]
    public async Task Totals_WhileNetworksComeAndGo_NeverShrink()
    {
        HealthTable table = Watched([]);
        using var stop = new CancellationTokenSource();
        Task sweeping = Task.Run(() =>
        {
            // As if an hour had passed.
            while (!stop.IsCancellationRequested) table.Sweep(table.Clock.Now + HealthTable.IdleMicros + 1);
        });
        Task telling = Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
                table.Find(table.NumberOf("north"), To("DE", $"2620{1 + (i % 5)}"), TrafficClass.Otp, Account).Submitted(table.Clock.Now);
        });
        long most = 0;
        while (!telling.IsCompleted)
        {
            long submitted = table.TotalsOf(HealthCell.Of("north"))?.Submitted ?? 0;
            submitted.ShouldBeGreaterThanOrEqualTo(most);
            most = submitted;
        }

        await telling;
        await stop.CancelAsync();
        await sweeping;
        table.TotalsOf(HealthCell.Of("north"))!.Value.Submitted.ShouldBe(20_000);
    }

    [Fact]
    public async Task Events_FromManyThreadsWhileCellsAreReadAndSwept_AreAllCounted()
    {
        const int Threads = 6;
        const int Rounds = 20_000;
        var recorders = new System.Collections.Concurrent.ConcurrentBag<Recorder>();
        var table = new HealthTable(new SteadyClock(_time), (cell, _, _) =>
        {
            var recorder = new Recorder(cell) { KeepsWords = false };
            recorders.Add(recorder);
            return recorder;
        });
        int running = Threads;
        Task[] tellers =
        [
            .. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    Destination to = To("DE", $"2620{1 + ((i + thread) % 3)}");
                    table.Find(table.NumberOf("north"), to, TrafficClass.Otp, Account).Submitted(table.Clock.Now);
                }

                Interlocked.Decrement(ref running);
            })),
        ];
        var signals = new List<HealthSignal>();
        while (Volatile.Read(ref running) > 0)
        {
            table.Turn(table.Clock.Now, signals);
            table.List(new(HealthLevel.Class, HealthInterval.OneMinute), 0, 10);

            // As if an hour had passed: cells go while events come.
            table.Sweep(table.Clock.Now + HealthTable.IdleMicros + 1);
        }

        await Task.WhenAll(tellers);
        recorders.Sum(static recorder => recorder.Totals.Submitted).ShouldBe(Threads * (long)Rounds);
    }

    private static Destination To(string country, string network) => new(
        default, country, NumberType.Mobile, NetworkId.TryParse(network, out NetworkId id) ? id : NetworkId.Unknown, NetworkSource.Range);

    private static IEnumerable<string> Countries() => Enumerable.Range(0, 60).Select(static i => $"{(char)('A' + (i / 10))}{(char)('A' + (i % 10))}");

    private WatchedPath Path(string connection, in Destination to, TrafficClass trafficClass, string account = Account) =>
        _table.Find(_table.NumberOf(connection), to, trafficClass, account);

    private void Deliver(string connection, in Destination to, TrafficClass trafficClass, int messages, string account = Account)
    {
        WatchedPath path = Path(connection, to, trafficClass, account);
        for (int i = 0; i < messages; i++)
        {
            path.Submitted(Now);
            path.Answered(AnswerKind.Accepted, 0, 60_000, 7_000, Now);
            path.Sent(Now, Now);
            path.Ended(isDelivered: true, Now - Micros.PerSecond, 0, isLast: true, Now);
        }
    }

    private HealthTable Watched(List<(HealthCell Cell, CellUsual? Usual, CellMemory? Memory)> made, int mostCells = 100) => new(
        new SteadyClock(_time),
        (cell, usual, memory) =>
        {
            made.Add((cell, usual, memory));
            return new CellDetector(cell, new(), usual, memory);
        },
        mostCells);

    private static WatchedPath Deliver(HealthTable table, in Destination to, int messages, string connection = "north")
    {
        WatchedPath path = table.Find(table.NumberOf(connection), to, TrafficClass.Otp, Account);
        var signals = new List<HealthSignal>();
        for (int i = 0; i < messages; i++)
        {
            long now = table.Clock.Now;
            path.Submitted(now);
            path.Answered(AnswerKind.Accepted, 0, 60_000, 7_000, now);
            path.Sent(now, now);
            path.Ended(isDelivered: true, now - Micros.PerSecond, 0, isLast: true, now);
            table.Turn(now, signals);
        }

        signals.ShouldBeEmpty();
        return path;
    }

    private string[] Sums(HealthLevel level, Func<IntervalReading, long>? value = null) =>
    [
        .. _table.List(new(level, HealthInterval.OneMinute), 0, 1_000)
            .Select(row => $"{row.Connection} {row.Country} {row.Network} {row.Class} {(value ?? (static reading => reading.Delivered))(row.Reading)}")
            .Order(StringComparer.Ordinal),
    ];

    private sealed class Recorder(HealthCell cell) : ICellDetector
    {
        private long _told;

        public HealthCell Cell => cell;

        public bool KeepsWords { get; init; } = true;

        public List<string> Told { get; } = [];

        public int Turns { get; private set; }

        public CellTotals Totals => new(_told, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        public void Submitted(long now) => Tell("submitted");

        public void Answered(AnswerKind kind, uint status, long took, long now) => Tell($"{kind} {status} {took}");

        public void Sent(long now) => Tell("sent");

        public void Ended(bool isDelivered, long delay, long now) => Tell($"ended {isDelivered} {delay}");

        public void Feedback(bool isConfirmed, long now) => Tell($"feedback {isConfirmed}");

        public void Turn(long now, List<HealthSignal> signals, out CellEvidence evidence)
        {
            evidence = default;
            Turns++;
            if (!KeepsWords || Turns > 1) return;
            signals.Add(new()
            {
                Kind = SignalKind.Errors,
                Source = SignalSource.Rule,
                Cell = cell,
                Seen = 1,
                Expected = 0,
                Messages = 1,
                Over = TimeSpan.FromSeconds(1),
                At = now,
            });
        }

        private void Tell(string word)
        {
            _told++;
            if (KeepsWords) Told.Add(word);
        }
    }
}
