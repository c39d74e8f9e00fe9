using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class ParkedIdsTests : SqliteTest
{
    private const long Hour = 3_600_000_000;
    private const long Kept = 72 * Hour;

    [Fact]
    public void Remove_EverythingThatWasAdded_NothingIsLeft()
    {
        var ids = new ParkedIds(Kept);
        for (int i = 0; i < 1_000_000; i++)
        {
            ids.Add(HashOf(i), i);
            if (i >= 100) ids.Remove(HashOf(i - 100), i - 100);
        }

        for (int i = 0; i < 100; i++) ids.MayHold(HashOf(999_999 - i)).ShouldBeTrue();
        Enumerable.Range(0, 999_900).Count(i => ids.MayHold(HashOf(i))).ShouldBeLessThan(10);
        for (int i = 999_900; i < 1_000_000; i++) ids.Remove(HashOf(i), i);
        ids.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Add_OverWeeks_MemoryDoesNotGrow()
    {
        var ids = new ParkedIds(Kept);
        ids.Add(HashOf(-1), 0);
        ids.Advance(Kept + 1);
        ids.Add(HashOf(-1), Kept + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000_000; i++)
        {
            long now = Kept + 1 + (i * Hour / 1_000);
            ids.Advance(now);
            ids.Add((ulong)i * 0x9E37_79B9_7F4A_7C15, now);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
    }

    [Fact]
    public void MayHold_WhateverElseComesAndGoes_NeverMissesWhatIsThere()
    {
        var ids = new ParkedIds(Kept);
        var random = new Random(7);
        var there = new Queue<(ulong Hash, long At)>();
        long now = 0;
        for (int i = 0; i < 200_000; i++)
        {
            now += random.NextInt64(Hour / 100);
            ids.Advance(now);

            // Few different ids, so that counts meet and some are full; arrivals somewhat in the past, as a queue makes them.
            ulong hash = HashOf(random.Next(300));
            long at = Math.Max(0, now - random.NextInt64(Hour));
            ids.Add(hash, at);
            there.Enqueue((hash, at));
            while (there.Peek().At < now - Kept + Hour) there.Dequeue();
            for (int taken = random.Next(3); taken > 0 && there.Count > 0; taken--)
            {
                (ulong Hash, long At) entry = there.Dequeue();
                ids.MayHold(entry.Hash).ShouldBeTrue();
                ids.Remove(entry.Hash, entry.At);
            }
        }
    }

    [Fact]
    public void Advance_ArrivalsAheadOfTheClock_AreKeptAndLeaveTheirOwnGeneration()
    {
        var ids = new ParkedIds(Kept);
        ids.Add(1, 100 * Hour);
        ids.Advance(90 * Hour);
        ids.MayHold(1).ShouldBeTrue();

        // The same id again, once the clock has caught up: the first one's leaving must not take it along.
        ids.Add(1, 120 * Hour);
        ids.Remove(1, 100 * Hour);
        ids.MayHold(1).ShouldBeTrue();
        ids.Remove(1, 120 * Hour);
        ids.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task TakeParked_NothingIsParkedForThisId_AsksNoFile()
    {
        await using SqliteJournal journal = await OpenAsync();
        await CommitAsync(journal, transaction =>
        {
            for (int i = 0; i < 1_000; i++) transaction.Park(Sample.Receipt($"parked-{i}", transaction.Now, $"text-{i}"));
        });

        await CommitAsync(journal, transaction =>
        {
            for (int i = 0; i < 10_000; i++) transaction.TakeParked(Sample.Group, $"other-{i}").ShouldBeEmpty();
        });

        journal.ParkedQueries.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TakeParked_WhenItWasTaken_IsForgotten(bool isReopened)
    {
        SqliteJournal journal = await OpenAsync();
        await CommitAsync(journal, transaction => transaction.Park(Sample.Receipt("early", transaction.Now, "in-text")));
        if (isReopened)
        {
            await journal.DisposeAsync();
            journal = await OpenAsync();
        }

        await CommitAsync(journal, transaction => transaction.TakeParked(Sample.Group, "EARLY").ShouldHaveSingleItem());
        long queries = journal.ParkedQueries;
        await CommitAsync(journal, transaction =>
        {
            transaction.TakeParked(Sample.Group, "early").ShouldBeEmpty();
            transaction.TakeParked(Sample.Group, "in-text").ShouldBeEmpty();
        });

        journal.ParkedQueries.ShouldBe(queries);
        await journal.DisposeAsync();
    }

    [Fact]
    public async Task Park_TransitionRejected_IsForgottenAndWhatItTookIsNot()
    {
        await using SqliteJournal journal = await OpenAsync();
        await CommitAsync(journal, transaction => transaction.Park(Sample.Receipt("stays", transaction.Now)));
        (await RunAsync(journal, transaction =>
        {
            transaction.Park(Sample.Receipt("never", transaction.Now));
            transaction.TakeParked(Sample.Group, "stays").ShouldHaveSingleItem();
            throw new InvalidOperationException("A fault of the program.");
        })).ShouldBe(StoreFailure.Rejected);

        long queries = journal.ParkedQueries;
        await CommitAsync(journal, transaction => transaction.TakeParked(Sample.Group, "never").ShouldBeEmpty());
        journal.ParkedQueries.ShouldBe(queries);
        await CommitAsync(journal, transaction => transaction.TakeParked(Sample.Group, "stays").ShouldHaveSingleItem());
    }

    private static ulong HashOf(int number) => VendorIds.Hash("north", $"id-{number}");
}
