using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class DiskFullTests : SqliteTest
{
    [Fact]
    public async Task FullDisk_NewMessagesAreRefusedAndAnswersAreKeptUntilThereIsSpace()
    {
        using SmallDisk disk = SmallDisk.Mount(Root, megabytes: 12);
        SqliteJournalOptions options = new() { Directory = Path.Combine(disk.Path, "journal"), ReserveBytes = 1 << 20 };
        SqliteJournal journal = await OpenAsync(options);
        MessageId sending = default;
        await CommitAsync(journal, transaction => sending = Sample.AcceptAndStart(transaction).Id);
        var accepted = new List<MessageId>();
        disk.Fill();

        StoreFailure? failure = null;
        for (int i = 0; i < 200 && failure is null; i++)
        {
            MessageId id = default;
            failure = await RunAsync(journal, transaction =>
            {
                for (int each = 0; each < 100; each++) id = Sample.Accept(transaction).Id;
            });
            if (failure is null) accepted.Add(id);
        }

        failure.ShouldBe(StoreFailure.DiskFull);
        journal.Health.ShouldBe(JournalHealth.DiskFull);

        // What a vendor answered finds room: the reserve is given up for it.
        (await RunAsync(
            journal, transaction => Sample.Sent(transaction, transaction.Find(sending.Key)!, "v-1"), isRequired: true)).ShouldBeNull();
        journal.Health.ShouldBe(JournalHealth.DiskFull);
        (await RunAsync(journal, transaction => Sample.Accept(transaction))).ShouldBe(StoreFailure.DiskFull);

        // And when that is used up as well, it is kept.
        disk.Fill();
        var kept = new List<Step>();
        for (int i = 0; i < 400; i++)
        {
            int number = i;
            var step = new Step(
                transaction =>
                {
                    for (int each = 0; each < 40; each++) transaction.KeepOrphan(new("north-1", number, "filler", new byte[1000]));
                },
                isRequired: true);
            kept.Add(step);
            journal.Enqueue(step);
        }

        await UntilAsync(() => kept.Exists(step => step.Applied > 2), () => Time.Advance(TimeSpan.FromMilliseconds(250)));
        kept.ShouldContain(step => !step.Result.IsCompleted);
        disk.Empty(extraMegabytes: 100);
        await UntilAsync(() => journal.Health == JournalHealth.Ready, () => Time.Advance(TimeSpan.FromMilliseconds(250)));
        foreach (Step step in kept) (await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBeNull();
        accepted.Add(await AcceptAsync(journal));
        (await journal.CountAsync(Token)).Orphans.ShouldBe(400 * 40);
        await journal.DisposeAsync();

        await using SqliteJournal again = await OpenAsync(options);
        foreach (MessageId id in accepted) (await again.FindAsync(id, Token)).ShouldNotBeNull();
        (await again.FindAsync(sending, Token))!.State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task FullLog_OneTransitionTooLarge_FailsAloneAndSmallerOnesGoOn()
    {
        await using SqliteJournal journal = await OpenAsync(new() { Directory = Journal, MaxLogBytes = 200_000, ReserveBytes = 0 });
        MessageId id = await AcceptAsync(journal);

        (await RunAsync(journal, transaction =>
        {
            for (int i = 0; i < 2_000; i++) Sample.Accept(transaction);
        })).ShouldBe(StoreFailure.DiskFull);

        await UntilAsync(() => journal.Health == JournalHealth.Ready, () => Time.Advance(TimeSpan.FromMilliseconds(250)));
        await CommitAsync(journal, transaction => Sample.Start(transaction, transaction.Find(id.Key)!));
        (await journal.ListOpenAsync(0, 10, Token)).ShouldHaveSingleItem().State.ShouldBe(MessageState.Sending);
    }

    [Fact]
    public async Task FullLog_WhileClosing_FailsWhatWasKept()
    {
        SqliteJournal journal = await OpenAsync(new() { Directory = Journal, MaxLogBytes = 200_000, ReserveBytes = 0 });
        await AcceptAsync(journal);
        var step = new Step(
            transaction =>
            {
                for (int i = 0; i < 2_000; i++) Sample.Accept(transaction);
            },
            isRequired: true);
        journal.Enqueue(step);
        await UntilAsync(() => journal.Health == JournalHealth.DiskFull);

        await journal.DisposeAsync();

        (await step.Result.WaitAsync(Token)).ShouldBe(StoreFailure.Closed);
    }

    [Fact]
    public async Task FullFile_CommittedChangesStayInTheLogUntilThereIsRoom()
    {
        // One transition changes messages of yesterday and of today; today's file has no room.
        SqliteJournalOptions options = new() { Directory = Journal, MaxPages = 60, ReserveBytes = 0 };
        SqliteJournal journal = await OpenAsync(options);
        MessageId old = await SendAsync(journal, "v-old");
        Time.Advance(TimeSpan.FromDays(1));
        MessageId young = await SendAsync(journal, "v-young");
        var step = new Step(transaction =>
        {
            Sample.Delivered(transaction, transaction.Find(old.Key)!);
            Sample.Delivered(transaction, transaction.Find(young.Key)!);
            for (int i = 0; i < 600; i++) transaction.KeepOrphan(new("north-1", i, "filler", new byte[1000]));
        });
        journal.Enqueue(step);
        (await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBeNull();
        await UntilAsync(() => journal.Health == JournalHealth.DiskFull, () => Time.Advance(TimeSpan.FromSeconds(1)));

        (await RunAsync(journal, transaction => Sample.Accept(transaction))).ShouldBe(StoreFailure.DiskFull);
        (await RunAsync(
            journal, transaction => Sample.WebhookDone(transaction, transaction.Find(young.Key)!), isRequired: true)).ShouldBeNull();
        await CheckAsync();

        // Nothing of it depends on the process.
        await journal.DisposeAsync();
        journal = await OpenAsync(options);
        (await journal.FindAsync(young, Token))!.State.ShouldBe(MessageState.Delivered);
        await UntilAsync(() => journal.Health == JournalHealth.DiskFull, () => Time.Advance(TimeSpan.FromSeconds(1)));
        options.MaxPages = 100_000;
        await UntilAsync(() => journal.Health == JournalHealth.Ready, () => Time.Advance(TimeSpan.FromMilliseconds(250)));

        await CheckAsync();
        (await journal.CountAsync(Token)).Orphans.ShouldBe(600);
        await journal.DisposeAsync();
        File.Exists(CommitLog.PathOf(Journal)).ShouldBeFalse();

        async Task CheckAsync()
        {
            foreach (MessageId id in new[] { old, young })
            {
                Message message = (await journal.FindAsync(id, Token))!;
                message.State.ShouldBe(MessageState.Delivered);
                message.Events.Count(entry => entry.Kind == EventKind.Delivered).ShouldBe(1);
            }

            (await journal.FindManyAsync([old.Key, young.Key], Token)).Select(message => message.IsOpen).ShouldBe([true, false]);
        }
    }

    [Fact]
    public async Task FullDisk_AtTheFirstWriteOfAFile_ReadersFindTheFileAfterwards()
    {
        // The file is made, and there is no room for anything in it.
        SqliteJournalOptions options = new() { Directory = Journal, MaxPages = 1, ReserveBytes = 0 };
        await using SqliteJournal journal = await OpenAsync(options);
        MessageId id = await SendAsync(journal, "v-1");
        await CommitAsync(journal, transaction =>
        {
            for (int i = 0; i < 100; i++) transaction.KeepOrphan(new("north-1", i, "filler", new byte[1000]));
        });
        await UntilAsync(() => journal.Health == JournalHealth.DiskFull, () => Time.Advance(TimeSpan.FromSeconds(1)));
        (await journal.ListOpenAsync(0, 10, Token)).ShouldBeEmpty("no file holds it yet");
        (await journal.FindAsync(id, Token)).ShouldNotBeNull();

        options.MaxPages = 100_000;
        await UntilAsync(() => journal.Health == JournalHealth.Ready, () => Time.Advance(TimeSpan.FromMilliseconds(250)));

        (await journal.ListOpenAsync(0, 10, Token)).ShouldHaveSingleItem().Id.ShouldBe(id);
    }
}
