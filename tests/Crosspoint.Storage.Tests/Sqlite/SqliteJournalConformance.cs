using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>Everything is read from what the log gathers, as far as reads do not bring the files up to date.</summary>
public class SqliteJournalConformance : JournalConformance
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-journal-");

    protected override async ValueTask<IJournal> OpenAsync() => await SqliteJournal.OpenAsync(
        new() { Directory = _directory.FullName, ReserveBytes = 1 << 16, ApplyRows = ApplyRows }, Time, NullLogger<SqliteJournal>.Instance, null, Token);

    protected virtual int ApplyRows => int.MaxValue;

    protected override ValueTask CleanUpAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The same from the files: they are brought up to date after every commit.</summary>
public sealed class SqliteJournalAppliedConformance : SqliteJournalConformance
{
    protected override int ApplyRows => 1;
}
