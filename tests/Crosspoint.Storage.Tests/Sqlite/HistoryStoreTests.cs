using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Sms.Numbers;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>The long view in its file: minutes are added up, hours are put together from them, what is too old goes.</summary>
public sealed class HistoryStoreTests : IAsyncLifetime
{
    private const long Minute = 60 * Micros.PerSecond;
    private const long Hour = 60 * Minute;

    // Ten hours into a day.
    private const long Start = (20_000 * 24 * Hour) + (10 * Hour);

    private static readonly HistoryCell German = Cell("north", "DE", "26201");
    private static readonly HistoryCell French = Cell("north", "FR", "20801");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-history-");
    private SqliteHealthStore _store = null!;

    private string File => Path.Combine(_folder.FullName, "health.db");

    private static CancellationToken Token => CancellationToken.None;

    public ValueTask InitializeAsync()
    {
        _store = SqliteHealthStore.Open(File);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Add_TheSameMinuteTwice_IsOneRow_AndAnotherCellAnother()
    {
        await AddAsync(Row(German, 0, submitted: 5, sent: 4, delivered: 1), Row(French, 0, submitted: 7), Row(German, 1, submitted: 9));
        await AddAsync(Row(German, 0, submitted: 6, sent: 1, delivered: 2, undelivered: 1), Row(German, 0, submitted: 0, delivered: 1));
        (await ReadAsync()).ShouldBe(["0 DE submitted 11 sent 5 delivered 4 undelivered 1", "0 FR submitted 7 sent 0 delivered 0 undelivered 0",
            "1 DE submitted 9 sent 0 delivered 0 undelivered 0"]);
        (await ReadAsync(filter: new(Country: "FR"))).ShouldHaveSingleItem().ShouldStartWith("0 FR submitted 7");
        (await ReadAsync(from: Start + Minute)).ShouldHaveSingleItem().ShouldStartWith("1 DE submitted 9");
        (await ReadAsync(before: Start + Minute)).Length.ShouldBe(2);
        (await ReadAsync(filter: new(Connection: "nobody"))).ShouldBeEmpty();
        await ReopenAsync();
        (await ReadAsync(filter: new(Network: German.Network, Class: TrafficClass.Otp))).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Add_WordOfMessagesWhoseMinuteIsNotThere_IsDropped_AndAMinuteWithMessagesAloneIsKept()
    {
        await AddAsync(Row(German, 0, submitted: 0, delivered: 3), Row(German, 1, submitted: 0, sent: 2));
        await AddAsync(Row(German, 1, submitted: 4));
        (await ReadAsync()).ShouldBe(["1 DE submitted 4 sent 2 delivered 0 undelivered 0"]);
    }

    [Fact]
    public async Task RollUp_HourIsOver_IsTheSumOfItsMinutes_AndWhatComesLaterCountsInBoth()
    {
        await AddAsync(
            Row(German, 0, submitted: 5, sent: 4), Row(German, 59, submitted: 6, sent: 6), Row(French, 30, submitted: 200), Row(German, 60, submitted: 1));
        (await _store.RollUpAsync(Start + Hour - 1, Token)).ShouldBe((HealthWrite.Done, false), "it is not over");
        (await ReadAsync(isHours: true)).Length.ShouldBe(4, "of hours that are not put together the minutes are there");

        (await RollUpAsync(Start + Hour)).ShouldBe(1);
        (await ReadAsync(isHours: true)).ShouldBe(["0 DE submitted 11 sent 10 delivered 0 undelivered 0", "0 FR submitted 200 sent 0 delivered 0 undelivered 0",
            "60 DE submitted 1 sent 0 delivered 0 undelivered 0"]);

        await AddAsync(Row(German, 59, submitted: 0, delivered: 5, undelivered: 1), Row(French, 10, submitted: 1), Row(German, 61, submitted: 1));
        (await RollUpAsync(Start + Hour)).ShouldBe(0, "it is done once");
        (await ReadAsync(isHours: true, before: Start + Hour)).ShouldBe(
            ["0 DE submitted 11 sent 10 delivered 5 undelivered 1", "0 FR submitted 201 sent 0 delivered 0 undelivered 0"]);
        (await ReadAsync(filter: new(Country: "DE"), before: Start + Hour)).ShouldBe(
            ["0 DE submitted 5 sent 4 delivered 0 undelivered 0", "59 DE submitted 6 sent 6 delivered 5 undelivered 1"]);

        await ReopenAsync();
        (await RollUpAsync(Start + (3 * Hour))).ShouldBe(1);
        (await ReadAsync(isHours: true, from: Start + Hour)).ShouldBe(["60 DE submitted 2 sent 0 delivered 0 undelivered 0"]);
    }

    [Fact]
    public async Task RollUp_ManyCells_GoesByParts_AndWhatComesBetweenThemIsCountedOnce()
    {
        HistoryCell[] cells = [.. Enumerable.Range(0, 1_200).Select(static i => Cell($"c{i}", "DE", "26201"))];
        await AddAsync([.. cells.Select(static cell => Row(cell, 0, submitted: 1))]);
        (await _store.RollUpAsync(Start + Hour, Token)).IsMore.ShouldBeTrue();
        await AddAsync([.. cells.Select(static cell => Row(cell, 1, submitted: 10)), Row(Cell("new", "DE", "26201"), 2, submitted: 11)]);
        await ReopenAsync();
        (await ReadAsync(isHours: true)).Length.ShouldBe(2_401, "while it is under way, the minutes count");
        (await RollUpAsync(Start + Hour)).ShouldBe(2);
        string[] hours = await ReadAsync(isHours: true);
        hours.Length.ShouldBe(1_201);
        hours.ShouldAllBe(static row => row.StartsWith("0 DE submitted 11 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RollUp_ClockIsSetBackIntoAnHourThatIsPutTogether_AddsToIt()
    {
        await AddAsync(Row(German, 5, submitted: 5));
        (await RollUpAsync(Start + (24 * Hour))).ShouldBe(1);
        await AddAsync(Row(German, 5, submitted: 6), Row(German, 6, submitted: 1));
        (await RollUpAsync(Start + (24 * Hour))).ShouldBe(0);
        (await ReadAsync(isHours: true)).ShouldBe(["0 DE submitted 12 sent 0 delivered 0 undelivered 0"]);
        (await ReadAsync()).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Prune_DeletesMinutesOfHoursThatArePutTogether_HoursThatAreTooOld_AndTheirCells()
    {
        await AddAsync(Row(German, 0, submitted: 5), Row(French, 120, submitted: 6));
        (await _store.PruneHistoryAsync(Start + (10 * Hour), Start - Hour, Token)).IsDone.ShouldBeTrue();
        (await ReadAsync()).Length.ShouldBe(2, "no hour is put together");
        await RollUpAsync(Start + (2 * Hour));
        (await _store.PruneHistoryAsync(Start + (10 * Hour), Start - Hour, Token)).IsDone.ShouldBeTrue();
        (await ReadAsync()).ShouldHaveSingleItem().ShouldStartWith("120 FR");
        (await ReadAsync(isHours: true)).Length.ShouldBe(2);

        await AddAsync(Row(French, 72 * 60, submitted: 7));
        await RollUpAsync(Start + (73 * Hour));
        for (int day = 0; day < 3; day++) (await _store.PruneHistoryAsync(Start + (72 * Hour), Start + (72 * Hour), Token)).IsDone.ShouldBeTrue();
        (await ReadAsync(isHours: true)).ShouldHaveSingleItem().ShouldStartWith("4320 FR submitted 7");
        await _store.DisposeAsync();
        using (SqliteDatabase database = SqliteDatabase.OpenForReading(File))
            database.QueryText("SELECT group_concat(country) FROM history_cells").ShouldBe("FR", "nothing of the other is left");
        _store = SqliteHealthStore.Open(File);
    }

    [Fact]
    public async Task Prune_MuchAtOnce_TakesAnHourOfMinutesAtATime()
    {
        await AddAsync([.. Enumerable.Range(0, 180).Select(static minute => Row(German, minute, submitted: 1))]);
        await RollUpAsync(Start + (3 * Hour));
        foreach (int left in new[] { 120, 60, 0 })
        {
            await _store.PruneHistoryAsync(Start + (3 * Hour), 0, Token);
            (await ReadAsync()).Length.ShouldBe(left);
        }
    }

    [Fact]
    public async Task Add_HeldByAnotherProcess_StoresNothing_AndLaterAll()
    {
        using (SqliteDatabase other = SqliteDatabase.OpenForWriting(File))
        {
            other.Execute("BEGIN IMMEDIATE");
            HealthWrite written = await _store.AddMinutesAsync([Row(German, 0, submitted: 5)], Token);
            (written.Failure, written.Detail.Contains("another process holds it")).ShouldBe((StoreFailure.DiskFull, true));
        }

        await AddAsync(Row(French, 0, submitted: 6), Row(German, 0, submitted: 5));
        (await ReadAsync()).Select(static row => row[..4]).ShouldBe(["0 FR", "0 DE"], ignoreOrder: true);
    }

    [Fact]
    public async Task Add_FailsWithinTheTransaction_NumbersOfNewCellsAreNotKept()
    {
        await Should.ThrowAsync<InvalidDataException>(() =>
            _store.AddMinutesAsync([Row(German, 0, submitted: 1), Row(German, 0, submitted: 1) with { Body = new byte[] { 99 } }], Token).AsTask());
        await AddAsync(Row(French, 0, submitted: 6));
        await AddAsync(Row(German, 0, submitted: 5));
        await ReopenAsync();
        (await ReadAsync()).Select(static row => row[..14]).ShouldBe(["0 FR submitted", "0 DE submitted"]);
    }

    [Fact]
    public async Task Add_AndRollUp_StoredBodyIsDamaged_GoOnWithTheRest()
    {
        await AddAsync(Row(German, 0, submitted: 5, sent: 4), Row(German, 1, submitted: 6, sent: 1), Row(French, 0, submitted: 7));
        await _store.DisposeAsync();
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(File))
            database.Execute("UPDATE minutes SET body = x'0103FF' WHERE sent > 0");
        _store = SqliteHealthStore.Open(File);
        _store.Damaged.ShouldBe(0);
        await AddAsync(Row(German, 0, submitted: 9, sent: 2));
        _store.Damaged.ShouldBe(1);
        (await ReadAsync(filter: new(Country: "DE"), before: Start + Minute)).ShouldBe(["0 DE submitted 9 sent 6 delivered 0 undelivered 0"]);

        (await RollUpAsync(Start + Hour)).ShouldBe(1);
        _store.Damaged.ShouldBe(2);
        (await ReadAsync(isHours: true)).ShouldBe(
            ["0 DE submitted 9 sent 7 delivered 0 undelivered 0", "0 FR submitted 7 sent 0 delivered 0 undelivered 0"]);
    }

    [Fact]
    public async Task Read_MoreThanAPartHolds_GoesOnWhereItEnded()
    {
        HistoryCell[] cells = [.. Enumerable.Range(0, 3_000).Select(static i => Cell($"c{i}", "DE", "26201"))];
        for (int minute = 0; minute < 8; minute++) await AddAsync([.. cells.Select(cell => Row(cell, minute, submitted: 1))]);
        HistorySlice first = await _store.ReadHistoryAsync(false, Start, Start + Hour, default, Token);
        (first.Rows.Count, first.Next).ShouldBe((21_000, Start + (7 * Minute)));
        (await ReadAsync()).Length.ShouldBe(24_000);
        (await ReadAsync(filter: new(Connection: "c7"))).Length.ShouldBe(8);
    }

    [Fact]
    public async Task Read_FewCellsOfALongTime_BeginsWithTheOldest_AndGoesByParts()
    {
        HistoryCell[] cells = [.. Enumerable.Range(0, 1_600).Select(static i => Cell($"c{i}", i < 400 ? "DE" : "FR", "26201"))];
        await AddAsync([.. cells.Select(static cell => Row(cell, 0, submitted: 1))]);
        await AddAsync([.. cells.Select(static cell => Row(cell, 300, submitted: 2))]);
        HistorySlice first = await _store.ReadHistoryAsync(false, 0, Start + (100 * Hour), new(Country: "DE"), Token);
        (first.Rows.Count, first.Next).ShouldBe((400, Start + (250 * Minute)), "each time is a look-up for each cell");
        HistorySlice second = await _store.ReadHistoryAsync(false, first.Next!.Value, Start + (100 * Hour), new(Country: "DE"), Token);
        (second.Rows.Count, second.Next).ShouldBe((400, Start + (550 * Minute)));
        (await _store.ReadHistoryAsync(false, second.Next!.Value, Start + (100 * Hour), new(Country: "DE"), Token)).ShouldSatisfyAllConditions(
            static last => last.Rows.ShouldBeEmpty(), static last => last.Next.ShouldBeNull());
        await RollUpAsync(Start + (10 * Hour));
        (await ReadAsync(isHours: true, from: 0, filter: new(Country: "DE"))).Length.ShouldBe(800);
    }

    [Fact]
    public async Task Open_FileOfTheFirstVersion_KeepsItsRecords_AndTakesMinutes()
    {
        await _store.DisposeAsync();
        foreach (FileInfo file in _folder.GetFiles()) file.Delete();
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(File))
        {
            database.Execute(await System.IO.File.ReadAllTextAsync(
                Repository.PathOf("src", "Crosspoint.Storage", "Migrations", "Health", "0001_first.sql"), Token));
            database.Execute("INSERT INTO records VALUES ('incident', 'a', 1, 0, x'7B7D')");
            database.Execute("PRAGMA user_version = 1");
        }

        _store = SqliteHealthStore.Open(File);
        (await _store.FindAsync("incident", "a", Token)).ShouldNotBeNull();
        await AddAsync(Row(German, 0, submitted: 5));
        (await ReadAsync()).Length.ShouldBe(1);
    }

    private static HistoryCell Cell(string connection, string country, string network) =>
        new(connection, country, NetworkId.TryParse(network, out NetworkId id) ? id : NetworkId.Unknown, TrafficClass.Otp);

    // The stored form: number 1, the first part alone, and its count.
    private static HistoryRow Row(HistoryCell cell, int minute, byte submitted, int sent = 0, int delivered = 0, int undelivered = 0) => new(
        cell, Start + (minute * Minute), sent, delivered, undelivered,
        submitted == 0 ? default : submitted < 0x80 ? new byte[] { 1, 1, submitted } : new byte[] { 1, 1, (byte)(submitted | 0x80), (byte)(submitted >> 7) });

    private static int Submitted(ReadOnlySpan<byte> body) => body.IsEmpty ? 0 : body.Length == 3 ? body[2] : (body[2] & 0x7F) | (body[3] << 7);

    private async Task AddAsync(params HistoryRow[] rows) => (await _store.AddMinutesAsync(rows, Token)).ShouldBe(HealthWrite.Done);

    private async Task<int> RollUpAsync(long before)
    {
        int parts = 0;
        for (bool isMore = true; isMore; parts += isMore ? 1 : 0)
        {
            (HealthWrite written, isMore) = await _store.RollUpAsync(before, Token);
            written.IsDone.ShouldBeTrue();
        }

        return parts;
    }

    private async Task<string[]> ReadAsync(bool isHours = false, long from = Start, long before = Start + (100 * Hour), HistoryFilter filter = default)
    {
        var rows = new List<string>();
        for (long? next = from; next is { } begin;)
        {
            HistorySlice slice = await _store.ReadHistoryAsync(isHours, begin, before, filter, Token);
            rows.AddRange(slice.Rows.Select(static row =>
                $"{(row.At - Start) / Minute} {row.Cell.Country} submitted {Submitted(row.Body.Span)} sent {row.Sent} delivered {row.Delivered} undelivered {row.Undelivered}"));
            next = slice.Next;
        }

        return [.. rows];
    }

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = SqliteHealthStore.Open(File);
    }
}
