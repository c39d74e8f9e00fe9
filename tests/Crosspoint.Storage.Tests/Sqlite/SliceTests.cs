using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class SliceTests : SqliteTest
{
    private static readonly DateTimeOffset Evening = new(2026, 3, 4, 23, 59, 59, 900, TimeSpan.Zero);

    [Fact]
    public async Task Midnight_ARunningJournal_GoesOnInTheNextFile()
    {
        Time.SetWallClock(Evening);
        await using SqliteJournal journal = await OpenAsync();
        MessageId before = await SendAsync(journal, "before");
        Time.Advance(TimeSpan.FromSeconds(1));
        MessageId after = await SendAsync(journal, "after");

        await FlushAsync(journal);
        SliceFiles().ShouldBe(["20260304T0000-20260305T0000.db", "20260305T0000-20260306T0000.db"]);
        (await journal.FindAsync(before, Token)).ShouldNotBeNull();
        (await journal.FindAsync(after, Token)).ShouldNotBeNull();
        await CommitAsync(journal, transaction =>
        {
            transaction.FindCorrelated(Sample.Group, "before").ShouldHaveSingleItem().Key.ShouldBe(before.Key);
            Sample.Delivered(transaction, transaction.Find(before.Key)!);
            Sample.Delivered(transaction, transaction.Find(after.Key)!);
        });
        (await journal.FindAsync(before, Token))!.State.ShouldBe(MessageState.Delivered);
        (await journal.ListOpenAsync(0, 10, Token)).Select(message => message.Id).ShouldBe([before, after]);
        MessagePage page = await journal.ListAsync(new(Sample.Account, null, null, null, null, null, 1), Token);
        page.Messages.ShouldHaveSingleItem().Id.ShouldBe(after);
        page = await journal.ListAsync(new(Sample.Account, null, null, null, null, page.NextBeforeKey, 1), Token);
        page.Messages.ShouldHaveSingleItem().Id.ShouldBe(before);
        page.NextBeforeKey.ShouldBeNull();
    }

    [Fact]
    public async Task Midnight_WithinOneTransition_AllOfItGoesIntoOneFile()
    {
        Time.SetWallClock(Evening);
        await using SqliteJournal journal = await OpenAsync();
        MessageId known = await AcceptAsync(journal);
        var ids = new List<MessageId>();
        int runs = 0;
        await CommitAsync(journal, transaction =>
        {
            runs++;
            ids.Clear();
            ids.Add(Sample.Accept(transaction).Id);
            if (runs == 1) Time.Advance(TimeSpan.FromSeconds(1));
            ids.Add(Sample.Accept(transaction).Id);
            transaction.PutIdempotent(new(Sample.Account, "k", transaction.Now, [1], [ids[0].Key, ids[1].Key], null));
        });

        runs.ShouldBe(2);
        await FlushAsync(journal);
        string next = Path.Combine(Journal, "slices", "20260305T0000-20260306T0000.db");
        Count(next, "SELECT count(*) FROM messages").ShouldBe(2);
        Count(next, "SELECT count(*) FROM idempotency").ShouldBe(1);
        foreach (MessageId id in ids.Append(known)) (await journal.FindAsync(id, Token)).ShouldNotBeNull();
        await CommitAsync(journal, transaction => transaction.FindIdempotent(Sample.Account, "k").ShouldNotBeNull());
    }

    [Fact]
    public async Task Midnight_ParkedReceiptAndPartsOfYesterday_AreFoundAndRemoved()
    {
        Time.SetWallClock(Evening);
        await using SqliteJournal journal = await OpenAsync();
        await CommitAsync(journal, transaction =>
        {
            transaction.Park(Sample.Receipt("early", transaction.Now));
            transaction.AddInboundPart(new("p", 1, 2, transaction.Now, "a", "north-1", "+1", "+2"));
            transaction.PutIdempotent(new(Sample.Account, "k", transaction.Now, [1], [], null));
        });
        Time.Advance(TimeSpan.FromSeconds(1));
        await CommitAsync(journal, transaction =>
        {
            Message message = Sample.AcceptAndStart(transaction);
            Sample.Sent(transaction, message, "EARLY");
            transaction.TakeParked(Sample.Group, "EARLY").ShouldHaveSingleItem();
            transaction.AddInboundPart(new("p", 2, 2, transaction.Now, "b", "north-1", "+1", "+2")).Count.ShouldBe(2);
            transaction.RemoveInboundParts("p");
            transaction.FindIdempotent(Sample.Account, "k").ShouldNotBeNull();
        });

        await FlushAsync(journal);
        foreach (string file in SliceFiles())
        {
            string path = Path.Combine(Journal, "slices", file);
            Count(path, "SELECT count(*) FROM parked").ShouldBe(0);
            Count(path, "SELECT count(*) FROM inbound_parts").ShouldBe(0);
        }
    }

    [Fact]
    public async Task VendorId_UsedAgainTheNextDay_NewestFirst()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            MessageId old = await SendAsync(journal, "7");
            Time.Advance(TimeSpan.FromDays(1));
            MessageId young = await SendAsync(journal, "7");
            await CommitAsync(journal, transaction =>
                transaction.FindCorrelated(Sample.Group, "7").Select(hit => hit.Key).ShouldBe([young.Key, old.Key]));
        }

        Time.Advance(TimeSpan.FromDays(14));
        await using SqliteJournal later = await OpenAsync();
        await CommitAsync(later, transaction => transaction.FindCorrelated(Sample.Group, "7").Count.ShouldBe(1));
    }

    [Fact]
    public async Task SlicePeriod_ChangedBetweenStarts_ExistingFilesKeepTheirs()
    {
        Time.SetWallClock(new(2026, 3, 4, 10, 30, 0, TimeSpan.Zero));
        MessageId first, second, third;
        await using (SqliteJournal journal = await OpenAsync(new() { Directory = Journal, SlicePeriod = TimeSpan.FromHours(1) }))
        {
            first = await AcceptAsync(journal);
        }

        await using (SqliteJournal journal = await OpenAsync())
        {
            second = await AcceptAsync(journal);
            Time.Advance(TimeSpan.FromHours(2));
            third = await AcceptAsync(journal);
            foreach (MessageId id in new[] { first, second, third }) (await journal.FindAsync(id, Token)).ShouldNotBeNull();
        }

        SliceFiles().ShouldBe(["20260304T1000-20260304T1100.db", "20260304T1100-20260305T0000.db"]);
    }

    [Fact]
    public async Task Retention_OldFilesWithNothingOpen_AreDeletedOneByOne()
    {
        SqliteJournalOptions options = new() { Directory = Journal, Retention = TimeSpan.FromDays(3), ReserveBytes = 0 };
        await using SqliteJournal journal = await OpenAsync(options);
        MessageId closed = default;
        await CommitAsync(journal, transaction =>
        {
            Message message = Sample.Accept(transaction);
            message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
            transaction.Save(message);
            closed = message.Id;
        });
        (await journal.FindAsync(closed, Token)).ShouldNotBeNull();
        Time.Advance(TimeSpan.FromDays(1));
        MessageId open = await AcceptAsync(journal);
        await FlushAsync(journal);
        string kept = SliceFiles()[1];
        Time.Advance(TimeSpan.FromDays(5));
        MessageId young = await AcceptAsync(journal);
        await FlushAsync(journal);

        await UntilAsync(() => SliceFiles().Length == 2, () => Time.Advance(TimeSpan.FromSeconds(10)));
        for (int i = 0; i < 30; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await CommitAsync(journal, static _ => { });
        }

        SliceFiles().ShouldContain(kept);
        SliceFiles().Length.ShouldBe(2);
        (await journal.FindAsync(closed, Token)).ShouldBeNull();
        (await journal.FindAsync(open, Token)).ShouldNotBeNull();
        (await journal.FindAsync(young, Token)).ShouldNotBeNull();
        (await journal.ListAsync(new(Sample.Account, null, null, null, null, null, 10), Token)).Messages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task OldFile_IdleForLong_ServesReadsAndLateReceipts()
    {
        await using SqliteJournal journal = await OpenAsync(new() { Directory = Journal, CacheMessages = 0 });
        MessageId id = await SendAsync(journal, "old");
        Time.Advance(TimeSpan.FromDays(2));
        await AcceptAsync(journal);
        for (int i = 0; i < 80; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await CommitAsync(journal, static _ => { });
        }

        await CommitAsync(journal, transaction =>
            Sample.Delivered(transaction, transaction.Find(transaction.FindCorrelated(Sample.Group, "OLD")[0].Key)!));
        (await journal.FindAsync(id, Token))!.State.ShouldBe(MessageState.Delivered);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(60 * 36)]
    public async Task Open_PeriodThatDoesNotDivide_IsRefused(int minutes)
    {
        await Should.ThrowAsync<ArgumentException>(
            () => OpenAsync(new() { Directory = Journal, SlicePeriod = TimeSpan.FromMinutes(minutes) }));
    }
}
