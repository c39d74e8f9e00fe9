using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class SqliteFileTests : SqliteTest
{
    [Fact]
    public async Task Open_DirectoryThatIsOpen_IsRefusedUntilItIsClosed()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(() => OpenAsync());
            refusal.Message.ShouldContain("another process");
        }

        await using SqliteJournal again = await OpenAsync();
        again.Health.ShouldBe(JournalHealth.Ready);
    }

    [Fact]
    public async Task Open_FileOfANewerProgram_IsRefusedWithItsVersion()
    {
        await using (SqliteJournal journal = await OpenAsync()) await AcceptAsync(journal);
        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(file)) database.Execute("PRAGMA user_version = 99");

        InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(() => OpenAsync());
        refusal.Message.ShouldContain("99");
        refusal.Message.ShouldContain("newer");
    }

    [Fact]
    public async Task Open_FileThatWasOnlyBegun_IsBroughtToTheNewestVersion()
    {
        // A crash right after the file was made, before its first migration.
        Directory.CreateDirectory(Path.Combine(Journal, "slices"));
        string file = Path.Combine(Journal, "slices", "20260102T0000-20260103T0000.db");
        await File.WriteAllBytesAsync(file, [], Token);

        await using (SqliteJournal journal = await OpenAsync())
        {
            MessageId id = await AcceptAsync(journal);
            (await journal.FindAsync(id, Token)).ShouldNotBeNull();
        }

        SliceFiles().Length.ShouldBe(1);
        Count(file, "PRAGMA user_version").ShouldBe(SqliteSchema.Slices.Version);
        Count(file, "SELECT count(*) FROM messages").ShouldBe(1);
    }

    [Fact]
    public async Task Open_FileWithoutTheFormatOfParkedReceipts_TheyAreTakenInEveryForm()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            await CommitAsync(journal, transaction => transaction.Park(Sample.Receipt("20266", transaction.Now)));
        }

        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(file))
        {
            database.Execute("ALTER TABLE parked DROP COLUMN format");
            database.Execute("DROP TABLE event_log");
            database.Execute("PRAGMA user_version = 1");
        }

        await using SqliteJournal upgraded = await OpenAsync();
        await CommitAsync(upgraded, transaction =>
            transaction.TakeParked(Sample.Group, "4f2a").ShouldHaveSingleItem().Format.ShouldBe(VendorIdFormat.Auto));
        Count(file, "PRAGMA user_version").ShouldBe(SqliteSchema.Slices.Version);
    }

    [Fact]
    public async Task Saves_OfOneMessageInOneGroup_AreOneWrite()
    {
        await using SqliteJournal journal = await OpenAsync();
        MessageId id = await AcceptAsync(journal);
        var enter = new TaskCompletionSource();
        var gate = new ManualResetEventSlim();
        journal.Enqueue(new Step(_ =>
        {
            enter.TrySetResult();
            gate.Wait(Token);
        }));
        await enter.Task.WaitAsync(Token);
        long before = journal.LogBytesWritten;
        var steps = new List<Step>();
        for (int i = 0; i < 100; i++)
        {
            steps.Add(new(transaction =>
            {
                Message message = transaction.Find(id.Key)!;
                message.ErrorCode++;
                transaction.Save(message);
            }));
        }

        foreach (Step step in steps) journal.Enqueue(step);
        gate.Set();
        foreach (Step step in steps) (await step.Result.WaitAsync(Token)).ShouldBeNull();

        (await journal.FindAsync(id, Token))!.ErrorCode.ShouldBe(100);
        (journal.LogBytesWritten - before).ShouldBeLessThan(4 * 4120, "one page of the table and perhaps its neighbours, once");
    }

    [Fact]
    public async Task Life_WithoutRoomInMemory_IsTheSameFromDisk()
    {
        await using SqliteJournal journal = await OpenAsync(new() { Directory = Journal, CacheMessages = 0, GroupLimit = 3, ApplyRows = 1 });
        var ids = new List<MessageId>();
        for (int i = 0; i < 40; i++) ids.Add(await SendAsync(journal, $"v{i}"));
        for (int i = 0; i < 40; i++)
        {
            string vendorId = $"V{i}";
            await CommitAsync(journal, transaction =>
            {
                CorrelationHit hit = transaction.FindCorrelated(Sample.Group, vendorId).ShouldHaveSingleItem();
                Sample.Delivered(transaction, transaction.Find(hit.Key)!);
            });
        }

        for (int i = 0; i < 40; i++)
        {
            Message message = (await journal.FindAsync(ids[i], Token))!;
            message.State.ShouldBe(MessageState.Delivered);
            message.Segments[0].VendorId.ShouldBe($"v{i}");
        }
    }

    [Fact]
    public async Task VendorIds_MoreThanOneRun_AreAllFoundAlsoAfterReopening()
    {
        const int Count = SliceIds.RunSize + 5_000;
        SqliteJournalOptions options = new() { Directory = Journal, CacheMessages = 100 };
        var keys = new List<long>(Count);
        await using (SqliteJournal journal = await OpenAsync(options))
        {
            for (int block = 0; block < Count; block += 1_000)
            {
                int first = block;
                await CommitAsync(journal, transaction =>
                {
                    for (int i = first; i < Math.Min(first + 1_000, Count); i++)
                    {
                        Message message = Sample.AcceptAndStart(transaction);
                        Sample.Sent(transaction, message, $"id-{i}");
                        keys.Add(message.Id.Key);
                    }
                });
            }

            await CheckAsync(journal);
            await FlushAsync(journal);
            await CommitAsync(journal, transaction => transaction.PutMark("settles what was flushed", 1));
            await CheckAsync(journal);
        }

        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        SqliteTest.Count(file, "SELECT count(*) FROM correlation_runs").ShouldBe(1 << SliceIds.PartBits);
        SqliteTest.Count(file, "SELECT count(*) FROM correlation_log").ShouldBeLessThan(SliceIds.RunSize);
        await using SqliteJournal again = await OpenAsync(options);
        await CheckAsync(again);
        await CommitAsync(again, transaction => transaction.FindCorrelated(Sample.Group, "id-x").ShouldBeEmpty());

        async Task CheckAsync(SqliteJournal journal)
        {
            for (int i = 0; i < Count; i += 997)
            {
                int number = i;
                await CommitAsync(journal, transaction =>
                    transaction.FindCorrelated(Sample.Group, $"ID-{number}").ShouldHaveSingleItem().Key.ShouldBe(keys[number]));
            }
        }
    }

    [Fact]
    public async Task OpenMessages_ThatStayOpen_AreListedAndLeaveTheListWhenTheyClose()
    {
        await using SqliteJournal journal = await OpenAsync();
        var ids = new List<MessageId>();
        for (int i = 0; i < 5; i++) ids.Add(await SendAsync(journal, $"v{i}"));
        await FlushAsync(journal);
        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        Count(file, "SELECT count(*) FROM open_messages").ShouldBe(0);

        await UntilAsync(() => Count(file, "SELECT count(*) FROM open_messages") == 5, () => Time.Advance(TimeSpan.FromSeconds(40)));
        await CommitAsync(journal, transaction =>
        {
            Message message = transaction.Find(ids[2].Key)!;
            message.TryMove(MessageState.Undelivered, transaction.Now, EventKind.Undelivered);
            transaction.Save(message);
        });

        await FlushAsync(journal);
        Count(file, "SELECT count(*) FROM open_messages").ShouldBe(4);
        (await journal.ListOpenAsync(0, 10, Token)).Select(message => message.Id).ShouldBe([ids[0], ids[1], ids[3], ids[4]]);

        // The second copy arrived after all: a webhook is to be sent, and the message is open again.
        await CommitAsync(journal, transaction => Sample.Delivered(transaction, transaction.Find(ids[2].Key)!));
        await FlushAsync(journal);
        Count(file, "SELECT count(*) FROM open_messages").ShouldBe(5);
        (await journal.ListOpenAsync(0, 10, Token)).Count.ShouldBe(5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    public async Task ListOpen_Backlog_IsWalkedInPagesWhateverIsClosedBetween(int openEvery)
    {
        const int Accepted = 56_000;
        SqliteJournalOptions options = new() { Directory = Journal, CacheMessages = 100 };
        await using SqliteJournal journal = await OpenAsync(options);
        var open = new List<long>();
        for (int block = 0; block < Accepted; block += 2_000)
        {
            int first = block;
            await CommitAsync(journal, transaction =>
            {
                for (int i = first; i < first + 2_000; i++)
                {
                    Message message = Sample.Accept(transaction);

                    // Only the second half is a closed stretch: enough stay open for the rows to be walked.
                    if (i < 25_000 || i % openEvery == 0)
                    {
                        open.Add(message.Id.Key);
                        continue;
                    }

                    message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
                    transaction.Save(message);
                }
            });
        }

        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        await UntilAsync(
            () => Count(file, "SELECT count(*) FROM open_messages") == open.Count, () => Time.Advance(TimeSpan.FromSeconds(31)));

        // And more than a page that is too young to be listed.
        await CommitAsync(journal, transaction =>
        {
            for (int i = 0; i < 12_000; i++) open.Add(Sample.Accept(transaction).Id.Key);
        });

        var found = new List<long>();
        IReadOnlyList<Message> page;
        do
        {
            page = await journal.ListOpenAsync(found.Count == 0 ? 0 : found[^1], 5_000, Token);
            foreach (Message message in page) found.Add(message.Id.Key);
        }
        while (page.Count == 5_000);

        found.SequenceEqual(open).ShouldBeTrue();
        (await journal.CountAsync(Token)).OpenMessages.ShouldBe(open.Count);
    }

    [Fact]
    public async Task DamagedFile_BreaksTheJournalAndFailsEverything()
    {
        SqliteJournal journal = await OpenAsync(new() { Directory = Journal, CacheMessages = 0, ReserveBytes = 0 });
        MessageId id = await AcceptAsync(journal);
        await journal.DisposeAsync();
        string file = Path.Combine(Journal, "slices", SliceFiles()[0]);
        journal = await OpenAsync(new() { Directory = Journal, CacheMessages = 0, ReserveBytes = 0 });
        await using (FileStream stream = new(file, FileMode.Open, FileAccess.Write))
        {
            // Everything but the first page, which names the tables.
            stream.Seek(4096, SeekOrigin.Begin);
            byte[] garbage = new byte[stream.Length - 4096];
            Array.Fill(garbage, (byte)0x5A);
            await stream.WriteAsync(garbage, Token);
        }

        (await RunAsync(journal, transaction => transaction.Find(id.Key))).ShouldBe(StoreFailure.Broken);
        await journal.Broken.WaitAsync(TimeSpan.FromSeconds(10), Token);
        journal.Health.ShouldBe(JournalHealth.Broken);
        journal.QueueDepth.ShouldBe(0);
        (await RunAsync(journal, static _ => { }, isRequired: true)).ShouldBe(StoreFailure.Broken);
        await journal.DisposeAsync();
    }

    [Fact]
    public async Task Commit_IsSeenByTheInstruments()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter.Name == "Crosspoint.Storage") each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Note(instrument, value));
        listener.Start();

        await using (SqliteJournal journal = await OpenAsync()) await AcceptAsync(journal);

        lock (seen)
        {
            seen.ShouldContainKey("crosspoint.journal.commit.duration");
            seen.ShouldContainKey("crosspoint.journal.group.size");
            seen.ShouldContainKey("crosspoint.journal.apply.duration");
            seen.ShouldContainKey("crosspoint.journal.checkpoint.duration");
        }

        void Note(Instrument instrument, double value)
        {
            lock (seen) seen[instrument.Name] = value;
        }
    }
}
