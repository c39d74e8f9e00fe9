using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Sqlite;

/// <summary>What a backup or a check of one saw.</summary>
/// <param name="Files">Slices.</param>
/// <param name="Messages">Rows of all of them.</param>
/// <param name="Revisions">Revisions of configuration.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="Records">Incidents, alerts and silences.</param>
/// <param name="Users">Users of the console.</param>
public sealed record BackupSummary(int Files, long Messages, long Revisions, long Bytes, long Records = 0, long Users = 0);

/// <summary>
/// Copies a journal, the revisions of configuration, what is kept about health, and users with the keys of their secrets, while a gateway runs on them, from this or another process, and puts a copy back.
/// Each file of the copy is the state of one moment;
/// files are copied one after another, the newest last. What the commit log held when the copy began is written into the copied files.
/// </summary>
public static class SqliteBackup
{
    /// <summary>The name of the revisions' file in a backup.</summary>
    private const string ConfigName = "config.db";

    private const string HealthName = SqliteHealthStore.FileName;
    private const string UsersName = SqliteUserStore.FileName;
    private const string Unfinished = ".unfinished";

    /// <summary>The folder beside users that holds the keys of their secrets.</summary>
    private const string KeysFolder = SqliteUserStore.KeysFolder;

    // A backup keeps what retention would delete.
    private static readonly TimeSpan Forever = TimeSpan.FromDays(365 * 100);

    // The first look at a file that was just made may have to wait for its maker.
    private const int BusyMilliseconds = 10_000;

    /// <summary>Copies the journal in one directory to a new one, and checks every file of the copy.</summary>
    /// <param name="configFile">The revisions' file; one that does not exist is left out. What is kept about health, users and keys lie beside it.</param>
    /// <param name="targetDirectory">Must not exist, or be empty: a backup never overwrites another. It appears under
    /// this name only when it is whole.</param>
    /// <exception cref="InvalidOperationException">There is no journal, the target is taken, or the copy did not pass
    /// its check.</exception>
    public static Task<BackupSummary> RunAsync(
        string sourceDirectory, string? configFile, string targetDirectory, CancellationToken cancellationToken) =>
        Task.Run(() => CopyAsync(sourceDirectory, configFile, targetDirectory, cancellationToken), cancellationToken);

    /// <summary>Checks every file of a backup: SQLite's own integrity check, and that this program knows its version.</summary>
    /// <exception cref="InvalidOperationException">A file is damaged or too new, or there is none.</exception>
    public static Task<BackupSummary> VerifyAsync(string directory, CancellationToken cancellationToken) =>
        Task.Run(() => Verify(directory, cancellationToken), cancellationToken);

    /// <summary>Checks a backup and makes a journal of it in a directory that holds none. The backup stays as it is.</summary>
    /// <param name="configFile">Where the revisions go, if the backup has any, and what is kept about health, users and keys beside them; null to leave them.</param>
    /// <exception cref="InvalidOperationException">The backup did not pass its check, or the target holds a journal or revisions, or is open.</exception>
    public static Task<BackupSummary> RestoreAsync(
        string backupDirectory, string journalDirectory, string? configFile, CancellationToken cancellationToken) =>
        Task.Run(() => Restore(backupDirectory, journalDirectory, configFile, cancellationToken), cancellationToken);

    private static async Task<BackupSummary> CopyAsync(string source, string? config, string target, CancellationToken cancellationToken)
    {
        string log = CommitLog.PathOf(source);
        bool hasLog = File.Exists(log);
        if (!hasLog) ListSlices(source);
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new InvalidOperationException($"{target} is not empty: a backup never overwrites anything.");
        }

        string unfinished = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)) + Unfinished;
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        string copies = Directory.CreateDirectory(SliceCatalog.DirectoryOf(unfinished)).FullName;

        // First: what leaves it while it is copied is in its slice by then, and the slices come after it.
        if (hasLog) File.Copy(log, CommitLog.PathOf(unfinished));
        foreach (Slice slice in SliceCatalog.List(SliceCatalog.DirectoryOf(source)))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Retention may have deleted it since the directory was read.
            if (slice.HasFile) CopyFile(slice.Path, Path.Combine(copies, Path.GetFileName(slice.Path)), SqliteSchema.Slices);
        }

        if (File.Exists(config)) CopyFile(config, Path.Combine(unfinished, ConfigName), SqliteSchema.Config);
        if (Beside(config, HealthName) is { } health && File.Exists(health)) CopyFile(health, Path.Combine(unfinished, HealthName), SqliteSchema.Health);
        if (Beside(config, UsersName) is { } users && File.Exists(users)) CopyUsers(users, unfinished);

        if (hasLog) await EmptyLogAsync(unfinished, cancellationToken).ConfigureAwait(false);
        List<Slice> copied = SliceCatalog.List(copies);
        if (copied.Count == 0 && !File.Exists(config)) throw new InvalidOperationException($"There is nothing in the journal in {source} yet.");
        foreach (Slice slice in copied) MakeWhole(slice.Path);
        if (File.Exists(config)) MakeWhole(Path.Combine(unfinished, ConfigName));
        foreach (string name in (string[])[HealthName, UsersName])
        {
            if (File.Exists(Path.Combine(unfinished, name))) MakeWhole(Path.Combine(unfinished, name));
        }

        BackupSummary summary = Verify(unfinished, cancellationToken);
        if (Directory.Exists(target)) Directory.Delete(target);
        Directory.Move(unfinished, target);
        return summary;
    }

    /// <summary>As a start after a crash would: the copy is opened, which writes what the log holds into the slices, and closed.</summary>
    private static async Task EmptyLogAsync(string journal, CancellationToken cancellationToken)
    {
        SqliteJournalOptions options = new() { Directory = journal, ReserveBytes = 0, Retention = Forever };
        SqliteJournal copy = await SqliteJournal.OpenAsync(
            options, TimeProvider.System, NullLogger<SqliteJournal>.Instance, null, cancellationToken).ConfigureAwait(false);
        await copy.DisposeAsync().ConfigureAwait(false);
        if (File.Exists(CommitLog.PathOf(journal)))
            throw new InvalidOperationException($"There is no space in {journal} for what the journal's log holds: the copy is not whole.");
        DirectoryLock.Remove(journal);
    }

    /// <summary>One file without a log beside it: the copy can be moved about as it is.</summary>
    private static void MakeWhole(string path)
    {
        using SqliteDatabase copy = SqliteDatabase.OpenForWriting(path);
        copy.Execute("PRAGMA journal_mode = DELETE");
    }

    private static void CopyFile(string source, string target, SqliteSchema schema)
    {
        using SqliteDatabase from = SqliteDatabase.OpenForReading(source);
        using SqliteDatabase to = SqliteDatabase.OpenForWriting(target);
        from.SetBusyTimeout(BusyMilliseconds);
        schema.Check(from);
        from.CopyTo(to);
    }

    private static BackupSummary Verify(string directory, CancellationToken cancellationToken)
    {
        long messages = 0;
        long bytes = 0;
        List<Slice> slices = ListCopies(directory);
        foreach (Slice slice in slices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            messages += Verify(slice.Path, SqliteSchema.Slices, "SELECT count(*) FROM messages");
            bytes += new FileInfo(slice.Path).Length;
        }

        long revisions = 0;
        string config = Path.Combine(directory, ConfigName);
        if (File.Exists(config))
        {
            revisions = Verify(config, SqliteSchema.Config, "SELECT count(*) FROM revisions");
            bytes += new FileInfo(config).Length;
        }

        long records = 0;
        string health = Path.Combine(directory, HealthName);
        if (File.Exists(health))
        {
            records = Verify(health, SqliteSchema.Health, "SELECT count(*) FROM records");
            bytes += new FileInfo(health).Length;
        }

        long people = 0;
        string users = Path.Combine(directory, UsersName);
        if (File.Exists(users))
        {
            people = Verify(users, SqliteSchema.Users, "SELECT count(*) FROM users");
            bytes += new FileInfo(users).Length;
        }

        return new(slices.Count, messages, revisions, bytes, records, people);
    }

    private static long Verify(string path, SqliteSchema schema, string count)
    {
        try
        {
            using SqliteDatabase database = SqliteDatabase.OpenForReading(path);
            schema.Check(database);
            string result = database.QueryText("PRAGMA integrity_check(1)");
            if (result != "ok") throw new InvalidOperationException($"{path} is damaged: {result}.");
            return database.QueryInt64(count);
        }
        catch (SqliteFaultException fault)
        {
            throw new InvalidOperationException($"{path} is damaged: {fault.Message}", fault);
        }
    }

    private static BackupSummary Restore(string backup, string journal, string? config, CancellationToken cancellationToken)
    {
        BackupSummary summary = Verify(backup, cancellationToken);
        Directory.CreateDirectory(journal);
        using DirectoryLock directoryLock = DirectoryLock.Take(journal);
        string slices = SliceCatalog.DirectoryOf(journal);
        bool isTaken = Directory.Exists(slices) && Directory.EnumerateFileSystemEntries(slices).Any();
        if (isTaken || File.Exists(CommitLog.PathOf(journal)))
        {
            throw new InvalidOperationException($"{journal} holds a journal. Move it away first: a restore never overwrites anything.");
        }

        List<(string Copy, string Target)> files = [];
        if (config is not null && File.Exists(Path.Combine(backup, ConfigName)))
        {
            CheckFree(config, "revisions of configuration");
            files.Add((Path.Combine(backup, ConfigName), config));
        }

        if (Beside(config, HealthName) is { } health && File.Exists(Path.Combine(backup, HealthName)))
        {
            CheckFree(health, "incidents and alerts");
            files.Add((Path.Combine(backup, HealthName), health));
        }

        if (Beside(config, UsersName) is { } users && File.Exists(Path.Combine(backup, UsersName)))
        {
            CheckFree(users, "users");
            files.Add((Path.Combine(backup, UsersName), users));
            foreach (string key in KeyFiles(backup)) files.Add((key, Path.Combine(Beside(config, KeysFolder)!, Path.GetFileName(key))));
            CreatePrivateDirectory(Beside(config, KeysFolder)!);
        }

        string unfinished = slices + Unfinished;
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        foreach (Slice slice in ListCopies(backup))
        {
            cancellationToken.ThrowIfCancellationRequested();
            CopyDurably(slice.Path, Path.Combine(unfinished, Path.GetFileName(slice.Path)));
        }

        DiskSync.FlushDirectory(unfinished);
        foreach ((string copy, string target) in files)
        {
            CopyDurably(copy, target + Unfinished);
            File.Move(target + Unfinished, target);
            DiskSync.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        }

        if (Directory.Exists(slices)) Directory.Delete(slices);
        Directory.Move(unfinished, slices);
        DiskSync.FlushDirectory(journal);
        return summary;
    }

    private static string? Beside(string? config, string name) =>
        config is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(config))!, name);

    // The copy's own mode is the original's: a second factor is of no use without the keys that its secret is sealed with.
    private static void CopyUsers(string users, string unfinished)
    {
        SqliteUserStore.MakePrivate(Path.Combine(unfinished, UsersName));
        CopyFile(users, Path.Combine(unfinished, UsersName), SqliteSchema.Users);
        string[] keys = KeyFiles(Path.GetDirectoryName(users)!);
        if (keys.Length == 0) return;
        CreatePrivateDirectory(Path.Combine(unfinished, KeysFolder));
        foreach (string key in keys) File.Copy(key, Path.Combine(unfinished, KeysFolder, Path.GetFileName(key)));
    }

    private static string[] KeyFiles(string directory)
    {
        string keys = Path.Combine(directory, KeysFolder);
        return Directory.Exists(keys) ? Directory.GetFiles(keys, "*.xml") : [];
    }

    private static void CreatePrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void CheckFree(string target, string what)
    {
        if (File.Exists(target)) throw new InvalidOperationException($"{target} holds {what}. Move it away first: a restore never overwrites anything.");
        if (File.Exists(target + "-wal") || File.Exists(target + "-shm"))
            throw new InvalidOperationException($"{target} has a log of its own ({target}-wal, {target}-shm). Move it away first: it would change what is restored.");
    }

    private static void CopyDurably(string source, string target)
    {
        File.Copy(source, target, overwrite: true);
        using FileStream file = new(target, FileMode.Open, FileAccess.ReadWrite);
        DiskSync.Flush(file.SafeFileHandle, target);
    }

    // Revisions may be there before the first message.
    private static List<Slice> ListCopies(string backup) =>
        File.Exists(Path.Combine(backup, ConfigName)) && Directory.Exists(SliceCatalog.DirectoryOf(backup))
            ? SliceCatalog.List(SliceCatalog.DirectoryOf(backup))
            : ListSlices(backup);

    private static List<Slice> ListSlices(string journal)
    {
        string directory = SliceCatalog.DirectoryOf(journal);
        List<Slice> slices = Directory.Exists(directory) ? SliceCatalog.List(directory) : [];
        return slices.Count > 0 ? slices : throw new InvalidOperationException($"There is no journal in {journal}.");
    }
}
