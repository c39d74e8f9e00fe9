using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class SqliteJournalConformance : JournalConformance
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-journal-");

    protected override async ValueTask<IJournal> OpenAsync() => await SqliteJournal.OpenAsync(
        new() { Directory = _directory.FullName, ReserveBytes = 1 << 16 }, Time, NullLogger<SqliteJournal>.Instance, null, Token);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
