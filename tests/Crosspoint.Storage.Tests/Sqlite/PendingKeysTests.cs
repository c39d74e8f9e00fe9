using Crosspoint.Engine.Messages;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class PendingKeysTests : SqliteTest
{
    [Fact]
    public void MayHold_KeysInARow_AllOfThemAndHardlyAnyOther()
    {
        var keys = new PendingKeys();
        for (long key = 1; key <= 8_000; key++) keys.Add(key << 12);
        for (long key = 1; key <= 8_000; key++) keys.MayHold(key << 12).ShouldBeTrue();
        Enumerable.Range(8_001, 1_000_000).Count(key => keys.MayHold((long)key << 12)).ShouldBeLessThan(1_000);
        keys.Clear();
        Enumerable.Range(1, 8_000).ShouldNotContain(key => keys.MayHold((long)key << 12));
    }

    [Fact]
    public async Task FindAsync_TheSequencerIsBusy_WaitsOnlyForWhatItsFileLacks()
    {
        await using SqliteJournal journal = await OpenAsync();
        MessageId[] old = [await AcceptAsync(journal), await AcceptAsync(journal), await AcceptAsync(journal)];
        await FlushAsync(journal);
        await CommitAsync(journal, transaction => Sample.Start(transaction, transaction.Find(old[0].Key)!));
        using var busy = new ManualResetEventSlim();
        using var isBusy = new ManualResetEventSlim();
        var step = new Step(_ =>
        {
            isBusy.Set();
            busy.Wait(Token);
        });
        journal.Enqueue(step);
        isBusy.Wait(Token);

        (await journal.FindAsync(old[1], Token))!.State.ShouldBe(MessageState.Queued);
        (await journal.FindManyAsync([old[1].Key, old[2].Key], Token)).Select(message => message.Id).ShouldBe([old[1], old[2]]);
        Task<Message?> changed = journal.FindAsync(old[0], Token).AsTask();
        Task<IReadOnlyList<Message>> both = journal.FindManyAsync([old[0].Key, old[1].Key], Token).AsTask();
        changed.IsCompleted.ShouldBeFalse();
        both.IsCompleted.ShouldBeFalse();

        busy.Set();
        (await step.Result).ShouldBeNull();
        (await changed)!.State.ShouldBe(MessageState.Sending);
        (await both).Select(message => message.State).ShouldBe([MessageState.Sending, MessageState.Queued]);
    }

    [Fact]
    public async Task FindAsync_AfterARestart_KnowsWhatTheLogAloneHolds()
    {
        MessageId id;
        await using (SqliteJournal journal = await OpenAsync())
        {
            id = await AcceptAsync(journal);
            await FlushAsync(journal);
            await CommitAsync(journal, transaction => Sample.Start(transaction, transaction.Find(id.Key)!));
            CopyAside(Journal, Path.Combine(Root, "copy"));
        }

        await using SqliteJournal again = await OpenAsync(new() { Directory = Path.Combine(Root, "copy"), ReserveBytes = 1 << 16 });
        (await again.FindAsync(id, Token))!.State.ShouldBe(MessageState.Sending);
    }

    // As a crash would leave it: what is in the log is not in the files.
    private static void CopyAside(string from, string to)
    {
        foreach (string directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "lock"))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
