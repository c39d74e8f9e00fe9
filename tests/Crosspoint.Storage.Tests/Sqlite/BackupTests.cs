using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class BackupTests : SqliteTest
{
    private string Backup => Path.Combine(Root, "backup");

    [Fact]
    public async Task Run_WhileTheJournalIsWrittenTo_KeepsEverythingAcknowledgedBefore()
    {
        await using SqliteJournal journal = await OpenAsync();
        await AcceptAsync(journal);
        Time.Advance(TimeSpan.FromDays(1));
        var acknowledged = new List<MessageId>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task load = Task.Run(
            async () =>
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    MessageId id = await SendAsync(journal, $"v{i}");
                    lock (acknowledged) acknowledged.Add(id);
                }
            },
            Token);
        await UntilAsync(() => CountOf() > 200);
        MessageId[] before;
        lock (acknowledged) before = [.. acknowledged];

        BackupSummary summary = await SqliteBackup.RunAsync(Journal, null, Backup, Token);

        await stop.CancelAsync();
        await load;
        summary.Files.ShouldBe(2);
        summary.Messages.ShouldBeGreaterThanOrEqualTo(before.Length + 1);
        string restored = Path.Combine(Root, "restored");
        (await SqliteBackup.RestoreAsync(Backup, restored, null, Token)).Messages.ShouldBe(summary.Messages);
        await using SqliteJournal copy = await OpenAsync(new() { Directory = restored });
        foreach (MessageId id in before) (await copy.FindAsync(id, Token)).ShouldNotBeNull().State.ShouldBe(MessageState.Sent);
        await SendAsync(copy, "goes on");

        int CountOf()
        {
            lock (acknowledged) return acknowledged.Count;
        }
    }

    [Fact]
    public async Task Run_TargetIsTaken_IsRefusedAndTheTargetStays()
    {
        await using SqliteJournal journal = await OpenAsync();
        await AcceptAsync(journal);
        Directory.CreateDirectory(Backup);
        string precious = Path.Combine(Backup, "precious");
        await File.WriteAllTextAsync(precious, "keep", Token);

        await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.RunAsync(Journal, null, Backup, Token));

        (await File.ReadAllTextAsync(precious, Token)).ShouldBe("keep");
    }

    [Fact]
    public async Task Run_NoJournal_IsRefused()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.RunAsync(Journal, null, Backup, Token));
        Directory.Exists(Backup).ShouldBeFalse();
    }

    [Fact]
    public async Task Restore_OverAJournal_IsRefused()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            await AcceptAsync(journal);
            await SqliteBackup.RunAsync(Journal, null, Backup, Token);
            InvalidOperationException open = await Should.ThrowAsync<InvalidOperationException>(
                () => SqliteBackup.RestoreAsync(Backup, Journal, null, Token));
            open.Message.ShouldContain("another process");
        }

        InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(
            () => SqliteBackup.RestoreAsync(Backup, Journal, null, Token));
        refusal.Message.ShouldContain("never overwrites");
    }

    [Fact]
    public async Task Restore_WhereALogIsLeft_IsRefused()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            await AcceptAsync(journal);
            await SqliteBackup.RunAsync(Journal, null, Backup, Token);
        }

        // Only the files were moved away: what the log holds belongs to them.
        string other = Path.Combine(Root, "other");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(CommitLog.PathOf(other), "", Token);

        InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.RestoreAsync(Backup, other, null, Token));
        refusal.Message.ShouldContain("never overwrites");
    }

    [Fact]
    public async Task Run_WhatIsOnlyInTheLog_IsInTheCopysFiles()
    {
        await using SqliteJournal journal = await OpenAsync();
        MessageId id = await SendAsync(journal, "v-1");
        Directory.Exists(Path.Combine(Journal, "slices")).ShouldBeTrue();
        SliceFiles().ShouldBeEmpty("nothing was written to a file yet");

        (await SqliteBackup.RunAsync(Journal, null, Backup, Token)).Messages.ShouldBe(1);

        File.Exists(CommitLog.PathOf(Backup)).ShouldBeFalse();
        await using SqliteJournal copy = await OpenAsync(new() { Directory = Backup, ReserveBytes = 0 });
        (await copy.FindAsync(id, Token)).ShouldNotBeNull().State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task RunAndRestore_WithRevisions_KeepThem_AndOverwriteNone()
    {
        var deck = new ResourceName("deck", "north-1");
        string file = Path.Combine(Root, "config.db");
        await using SqliteJournal journal = await OpenAsync();
        await AcceptAsync(journal);
        await using (SqliteRevisionStore store = SqliteRevisionStore.Open(file, Time))
        {
            (await store.PublishAsync(deck, "prices"u8.ToArray(), 0, new("ada"), Token)).IsDone.ShouldBeTrue();

            // While it is open, and what it holds is still in its log.
            (await SqliteBackup.RunAsync(Journal, file, Backup, Token)).Revisions.ShouldBe(1);
        }

        string restored = Path.Combine(Root, "restored");
        string config = Path.Combine(Root, "restored.db");
        await File.WriteAllTextAsync(config, "precious", Token);
        InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(
            () => SqliteBackup.RestoreAsync(Backup, restored, config, Token));
        refusal.Message.ShouldContain("holds revisions");
        File.Delete(config);
        (await SqliteBackup.RestoreAsync(Backup, restored, config, Token)).Revisions.ShouldBe(1);
        await using (SqliteRevisionStore copy = SqliteRevisionStore.Open(config, Time))
        {
            (await copy.ReadAsync(deck, 1, Token)).ShouldBe("prices"u8.ToArray());
            (await copy.ListAuditAsync(new(Limit: 10), Token)).ShouldHaveSingleItem().Action.ShouldBe("activate");
        }

        await File.WriteAllBytesAsync(Path.Combine(Backup, "config.db"), new byte[9000], Token);
        await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.VerifyAsync(Backup, Token));
    }

    [Fact]
    public async Task RunAndRestore_RevisionsBeforeTheFirstMessage_AreKept()
    {
        string file = Path.Combine(Root, "config.db");
        await using SqliteJournal journal = await OpenAsync();
        await using (SqliteRevisionStore store = SqliteRevisionStore.Open(file, Time)) await store.PublishAsync(new("rates", "fees"), default, 0, new("ada"), Token);
        BackupSummary summary = await SqliteBackup.RunAsync(Journal, file, Backup, Token);
        (summary.Messages, summary.Revisions).ShouldBe((0, 1));
        string config = Path.Combine(Root, "restored.db");
        (await SqliteBackup.RestoreAsync(Backup, Path.Combine(Root, "restored"), config, Token)).Revisions.ShouldBe(1);
        await using SqliteJournal copy = await OpenAsync(new() { Directory = Path.Combine(Root, "restored"), ReserveBytes = 0 });
        await AcceptAsync(copy);
    }

    [Fact]
    public async Task RunAndRestore_WithIncidents_KeepThem_AndOverwriteNone()
    {
        string config = Path.Combine(Root, "config.db");
        string health = Path.Combine(Root, SqliteHealthStore.FileName);
        await using SqliteJournal journal = await OpenAsync();
        await AcceptAsync(journal);
        await using (SqliteHealthStore store = SqliteHealthStore.Open(health))
        {
            (await store.PutAsync([new("incident", "IN1", 1, 0, "x"u8.ToArray())], Token)).IsDone.ShouldBeTrue();
            (await SqliteBackup.RunAsync(Journal, config, Backup, Token)).Records.ShouldBe(1);
        }

        string target = Path.Combine(Root, "other");
        Directory.CreateDirectory(target);
        string restored = Path.Combine(target, "journal");
        await File.WriteAllTextAsync(Path.Combine(target, SqliteHealthStore.FileName), "precious", Token);
        InvalidOperationException refusal = await Should.ThrowAsync<InvalidOperationException>(
            () => SqliteBackup.RestoreAsync(Backup, restored, Path.Combine(target, "config.db"), Token));
        refusal.Message.ShouldContain("holds incidents");
        File.Delete(Path.Combine(target, SqliteHealthStore.FileName));
        (await SqliteBackup.RestoreAsync(Backup, restored, Path.Combine(target, "config.db"), Token)).Records.ShouldBe(1);
        await using SqliteHealthStore copy = SqliteHealthStore.Open(Path.Combine(target, SqliteHealthStore.FileName));
        (await copy.FindAsync("incident", "IN1", Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task RunAndRestore_WithUsers_KeepThemAndTheirKeys_ForTheirOwnerAlone()
    {
        await using SqliteJournal journal = await OpenAsync();
        await AcceptAsync(journal);
        Directory.CreateDirectory(Path.Combine(Root, SqliteUserStore.KeysFolder));
        await File.WriteAllTextAsync(Path.Combine(Root, SqliteUserStore.KeysFolder, "key-1.xml"), "key", Token);
        await using SqliteUserStore store = SqliteUserStore.Open(Path.Combine(Root, SqliteUserStore.FileName));
        await store.ApplyAsync(new() { Users = [new() { Id = "US1", Name = "ada", Role = "owner", State = "active" }] }, Token);
        (await SqliteBackup.RunAsync(Journal, Path.Combine(Root, "config.db"), Backup, Token)).Users.ShouldBe(1);

        string target = Path.Combine(Root, "other");
        Directory.CreateDirectory(target);
        (await SqliteBackup.RestoreAsync(Backup, Path.Combine(target, "journal"), Path.Combine(target, "config.db"), Token)).Users.ShouldBe(1);
        (await File.ReadAllTextAsync(Path.Combine(target, SqliteUserStore.KeysFolder, "key-1.xml"), Token)).ShouldBe("key");
        await using SqliteUserStore copy = SqliteUserStore.Open(Path.Combine(target, SqliteUserStore.FileName));
        (await copy.ReadAsync(Token)).Users.ShouldHaveSingleItem().Name.ShouldBe("ada");
        if (OperatingSystem.IsWindows()) return;
        foreach (string folder in (string[])[Backup, target])
            File.GetUnixFileMode(Path.Combine(folder, SqliteUserStore.FileName)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, folder);
    }

    [Fact]
    public async Task Verify_DamagedCopy_IsRefused()
    {
        await using (SqliteJournal journal = await OpenAsync())
        {
            for (int i = 0; i < 50; i++) await SendAsync(journal, $"v{i}");
            await SqliteBackup.RunAsync(Journal, null, Backup, Token);
        }

        (await SqliteBackup.VerifyAsync(Backup, Token)).Messages.ShouldBe(50);
        string file = Path.Combine(Backup, "slices", SliceFiles(Backup)[0]);
        await using (FileStream stream = new(file, FileMode.Open, FileAccess.Write))
        {
            stream.Seek(3 * 4096 + 100, SeekOrigin.Begin);
            stream.Write(new byte[6000]);
        }

        await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.VerifyAsync(Backup, Token));
        await Should.ThrowAsync<InvalidOperationException>(() => SqliteBackup.RestoreAsync(Backup, Path.Combine(Root, "other"), null, Token));
    }
}
