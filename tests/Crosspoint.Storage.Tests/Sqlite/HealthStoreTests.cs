using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class HealthStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-health-");

    private string File => Path.Combine(_folder.FullName, "health.db");

    private static CancellationToken Token => CancellationToken.None;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Put_AndReopen_ReadsTheSame()
    {
        await using (SqliteHealthStore store = SqliteHealthStore.Open(File))
        {
            (await store.PutAsync([Record("a", 1), Record("b", 2, ended: 5)], Token)).ShouldBe(HealthWrite.Done);
            (await store.PutAsync([Record("a", 1, ended: 9, body: "new")], Token)).IsDone.ShouldBeTrue();
        }

        await using SqliteHealthStore again = SqliteHealthStore.Open(File);
        HealthRecord read = (await again.FindAsync("incident", "a", Token)).ShouldNotBeNull();
        (read.At, read.EndedAt, System.Text.Encoding.UTF8.GetString(read.Body.Span)).ShouldBe((1, 9, "new"));
        (await again.FindAsync("alert", "a", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task List_PagesBackInTime_WithEqualTimesInOrder()
    {
        await using SqliteHealthStore store = SqliteHealthStore.Open(File);
        await store.PutAsync([.. Enumerable.Range(0, 10).Select(static i => Record($"r{i}", i / 2))], Token);
        var seen = new List<string>();
        (long before, string id) = (long.MaxValue, "");
        while (await store.ListAsync("incident", 1, before, id, 3, Token) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(static record => record.Id));
            (before, id) = (page[^1].At, page[^1].Id);
        }

        seen.ShouldBe(["r9", "r8", "r7", "r6", "r5", "r4", "r3", "r2"]);
    }

    [Fact]
    public async Task ListOpen_GivesThoseThatGoOn_AndPruneKeepsThem()
    {
        await using SqliteHealthStore store = SqliteHealthStore.Open(File);
        await store.PutAsync([Record("open", 1), Record("old", 2, ended: 10), Record("new", 3, ended: 100)], Token);
        (await store.PruneAsync(50, Token)).IsDone.ShouldBeTrue();
        (await store.ListOpenAsync("incident", Token)).Select(static record => record.Id).ShouldBe(["open"]);
        (await store.ListAsync("incident", 0, long.MaxValue, "", 10, Token)).Select(static record => record.Id).ShouldBe(["new", "open"]);
    }

    [Fact]
    public async Task Put_OneOfThemWrong_StoresNone()
    {
        await using SqliteHealthStore store = SqliteHealthStore.Open(File);
        await Should.ThrowAsync<ArgumentException>(() => store.PutAsync([Record("a", 1), Record("", 1)], Token).AsTask());
        await Should.ThrowAsync<ArgumentException>(
            () => store.PutAsync([Record("a", 1) with { Body = new byte[IHealthStore.MostBodyBytes + 1] }], Token).AsTask());
        (await store.FindAsync("incident", "a", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Put_HeldByAnotherProcess_SaysSoAndStoresNothing()
    {
        await using SqliteHealthStore store = SqliteHealthStore.Open(File);
        using (SqliteDatabase other = SqliteDatabase.OpenForWriting(File))
        {
            other.Execute("BEGIN IMMEDIATE");
            HealthWrite written = await store.PutAsync([Record("a", 1)], Token);
            (written.Failure, written.Detail.Contains("another process holds it")).ShouldBe((StoreFailure.DiskFull, true));
        }

        (await store.PutAsync([Record("b", 1)], Token)).IsDone.ShouldBeTrue();
        (await store.FindAsync("incident", "a", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Open_NewerSchemaOrNoDatabase_IsRefused()
    {
        await using (SqliteHealthStore store = SqliteHealthStore.Open(File)) await store.PutAsync([Record("a", 1)], Token);
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(File)) database.Execute("PRAGMA user_version = 99");
        Should.Throw<InvalidOperationException>(() => SqliteHealthStore.Open(File)).Message.ShouldContain("newer Crosspoint");
        string broken = Path.Combine(_folder.FullName, "broken.db");
        await System.IO.File.WriteAllTextAsync(broken, new string('x', 5_000), Token);
        Should.Throw<InvalidOperationException>(() => SqliteHealthStore.Open(broken)).Message.ShouldContain("cannot be used");
    }

    private static HealthRecord Record(string id, long at, long ended = 0, string body = "{}") =>
        new("incident", id, at, ended, System.Text.Encoding.UTF8.GetBytes(body));
}
