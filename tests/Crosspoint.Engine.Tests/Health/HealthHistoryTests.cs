using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Sms.Numbers;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Health;

/// <summary>The long view: minutes go into the file once, word of messages counts when they were sent, and nothing is counted twice.</summary>
public sealed class HealthHistoryTests : IAsyncLifetime
{
    private const long Minute = 60 * Micros.PerSecond;
    private const string Account = "AC00000000000000000000000000000001";
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-history-");
    private readonly ManualTimeProvider _time = new(Noon);
    private readonly FlakyStore _store;
    private readonly ListLogger _logger = new();
    private HealthTable _table = null!;
    private HealthHistory _history = null!;

    public HealthHistoryTests() => _store = new(Path.Combine(_folder.FullName, "health.db"));

    private long Now => _table.Clock.Now;

    public ValueTask InitializeAsync()
    {
        Start();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _history.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Turn_MinutesThatAreOver_AreStoredOnce_AtTheirTime()
    {
        WatchedPath path = PathTo("DE", "26201");
        Submit(path, 3);
        _time.Advance(TimeSpan.FromSeconds(59));
        Submit(path, 4);
        await _history.TurnAsync();
        (await ReadAsync()).ShouldBeEmpty("the minute is not over");
        _time.Advance(TimeSpan.FromSeconds(2));
        Submit(path, 5, AnswerKind.Refused, 0x58);
        await _history.TurnAsync();
        await _history.TurnAsync();
        (await ReadAsync()).ShouldBe(["12:00 submitted 7"]);
        _time.Advance(TimeSpan.FromMinutes(3));
        await _history.TurnAsync();
        (await ReadAsync()).ShouldBe(["12:00 submitted 7", "12:01 submitted 5"]);
        _store.Added.ShouldBe(2);

        HistoryPoint second = (await PointsAsync())[1];
        second.Reading.ShouldSatisfyAllConditions(
            static reading => reading.Refused.ShouldBe(5),
            static reading => reading.Statuses.ShouldBe([new(0x58, 5)]),
            static reading => reading.ErrorRate.ShouldBe(1),
            static reading => reading.Response.P50!.Value.ShouldBe(0.05, 0.005),
            static reading => reading.Cost.ShouldBe(0),
            static reading => reading.Span.ShouldBe(TimeSpan.FromMinutes(1)));
        (await PointsAsync())[0].Reading.Cost.ShouldBe(7 * 7_500);
    }

    [Fact]
    public async Task Turn_LateByMinutes_FindsThemAll()
    {
        WatchedPath path = PathTo("DE", "26201");
        for (int i = 0; i < 14; i++)
        {
            Submit(path, i + 1);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await _history.TurnAsync();
        _logger.Ids.ShouldBeEmpty();
        (await ReadAsync()).ShouldBe(Enumerable.Range(0, 14).Select(static i => $"12:{i:00} submitted {i + 1}"));
    }

    [Fact]
    public async Task Turn_LaterThanTheTableGoesBack_SaysWhatIsMissing()
    {
        Submit(PathTo("DE", "26201"), 1);
        _time.Advance(TimeSpan.FromMinutes(18));
        await _history.TurnAsync();
        (await ReadAsync()).ShouldBeEmpty();
        _logger.Lines.ShouldHaveSingleItem().ShouldContain("lacks 3 minutes");
    }

    [Fact]
    public async Task Receipts_HoweverLate_CountWhenTheirMessagesWereSent()
    {
        WatchedPath path = PathTo("DE", "26201");
        long sentAt = Now;
        for (int i = 0; i < 20; i++) path.Sent(sentAt, Now);
        End(1, 30_003);
        await AdvanceAsync(1);
        End(2);
        await CheckAsync("not written yet, and read all the same", delivered: 2);
        await AdvanceAsync(2);
        End(2);
        await CheckAsync("not written yet", delivered: 4);
        await AdvanceAsync(2);
        await CheckAsync("written once more", delivered: 4);
        await AdvanceAsync(8);
        End(2);
        await AdvanceAsync(1);
        End(1);
        await AdvanceAsync(10);
        await CheckAsync("its step is gone, and what came just before with it", delivered: 7);
        End(2);
        await CheckAsync("not written yet", delivered: 9);
        for (int i = 0; i < 5; i++) await AdvanceAsync(10);
        End(1);
        await AdvanceAsync(1);
        await CheckAsync("after more than an hour", delivered: 10);
        HistoryPoint[] points = await PointsAsync();
        points[0].Ended.ShouldBe(1);
        points.Sum(static point => point.Ended).ShouldBe(11, "each is in the minute in which it came too");
        points.Sum(static point => point.Reading.Sent).ShouldBe(20);
        points[0].Reading.ShouldSatisfyAllConditions(
            static reading => reading.Pending.ShouldBe(9),
            static reading => reading.DeliveryWeight.ShouldBe(20, 0.5, "whoever has no receipt after an hour gets none"),
            static reading => reading.Errors.ShouldBe([new(30_003, 1)]));
        await RestartAsync();
        (await PointsAsync())[0].Reading.Delivered.ShouldBe(10);

        void End(int messages, int error = 0)
        {
            for (int i = 0; i < messages; i++) path.Ended(isDelivered: error == 0, sentAt, error, isLast: true, Now);
        }

        async Task CheckAsync(string why, int delivered)
        {
            IntervalReading first = (await PointsAsync())[0].Reading;
            (first.Sent, first.Delivered, first.Undelivered, first.Pending).ShouldBe((20, delivered, 1, 19 - delivered), why);
        }
    }

    [Fact]
    public async Task Receipts_AfterARestart_CountInTheMinuteOfTheProcessBefore()
    {
        WatchedPath path = PathTo("DE", "26201");
        long wall = _time.GetUtcMicros();
        for (int i = 0; i < 3; i++) path.Sent(Now, Now);
        await AdvanceAsync(1);
        await RestartAsync();
        _time.Advance(TimeSpan.FromMinutes(2));
        PathTo("DE", "26201").Ended(isDelivered: true, -wall, 0, isLast: true, Now);
        PathTo("DE", "26201").Ended(isDelivered: true, SteadyClock.Unknown, 0, isLast: true, Now);
        await AdvanceAsync(1);
        HistoryPoint[] points = await PointsAsync();
        points.Select(static point => $"{At(point)} sent {point.Reading.Sent} delivered {point.Reading.Delivered} came {point.Ended}")
            .ShouldBe(["12:00 sent 3 delivered 1 came 0", "12:03 sent 0 delivered 0 came 2"]);
    }

    [Fact]
    public async Task Dispose_TheMinuteUnderWay_IsWritten_AndTheNextProcessAddsToIt()
    {
        Submit(PathTo("DE", "26201"), 3);
        _time.Advance(TimeSpan.FromSeconds(20));
        await RestartAsync();
        (await ReadAsync()).ShouldBe(["12:00 submitted 3"]);
        Submit(PathTo("DE", "26201"), 4);
        PathTo("DE", "26201").Sent(Now, Now);
        _time.Advance(TimeSpan.FromMinutes(1));
        await RestartAsync();
        (await ReadAsync()).ShouldBe(["12:00 submitted 7"]);
        (await PointsAsync())[0].Reading.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task WallClock_IsSetBack_MinutesAreAddedToThoseOfTheFirstTime()
    {
        WatchedPath path = PathTo("DE", "26201");
        for (int i = 0; i < 5; i++)
        {
            Submit(path, 10);
            await AdvanceAsync(1);
        }

        _table.Clock.Look();
        _time.SetWallClock(_time.GetUtcNow().AddMinutes(-3));
        _table.Clock.Look();
        for (int i = 0; i < 5; i++)
        {
            Submit(path, 1);
            await AdvanceAsync(1);
        }

        (await ReadAsync()).ShouldBe(
        [
            "12:00 submitted 10", "12:01 submitted 10", "12:02 submitted 11", "12:03 submitted 11", "12:04 submitted 11", "12:05 submitted 1", "12:06 submitted 1",
        ]);
    }

    [Fact]
    public async Task Store_CannotBeWritten_RowsWait_AreReadable_AndAreWrittenLater()
    {
        WatchedPath path = PathTo("DE", "26201");
        _store.IsFailing = true;
        for (int i = 0; i < 3; i++)
        {
            Submit(path, i + 1);
            await AdvanceAsync(1);
        }

        (await ReadAsync()).ShouldBe(["12:00 submitted 1", "12:01 submitted 2", "12:02 submitted 3"]);
        _store.Added.ShouldBe(0);
        _logger.Ids.ShouldBe([4510], "it is said once");
        _store.IsFailing = false;
        await AdvanceAsync(1);
        _store.Added.ShouldBe(3);
        _logger.Ids.ShouldBe([4510, 4511]);
        (await ReadAsync()).ShouldBe(["12:00 submitted 1", "12:01 submitted 2", "12:02 submitted 3"]);
    }

    [Fact]
    public async Task Store_CannotBeWrittenForLong_TheOldestRowsAreGivenUp()
    {
        await _history.DisposeAsync();
        Start(mostWaiting: 4);
        WatchedPath path = PathTo("DE", "26201");
        _store.IsFailing = true;
        for (int i = 0; i < 6; i++)
        {
            Submit(path, i + 1);
            await AdvanceAsync(1);
        }

        _store.IsFailing = false;
        await AdvanceAsync(1);
        (await ReadAsync()).ShouldBe(["12:02 submitted 3", "12:03 submitted 4", "12:04 submitted 5", "12:05 submitted 6"]);
        _logger.Lines[^1].ShouldContain("2 rows");
    }

    [Fact]
    public async Task Read_HoursAndDays_ArePutTogether_TheHourUnderWayToo()
    {
        WatchedPath path = PathTo("DE", "26201");
        for (int i = 0; i < 27; i++)
        {
            Submit(path, 2);
            path.Sent(Now, Now);
            path.Ended(isDelivered: i % 2 == 0, Now, i % 2 == 0 ? 0 : 30_003, isLast: true, Now);
            for (int j = 0; j < 6; j++) await AdvanceAsync(10);
        }

        Submit(path, 5);
        await AdvanceAsync(10);
        string[] hours = await ReadAsync(HistoryStep.Hour);
        hours.ShouldBe([.. Enumerable.Range(0, 27).Select(static i => $"{(12 + i) % 24:00}:00 submitted 2"), "15:00 submitted 5"]);
        HistoryPoint[] days = await PointsAsync(HistoryStep.Day);
        days.Select(static point => $"{Micros.ToInstant(point.At):MM-dd HH:mm} {point.Reading.Submitted} {point.Reading.Delivered} {point.Reading.Undelivered}")
            .ShouldBe(["03-04 00:00 24 6 6", "03-05 00:00 35 8 7"]);
        days[0].Reading.DeliveryRate.ShouldBe(0.5);
        days[0].Reading.Errors.ShouldBe([new(30_003, 6)]);
        (await ReadAsync(HistoryStep.Minute)).Length.ShouldBe(28, "all of the two days");
        _store.Rolled.ShouldBeGreaterThanOrEqualTo(26);
    }

    [Fact]
    public async Task Turn_OldMinutesAndHours_AreDeleted()
    {
        await _history.DisposeAsync();
        Start(options: new() { Minutes = TimeSpan.FromHours(2), Hours = TimeSpan.FromDays(1) });
        WatchedPath path = PathTo("DE", "26201");
        for (int i = 0; i < 50; i++)
        {
            Submit(path, 1);
            for (int j = 0; j < 6; j++) await AdvanceAsync(10);
        }

        (await ReadAsync(HistoryStep.Minute)).Length.ShouldBe(2);
        (await ReadAsync(HistoryStep.Hour)).Length.ShouldBeInRange(24, 25);
    }

    [Theory]
    [InlineData(HistoryLevel.World, "20")]
    [InlineData(HistoryLevel.Vendor, "n 15, s 5")]
    [InlineData(HistoryLevel.Connection, "north 14, nova 1, south 5")]
    [InlineData(HistoryLevel.Country, "north DE 11, north FR 3, nova DE 1, south DE 5")]
    [InlineData(HistoryLevel.Network, "north DE 26201 3, north DE 26202 8, north FR 20801 3, nova DE  1, south DE 26201 5")]
    public async Task Read_Levels_PutCellsTogether_AndPagesHoldEachRowOnce(HistoryLevel level, string expected)
    {
        _table.VendorOf = static name => name[..1];
        for (int i = 0; i < 2; i++)
        {
            Submit(PathTo("DE", "26201"), 1);
            Submit(PathTo("DE", "26201", TrafficClass.Marketing), 2);
            Submit(PathTo("DE", "26202"), 8);
            Submit(PathTo("FR", "20801"), 3);
            Submit(PathTo("DE", "", connection: "nova"), 1);
            Submit(PathTo("DE", "26201", connection: "south"), 5);
            await AdvanceAsync(1);
        }

        HistoryPoint[] points = await PointsAsync(level: level);
        foreach (string time in new[] { "12:00", "12:01" })
        {
            string.Join(", ", points.Where(point => At(point) == time).Select(point => level == HistoryLevel.World
                ? $"{point.Reading.Submitted}"
                : level == HistoryLevel.Vendor
                    ? $"{point.Vendor} {point.Reading.Submitted}"
                    : string.Join(' ', new[] { point.Connection, point.Country, level >= HistoryLevel.Network ? point.Network.ToString() : null, $"{point.Reading.Submitted}" }
                        .Where(static part => part is not null)))).ShouldBe(expected);
        }

        foreach (int limit in new[] { 1, 2, 3 })
        {
            var paged = new List<HistoryPoint>();
            (long, string)? after = null;
            do
            {
                HistoryPage page = await _history.ReadAsync(Query(HistoryStep.Minute, level) with { After = after, Limit = limit }, CancellationToken.None);
                page.Points.Count.ShouldBeLessThanOrEqualTo(limit);
                paged.AddRange(page.Points);
                after = page.Next;
            }
            while (after is not null);
            paged.Select(static point => (point.At, point.Place, point.Reading.Submitted))
                .ShouldBe(points.Select(static point => (point.At, point.Place, point.Reading.Submitted)));
        }
    }

    [Fact]
    public async Task Read_Filter_IsOfCells_WhateverTheLevel()
    {
        Submit(PathTo("DE", "26201"), 1);
        Submit(PathTo("FR", "20801"), 2);
        Submit(PathTo("FR", "20801", TrafficClass.Marketing, "south"), 4);
        await AdvanceAsync(1);
        (await SubmittedAsync(new())).ShouldBe(7);
        (await SubmittedAsync(new(Country: "FR"))).ShouldBe(6);
        (await SubmittedAsync(new(Country: "FR", Connection: "south"))).ShouldBe(4);
        (await SubmittedAsync(new(Class: TrafficClass.Otp))).ShouldBe(3);

        async Task<long> SubmittedAsync(HistoryFilter filter) =>
            (await _history.ReadAsync(Query(HistoryStep.Hour, HistoryLevel.World) with { Filter = filter }, CancellationToken.None)).Points.Single().Reading.Submitted;
    }

    [Fact]
    public void Page_OfAStepWithMorePlaces_HoldsNoMoreThanItShows_AndTheNextOneHasTheRest()
    {
        HistoryQuery query = Query(HistoryStep.Minute, HistoryLevel.Connection) with { Limit = 7 };
        List<string> read = [];
        while (true)
        {
            var page = new HealthHistory.PageMaker(query, static _ => null, Micros.From(Noon));
            for (int i = 0; i < 200; i++)
            {
                // In no order, and each twice.
                var cell = new HistoryCell($"c{i * 37 % 100:00}", "DE", NetworkId.Unknown, TrafficClass.Otp);
                page.TryAdd(new(cell, Micros.From(Noon), 1, 0, 0, default), isEnough: false).ShouldBeTrue();
                page.Places.ShouldBeLessThanOrEqualTo(7);
            }

            HistoryPage made = page.EndAll();
            read.AddRange(made.Points.Select(static point => $"{point.Connection} {point.Reading.Sent}"));
            if (made.Next is null) break;
            query = query with { After = made.Next };
        }

        read.ShouldBe(Enumerable.Range(0, 100).Select(static i => $"c{i:00} 2"));
    }

    [Fact]
    public async Task Store_HasARowThatCannotBeRead_AllElseGoesOn_AndItIsSaidOnce()
    {
        Submit(PathTo("DE", "26201"), 3);
        _store.IsDamaging = true;
        await AdvanceAsync(1);
        _store.IsDamaging = false;
        (await PointsAsync()).ShouldHaveSingleItem().Reading.Submitted.ShouldBe(0);
        Submit(PathTo("DE", "26201"), 4);
        for (int i = 0; i < 7; i++) await AdvanceAsync(10);
        (await ReadAsync(HistoryStep.Hour)).ShouldBe(["12:00 submitted 4"]);
        (await ReadAsync()).ShouldBe(["12:00 submitted 0", "12:01 submitted 4"]);
        _logger.Ids.ShouldBe([4765]);
    }

    [Fact]
    public async Task Dispose_HoursToPutTogether_AreLeftToTheNextProcess()
    {
        Submit(PathTo("DE", "26201"), 3);
        await AdvanceAsync(10);
        _time.Advance(TimeSpan.FromHours(3));
        await RestartAsync();
        _store.Rolled.ShouldBe(0);
        (await ReadAsync(HistoryStep.Hour)).ShouldBe(["12:00 submitted 3"]);
        await AdvanceAsync(1);
        _store.Rolled.ShouldBe(1);
        (await ReadAsync(HistoryStep.Hour)).ShouldBe(["12:00 submitted 3"]);
    }

    [Fact]
    public async Task Timer_AMinutePasses_TakesAndWrites()
    {
        _history.Start();
        Submit(PathTo("DE", "26201"), 3);
        _time.Advance(TimeSpan.FromSeconds(65));
        await _history.Turned;
        _store.Added.ShouldBe(1);
    }

    [Fact]
    public async Task Disabled_NothingIsTaken_AndWhatIsStoredIsRead()
    {
        Submit(PathTo("DE", "26201"), 3);
        await AdvanceAsync(1);
        await _history.DisposeAsync();
        Start(options: new() { IsEnabled = false });
        _history.Start();
        Submit(PathTo("DE", "26201"), 4);
        _time.Advance(TimeSpan.FromMinutes(5));
        await _history.Turned;
        await _history.DisposeAsync();
        (await ReadAsync()).ShouldBe(["12:00 submitted 3"]);
        _store.Added.ShouldBe(1);
    }

    [Fact]
    public void Events_OfATableThatKeepsHistory_AllocateNothing()
    {
        WatchedPath path = PathTo("DE", "26201");
        for (int i = 0; i < 20_000; i++) Count();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Count();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Count()
        {
            path.Submitted(Now);
            path.Answered(AnswerKind.Accepted, 0, 50_000, 7_500, Now);
            path.Sent(Now, Now);
            path.Ended(isDelivered: true, Now, 0, isLast: true, Now);
        }
    }

    private void Start(int mostWaiting = HealthHistory.MostWaiting, HistoryOptions? options = null)
    {
        options ??= new();
        _table = new(new SteadyClock(_time)) { KeepsHistory = options.IsEnabled };
        _history = new(_table, _store, options, _time, _logger, mostWaiting);
    }

    private async Task RestartAsync()
    {
        await _history.DisposeAsync();
        Start();
    }

    private async Task AdvanceAsync(int minutes)
    {
        _time.Advance(TimeSpan.FromMinutes(minutes));
        _table.Clock.Look();
        await _history.TurnAsync();
    }

    private WatchedPath PathTo(string country, string network, TrafficClass trafficClass = TrafficClass.Otp, string connection = "north")
    {
        NetworkId id = NetworkId.TryParse(network, out NetworkId known) ? known : NetworkId.Unknown;
        return _table.Find(_table.NumberOf(connection), new(default, country, NumberType.Mobile, id, NetworkSource.Range), trafficClass, Account);
    }

    private void Submit(WatchedPath path, int segments, AnswerKind kind = AnswerKind.Accepted, uint status = 0)
    {
        for (int i = 0; i < segments; i++)
        {
            path.Submitted(Now);
            path.Answered(kind, status, 50_000, 7_500, Now);
        }
    }

    private static HistoryQuery Query(HistoryStep step, HistoryLevel level) =>
        new(step, level, Micros.From(Noon.AddDays(-1)), Micros.From(Noon.AddDays(4))) { Limit = 100_000 };

    private async Task<HistoryPoint[]> PointsAsync(HistoryStep step = HistoryStep.Minute, HistoryLevel level = HistoryLevel.Connection) =>
        [.. (await _history.ReadAsync(Query(step, level), CancellationToken.None)).Points];

    private async Task<string[]> ReadAsync(HistoryStep step = HistoryStep.Minute) =>
        [.. (await PointsAsync(step)).Select(static point => $"{At(point)} submitted {point.Reading.Submitted}")];

    private static string At(HistoryPoint point) => $"{Micros.ToInstant(point.At):HH:mm}";

    /// <summary>The real store, which can be told to fail.</summary>
    private sealed class FlakyStore(string path) : IHistoryStore, IAsyncDisposable
    {
        private readonly SqliteHealthStore _real = SqliteHealthStore.Open(path);

        public bool IsFailing { get; set; }

        /// <summary>Stores half of each body.</summary>
        public bool IsDamaging { get; set; }

        public int Added { get; private set; }

        public int Rolled { get; private set; }

        public long Damaged => _real.Damaged;

        public async ValueTask<HealthWrite> AddMinutesAsync(IReadOnlyList<HistoryRow> minutes, CancellationToken cancellationToken)
        {
            if (IsFailing) return new(StoreFailure.DiskFull, "there is no space on its disk");
            Added += minutes.Count;
            if (IsDamaging) minutes = [.. minutes.Select(static row => row with { Body = row.Body[..(row.Body.Length / 2)] })];
            return await _real.AddMinutesAsync(minutes, cancellationToken);
        }

        public async ValueTask<(HealthWrite Written, bool IsMore)> RollUpAsync(long before, CancellationToken cancellationToken)
        {
            (HealthWrite written, bool isMore) = await _real.RollUpAsync(before, cancellationToken);
            if (isMore) Rolled++;
            return (written, isMore);
        }

        public ValueTask<HealthWrite> PruneHistoryAsync(long minutesBefore, long hoursBefore, CancellationToken cancellationToken) =>
            _real.PruneHistoryAsync(minutesBefore, hoursBefore, cancellationToken);

        public ValueTask<HistorySlice> ReadHistoryAsync(bool isHours, long from, long before, HistoryFilter filter, CancellationToken cancellationToken) =>
            _real.ReadHistoryAsync(isHours, from, before, filter, cancellationToken);

        public ValueTask DisposeAsync() => _real.DisposeAsync();
    }

    private sealed class ListLogger : ILogger<HealthHistory>
    {
        public List<int> Ids { get; } = [];

        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Ids.Add(eventId.Id);
            Lines.Add(formatter(state, exception));
        }
    }
}
