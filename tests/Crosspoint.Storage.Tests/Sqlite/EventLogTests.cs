using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>The event log over several files.</summary>
public sealed class EventLogTests : SqliteTest
{
    [Fact]
    public async Task OneCommit_OverTwoFiles_IsMergedInOrder()
    {
        await using SqliteJournal journal = await OpenAsync();
        MessageId old = await SendAsync(journal, "old");
        Time.Advance(TimeSpan.FromDays(1));
        MessageId young = default;
        await CommitAsync(journal, transaction =>
        {
            young = Sample.Accept(transaction).Id;
            Sample.Delivered(transaction, transaction.Find(old.Key)!);
            Sample.Start(transaction, transaction.Find(young.Key)!);
        });

        await FlushAsync(journal);
        SliceFiles().Length.ShouldBe(2);
        (await ReadAsync(journal, 3)).ShouldBe([(4, young), (5, old), (6, young)]);
        (await ReadAsync(journal, 0, limit: 2)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task Crash_BetweenTheWritesOfTwoFiles_TheOtherIsWrittenAtTheNextStart()
    {
        MessageId old, young = default;
        byte[] log;
        long applied;
        string file;
        await using (SqliteJournal journal = await OpenAsync())
        {
            old = await SendAsync(journal, "old");
            Time.Advance(TimeSpan.FromDays(1));
            await AcceptAsync(journal);
            await FlushAsync(journal);
            file = Path.Combine(Journal, "slices", SliceFiles()[1]);
            applied = Count(file, "SELECT value FROM marks WHERE name = 'applied'");
            await CommitAsync(journal, transaction =>
            {
                young = Sample.Accept(transaction).Id;
                Sample.Delivered(transaction, transaction.Find(old.Key)!);
                Sample.Accept(transaction);
            });
            log = await File.ReadAllBytesAsync(CommitLog.PathOf(Journal), Token);
        }

        // As if the crash came when only the older file had been written: the younger one has nothing of the group, and the log has all.
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(file))
        {
            database.Execute("DELETE FROM event_log WHERE first > 4");
            database.Execute($"DELETE FROM messages WHERE key >= {young.Key}");
            database.Execute($"UPDATE marks SET value = {applied} WHERE name = 'applied'");
        }

        await File.WriteAllBytesAsync(CommitLog.PathOf(Journal), log, Token);
        await using SqliteJournal restarted = await OpenAsync();
        restarted.Events.LastSequence.ShouldBe(7);
        (await restarted.FindAsync(young, Token)).ShouldNotBeNull();
        (await restarted.FindAsync(old, Token))!.Events.Count(entry => entry.Kind == EventKind.Delivered).ShouldBe(1);
        MessageId next = await AcceptAsync(restarted);
        IReadOnlyList<(long Sequence, MessageId Id)> events = await ReadAsync(restarted, 4);
        events.Select(static entry => entry.Sequence).ShouldBe([5, 6, 7, 8]);
        events[^1].Id.ShouldBe(next);
    }

    [Fact]
    public async Task Upgrade_FileWithoutALog_KeepsItsMessagesAndBeginsOne()
    {
        MessageId id;
        await using (SqliteJournal journal = await OpenAsync()) id = await AcceptAsync(journal);
        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(file))
        {
            database.Execute("DROP TABLE event_log");
            database.Execute("PRAGMA user_version = 2");
        }

        await using SqliteJournal upgraded = await OpenAsync();
        (upgraded.Events.FirstSequence, upgraded.Events.LastSequence).ShouldBe((1, 0));
        await CommitAsync(upgraded, transaction => Sample.Start(transaction, transaction.Find(id.Key)!));
        EventPage page = await upgraded.Events.ReadAsync(new(0, EventFilter.All, 10), Token);
        LoggedEvent only = page.Events.ShouldHaveSingleItem();
        (only.Sequence, only.Event.Number, only.Head.Id).ShouldBe((1, 2, id));
    }

    [Fact]
    public async Task Retention_TheOldestThereIsMovesOn_AndTheNumbersSurviveAnEmptyJournal()
    {
        SqliteJournalOptions options = new() { Directory = Journal, Retention = TimeSpan.FromDays(3), ReserveBytes = 0 };
        await using (SqliteJournal journal = await OpenAsync(options))
        {
            await CancelAsync(journal);
            await FlushAsync(journal);
            Time.Advance(TimeSpan.FromDays(4));
            journal.Events.FirstSequence.ShouldBe(3);
            await CancelAsync(journal);
            await FlushAsync(journal);
            await UntilAsync(() => SliceFiles().Length == 1, () => Time.Advance(TimeSpan.FromSeconds(10)));
            journal.Events.FirstSequence.ShouldBe(3);
            (await ReadAsync(journal, 0)).Select(each => each.Sequence).ShouldBe([3, 4]);

            // The last file with events stays although its time is over: it knows how far the numbers have come.
            Time.Advance(TimeSpan.FromDays(10));
            for (int i = 0; i < 30; i++)
            {
                Time.Advance(TimeSpan.FromSeconds(10));
                await CommitAsync(journal, static _ => { });
            }

            SliceFiles().Length.ShouldBe(1);
        }

        await using SqliteJournal later = await OpenAsync(options);
        (later.Events.FirstSequence, later.Events.LastSequence).ShouldBe((5, 4));
        await CancelAsync(later);
        await UntilAsync(() => SliceFiles().Length == 1, () => Time.Advance(TimeSpan.FromSeconds(10)));
        (await ReadAsync(later, 4)).Select(each => each.Sequence).ShouldBe([5, 6]);
    }

    [Fact]
    public async Task EmptyJournal_MaintenanceComesBeforeTheFirstMessage_IsTaken()
    {
        await using SqliteJournal journal = await OpenAsync();
        for (int i = 0; i < 3; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await CommitAsync(journal, static _ => { });
        }

        await AcceptAsync(journal);
        (await ReadAsync(journal, 0)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reader_AmongCommits_NeverSeesANumberBeforeTheOnesBelow()
    {
        const int Messages = 3_000;
        await using SqliteJournal journal = await OpenAsync(new() { Directory = Journal, GroupLimit = 7 });
        Task reading = Task.Run(async () =>
        {
            long position = 0;
            while (position < Messages)
            {
                EventPage page = await journal.Events.ReadAsync(new(position, EventFilter.All, 100), Token);
                foreach (LoggedEvent entry in page.Events) entry.Sequence.ShouldBe(++position);
                page.Position.ShouldBe(position);
            }
        });
        Step last = null!;
        for (int i = 0; i < Messages; i++) journal.Enqueue(last = new Step(transaction => Sample.Accept(transaction)));
        await last.Result;
        await reading.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static Task CancelAsync(SqliteJournal journal) => CommitAsync(journal, transaction =>
    {
        Message message = Sample.Accept(transaction);
        message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
        transaction.Save(message);
    });

    private static async Task<List<(long Sequence, MessageId Id)>> ReadAsync(SqliteJournal journal, long after, int limit = 100)
    {
        var events = new List<(long, MessageId)>();
        while (after < journal.Events.LastSequence)
        {
            EventPage page = await journal.Events.ReadAsync(new(after, EventFilter.All, limit), Token);
            foreach (LoggedEvent entry in page.Events) events.Add((entry.Sequence, entry.Head.Id));
            after = page.Position;
        }

        return events;
    }
}
