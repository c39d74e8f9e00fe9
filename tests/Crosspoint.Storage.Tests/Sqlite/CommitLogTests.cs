using Crosspoint.Engine.Messages;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class CommitLogTests : SqliteTest
{
    private const int FileHeader = 16;

    private string LogFile => CommitLog.PathOf(Journal);

    [Fact]
    public void Records_AreReadBackInOrderAndTheNextGoesBehindThem()
    {
        using (CommitLog log = OpenLog(out List<CommitLog.Record> none))
        {
            none.ShouldBeEmpty();
            Append(log, 10, 1).ShouldBeTrue();
            Append(log, 100_000, 2).ShouldBeTrue();
        }

        using (CommitLog log = OpenLog(out List<CommitLog.Record> records))
        {
            records.Select(static record => (record.Number, record.Payload.Length, record.Payload[0])).ShouldBe([(1L, 10, (byte)1), (2L, 100_000, (byte)2)]);
            Append(log, 1, 3).ShouldBeTrue();
            log.Read().Count().ShouldBe(3);
        }

        using CommitLog again = OpenLog(out List<CommitLog.Record> all);
        all.Select(static record => record.Number).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void TornRecord_IsTheEnd()
    {
        using (CommitLog log = OpenLog(out _))
        {
            Append(log, 500, 1);
            Append(log, 500, 2);
        }

        byte[] whole = File.ReadAllBytes(LogFile);
        int second = FileHeader + CommitLog.HeaderBytes + 500;
        for (int at = second; at < second + CommitLog.HeaderBytes + 500; at += 7)
        {
            byte[] torn = [.. whole];
            torn[at] ^= 0x40;
            File.WriteAllBytes(LogFile, torn);
            using CommitLog log = OpenLog(out List<CommitLog.Record> records);
            records.ShouldHaveSingleItem().Number.ShouldBe(1, $"octet {at}");
        }

        File.WriteAllBytes(LogFile, whole[..(second + 300)]);
        using CommitLog cut = OpenLog(out List<CommitLog.Record> left);
        left.ShouldHaveSingleItem();
        Append(cut, 20, 9).ShouldBeTrue();
        cut.Last.ShouldBe(2);
    }

    [Fact]
    public void Reset_RecordsOfTheRoundBeforeAreNotReadAgain()
    {
        using (CommitLog log = OpenLog(out _))
        {
            for (int i = 0; i < 5; i++) Append(log, 100, (byte)i);
            log.Reset();
            Append(log, 100, 77);
        }

        using (CommitLog log = OpenLog(out List<CommitLog.Record> records))
        {
            // Behind it stand the second to fifth of the round before, each whole, and the number of the next would even be free.
            records.ShouldHaveSingleItem().Payload[0].ShouldBe((byte)77);
            log.Last.ShouldBe(6);
            log.Reset();
            log.TryForget().ShouldBeTrue();
        }

        using CommitLog forgotten = OpenLog(out List<CommitLog.Record> none);
        none.ShouldBeEmpty();
    }

    [Fact]
    public void Reset_WithoutAnythingAfterIt_TheRoundBeforeIsStillThere()
    {
        // A crash right after the slices were written: reading them again changes nothing, since the slices say how far they are.
        using (CommitLog log = OpenLog(out _))
        {
            Append(log, 100, 1);
            log.Reset();
        }

        using CommitLog again = OpenLog(out List<CommitLog.Record> records);
        records.ShouldHaveSingleItem();
    }

    [Fact]
    public void Payload_ThatLooksLikeARecord_IsNotReadAsOne()
    {
        // Where the first round's second record stood, the application's text holds what would be a record without the salt.
        byte[] forged;
        using (CommitLog log = OpenLog(out _))
        {
            Append(log, 100, 1);
            Append(log, 100, 2);
        }

        forged = File.ReadAllBytes(LogFile)[(FileHeader + CommitLog.HeaderBytes + 100)..][..(CommitLog.HeaderBytes + 100)];
        using (CommitLog log = OpenLog(out _))
        {
            log.Reset();
            log.StartAfter(0);
            Append(log, 1_000, 3);
        }

        byte[] file = File.ReadAllBytes(LogFile);
        forged.CopyTo(file, FileHeader + CommitLog.HeaderBytes + 1_000);
        BitConverter.TryWriteBytes(file.AsSpan(FileHeader + CommitLog.HeaderBytes + 1_000 + 8), 4L);
        File.WriteAllBytes(LogFile, file);

        using CommitLog read = OpenLog(out List<CommitLog.Record> records);
        records.ShouldHaveSingleItem();
    }

    [Fact]
    public void FileOfAnotherForm_IsRefused()
    {
        Directory.CreateDirectory(Journal);
        File.WriteAllText(LogFile, "This is something else, and long enough.");

        Should.Throw<InvalidOperationException>(() => OpenLog(out _)).Message.ShouldContain("commits.log");
    }

    [Fact]
    public void NoRoom_NothingIsWrittenAndSmallerOnesFit()
    {
        using CommitLog log = OpenLog(out _, most: 1_000);

        Append(log, 2_000, 1).ShouldBeFalse();
        Append(log, 500, 2).ShouldBeTrue();
        Append(log, 500, 3).ShouldBeFalse();
        log.Read().ShouldHaveSingleItem().Payload[0].ShouldBe((byte)2);
        log.Last.ShouldBe(1);
    }

    [Fact]
    public async Task CleanClose_LeavesNoLog()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            await AcceptAsync(journal);
            File.Exists(LogFile).ShouldBeTrue();
        }

        File.Exists(LogFile).ShouldBeFalse();
        Count(Path.Combine(Journal, "slices", SliceFiles()[0]), "SELECT count(*) FROM messages").ShouldBe(1);
    }

    [Fact]
    public async Task SliceThatRetentionDeleted_DoesNotComeBackFromTheLog()
    {
        SqliteJournalOptions options = new() { Directory = Journal, ReserveBytes = 0, Retention = TimeSpan.FromDays(2) };
        MessageId old = default;
        await using (SqliteJournal journal = await OpenAsync(options))
        {
            await CommitAsync(journal, transaction =>
            {
                Message message = Sample.Accept(transaction);
                message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
                transaction.Save(message);
                old = message.Id;
            });
            Time.Advance(TimeSpan.FromDays(1));
            await AcceptAsync(journal);
            await FlushAsync(journal);
            string first = SliceFiles()[0];
            await UntilAsync(() => !SliceFiles().Contains(first), () => Time.Advance(TimeSpan.FromHours(1)));
            string copy = Path.Combine(Root, "copy");
            CopyDirectory(Journal, copy);
            await using SqliteJournal crashed = await OpenAsync(new() { Directory = copy, ReserveBytes = 0 });
            (await crashed.FindAsync(old, Token)).ShouldBeNull();
            SliceFiles(copy).ShouldNotContain(first);
        }
    }

    private CommitLog OpenLog(out List<CommitLog.Record> records, long most = 0)
    {
        Directory.CreateDirectory(Journal);
        CommitLog log = CommitLog.Open(new() { Directory = Journal, MaxLogBytes = most });
        records = [.. log.Read()];
        return log;
    }

    private static bool Append(CommitLog log, int length, byte content)
    {
        byte[] record = new byte[CommitLog.HeaderBytes + length];
        record.AsSpan(CommitLog.HeaderBytes).Fill(content);
        return log.TryAppend(record);
    }
}
