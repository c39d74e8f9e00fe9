using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>A carrier that gives one id to everything, or hardly any other, costs what others cost. Work is counted, not timed.</summary>
public sealed class RepeatedIdTests : SqliteTest
{
    private const string Id = "42";

    // Of what memory holds and of what the file holds, which may be the same.
    private const int MostEntries = 2 * JournalGroup.MostHits;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(60_000)]
    public async Task RepeatedId_AnswerOrReceipt_GoesThroughTheNewestAlone(int inMemory)
    {
        await using SqliteJournal journal = await OpenAsync(new() { Directory = Journal, CacheMessages = inMemory });
        List<long> keys = await SendAsync(journal, 2_000);

        long before = journal.EntriesSeen;
        keys.AddRange(await SendAsync(journal, 100));
        (journal.EntriesSeen - before).ShouldBeLessThanOrEqualTo(100, "one step for each answer");

        before = journal.EntriesSeen;
        (await FindAsync(journal)).ShouldBe(keys.AsEnumerable().Reverse().Take(JournalGroup.MostHits));
        (journal.EntriesSeen - before).ShouldBeInRange(JournalGroup.MostHits, MostEntries);
    }

    [Fact]
    public async Task RepeatedId_MessagesClose_TheNewestOfAllAreFound()
    {
        await using SqliteJournal journal = await OpenAsync();
        List<long> keys = await SendAsync(journal, 40);

        // The newest, one in the middle and the oldest leave memory.
        foreach (int i in new[] { 39, 35, 0 })
        {
            await CommitAsync(journal, transaction =>
            {
                Message message = transaction.Find(keys[i])!;
                Sample.Delivered(transaction, message);
                Sample.WebhookDone(transaction, message);
            });
            (await FindAsync(journal)).ShouldBe(keys.AsEnumerable().Reverse().Take(JournalGroup.MostHits));
        }

        keys.AddRange(await SendAsync(journal, 1));
        (await FindAsync(journal)).ShouldBe(keys.AsEnumerable().Reverse().Take(JournalGroup.MostHits));
    }

    [Fact]
    public async Task RepeatedId_OverRunsAndFiles_GoesThroughTheNewestAlone()
    {
        SqliteJournalOptions options = new() { Directory = Journal, CacheMessages = 100 };
        var keys = new List<long>();
        await using (SqliteJournal journal = await OpenAsync(options))
        {
            keys.AddRange(await SendAsync(journal, SliceIds.RunSize + 3));
            await CheckAsync(journal);
            Time.Advance(TimeSpan.FromDays(1));
            keys.AddRange(await SendAsync(journal, 2));
            await CheckAsync(journal);
        }

        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        Count(file, "SELECT count(*) FROM correlation_runs").ShouldBe(1);
        Count(file, "SELECT length(entries) FROM correlation_runs").ShouldBe(JournalGroup.MostHits * SliceIds.EntryBytes);
        await using SqliteJournal again = await OpenAsync(options);
        await CheckAsync(again);

        async Task CheckAsync(SqliteJournal journal)
        {
            long before = journal.EntriesSeen;
            (await FindAsync(journal)).ShouldBe(keys.AsEnumerable().Reverse().Take(JournalGroup.MostHits));
            (journal.EntriesSeen - before).ShouldBeInRange(JournalGroup.MostHits, MostEntries);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RepeatedId_ManyParkedReceipts_TheNewestAreTakenAndMayBeParkedAgain(bool isReopened)
    {
        SqliteJournal journal = await OpenAsync();
        long first = 0;
        await CommitAsync(journal, transaction =>
        {
            first = transaction.Now;
            for (int i = 0; i < 1_000; i++) transaction.Park(Sample.Receipt(Id, first + i, i % 2 == 0 ? null : $"text-{i}"));
        });
        if (isReopened)
        {
            await journal.DisposeAsync();
            journal = await OpenAsync();
        }

        IEnumerable<long> newest = Enumerable.Range(0, 1_000).Select(i => first + i).TakeLast(JournalGroup.MostHits);
        for (int round = 0; round < 3; round++)
        {
            long before = journal.EntriesSeen;
            await CommitAsync(journal, transaction =>
            {
                IReadOnlyList<ParkedReceipt> taken = transaction.TakeParked(Sample.Group, Id);
                taken.Select(receipt => receipt.At).ShouldBe(newest);
                foreach (ParkedReceipt receipt in taken) transaction.Park(receipt);
            });
            (journal.EntriesSeen - before).ShouldBeInRange(JournalGroup.MostHits, MostEntries);
        }

        (await journal.CountAsync(Token)).ParkedReceipts.ShouldBe(1_000);
        await journal.DisposeAsync();
    }

    private static async Task<List<long>> SendAsync(SqliteJournal journal, int count)
    {
        var keys = new List<long>(count);
        for (int block = 0; block < count; block += 1_000)
        {
            int first = block;
            await CommitAsync(journal, transaction =>
            {
                for (int i = first; i < Math.Min(first + 1_000, count); i++)
                {
                    Message message = Sample.AcceptAndStart(transaction);
                    Sample.Sent(transaction, message, Id);
                    keys.Add(message.Id.Key);
                }
            });
        }

        return keys;
    }

    private static async Task<long[]> FindAsync(SqliteJournal journal)
    {
        long[] keys = [];
        await CommitAsync(journal, transaction => keys = [.. transaction.FindCorrelated(Sample.Group, Id).Select(hit => hit.Key)]);
        return keys;
    }
}
