using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>A directory of its own for each test.</summary>
public abstract class SqliteTest : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crosspoint-storage-");

    protected ManualTimeProvider Time { get; } = new();

    protected string Root => _root.FullName;

    protected string Journal => Path.Combine(Root, "journal");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    internal SqliteJournalOptions Options => new() { Directory = Journal, ReserveBytes = 1 << 16 };

    internal async Task<SqliteJournal> OpenAsync(SqliteJournalOptions? options = null, TimeProvider? time = null) =>
        await SqliteJournal.OpenAsync(options ?? Options, time ?? Time, NullLogger<SqliteJournal>.Instance, null, Token);

    protected static async Task<StoreFailure?> RunAsync(SqliteJournal journal, Action<IJournalTransaction> apply, bool isRequired = false)
    {
        var step = new Step(apply, isRequired);
        journal.Enqueue(step);
        return await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    protected static async Task CommitAsync(SqliteJournal journal, Action<IJournalTransaction> apply)
    {
        var step = new Step(apply);
        journal.Enqueue(step);
        (await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBeNull(step.Thrown?.ToString());
    }

    protected static async Task<MessageId> AcceptAsync(SqliteJournal journal)
    {
        MessageId id = default;
        await CommitAsync(journal, transaction => id = Sample.Accept(transaction).Id);
        return id;
    }

    protected static async Task<MessageId> SendAsync(SqliteJournal journal, string vendorId)
    {
        MessageId id = default;
        await CommitAsync(journal, transaction =>
        {
            Message message = Sample.AcceptAndStart(transaction);
            Sample.Sent(transaction, message, vendorId);
            id = message.Id;
        });
        return id;
    }

    /// <summary>Brings the files up to date with what is committed.</summary>
    protected static async Task FlushAsync(SqliteJournal journal) => await journal.CountAsync(Token);

    protected string[] SliceFiles(string? journal = null) =>
        [.. Directory.GetFiles(Path.Combine(journal ?? Journal, "slices"), "*.db").Select(Path.GetFileName).Order()!];

    protected static long Count(string file, string sql)
    {
        using SqliteDatabase database = SqliteDatabase.OpenForReading(file);
        return database.QueryInt64(sql);
    }

    protected static void CopyDirectory(string from, string to)
    {
        // The log first, as a backup does it: what leaves it meanwhile is in its slice when that is copied.
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).OrderBy(static path => !path.EndsWith(".log", StringComparison.Ordinal)))
        {
            // Held by the running journal, and nothing that outlives a process.
            if (Path.GetFileName(file) == "lock" || file.EndsWith("-shm", StringComparison.Ordinal)) continue;
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Waits until something holds that another thread brings about.</summary>
    protected static async Task UntilAsync(Func<bool> holds, Action? meanwhile = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            meanwhile?.Invoke();
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        _root.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
