using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class UserStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-users-");

    private string File => Path.Combine(_folder.FullName, SqliteUserStore.FileName);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly UserRecord Ada = new()
    {
        Id = "US1",
        Name = "ada",
        DisplayName = "Ada",
        Role = "owner",
        State = "active",
        PasswordHash = "hash",
        TotpSecret = [1, 2],
        TotpStep = 7,
        RecoveryHashes = [Hash(1), Hash(2)],
        InviteHash = Hash(3),
        InviteUntil = 8,
        CreatedAt = 9,
        LastSignIn = 10,
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Apply_AndReopen_ReadsTheSame()
    {
        var session = new SessionRecord(Hash(4), "US1", 1, 2, "127.0.0.1", "agent", IsSecure: true);
        var tries = new SignInTries(Hash(5), 3, 4, 1, 6);
        await using (SqliteUserStore store = SqliteUserStore.Open(File))
        {
            (await store.ApplyAsync(new() { Users = [Ada], Sessions = [session], Tries = [tries], Audit = [new(11, "ada", "sign_in", "ada", "note")] }, Token))
                .ShouldBeNull();
        }

        await using SqliteUserStore again = SqliteUserStore.Open(File);
        UserSnapshot read = await again.ReadAsync(Token);
        UserRecord user = read.Users.ShouldHaveSingleItem();
        (user with { RecoveryHashes = Ada.RecoveryHashes }).ShouldBeEquivalentTo(Ada);
        user.RecoveryHashes.Select(Convert.ToHexString).ShouldBe(Ada.RecoveryHashes.Select(Convert.ToHexString));
        read.Sessions.ShouldHaveSingleItem().ShouldBeEquivalentTo(session);
        read.Tries.ShouldHaveSingleItem().ShouldBeEquivalentTo(tries);
        AuditEntry entry = (await again.ListAuditAsync(new(Limit: 10), Token)).ShouldHaveSingleItem();
        (entry.By, entry.Action, entry.Resource, entry.Note).ShouldBe(("ada", "sign_in", new("users", "ada"), "note"));
        Ada.ToString().ShouldNotContain("hash");
    }

    [Fact]
    public async Task Apply_Delete_TakesSessionsAlong_AndForgetsTries()
    {
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        await store.ApplyAsync(
            new()
            {
                Users = [Ada, Ada with { Id = "US2", Name = "bob" }],
                Sessions = [Session(4, "US1"), Session(5, "US2"), Session(6, "US2")],
                Tries = [new(Hash(7), 1, 1, 0, 0)],
            },
            Token);
        (await store.ApplyAsync(new() { DeleteUser = "US1", EndSessions = [Hash(5)], ForgetTries = [Hash(7)] }, Token)).ShouldBeNull();
        UserSnapshot read = await store.ReadAsync(Token);
        read.Users.ShouldHaveSingleItem().Name.ShouldBe("bob");
        read.Sessions.ShouldHaveSingleItem().TokenHash.ShouldBe(Hash(6));
        read.Tries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_NameThatAnotherHas_KeepsNothingOfTheChange()
    {
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        await store.ApplyAsync(new() { Users = [Ada] }, Token);
        (await store.ApplyAsync(new() { Sessions = [Session(4, "US1")], Users = [Ada with { Id = "US2" }] }, Token)).ShouldNotBeNull();
        UserSnapshot read = await store.ReadAsync(Token);
        (read.Users.Count, read.Sessions.Count).ShouldBe((1, 0));
        (await store.ApplyAsync(new() { Users = [Ada with { DisplayName = "Countess" }] }, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task ListAudit_PagesBack_AndPruneDropsWhatIsOld()
    {
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        await store.ApplyAsync(
            new() { Audit = [.. Enumerable.Range(1, 5).Select(static i => new UserAudit(i, "x", "sign_in", i % 2 == 0 ? "ada" : "bob", ""))], Tries = [new(Hash(1), 1, 2, 0, 2)] }, Token);
        (await store.ListAuditAsync(new(Limit: 2), Token)).Select(static entry => entry.Id).ShouldBe([5, 4]);
        (await store.ListAuditAsync(new(Before: 4, Limit: 2), Token)).Select(static entry => entry.Id).ShouldBe([3, 2]);
        (await store.ListAuditAsync(new(Name: "ada", Limit: 9), Token)).Select(static entry => entry.Id).ShouldBe([4, 2]);
        (await store.PruneAsync(4, Token)).ShouldBeNull();
        (await store.ListAuditAsync(new(Limit: 9), Token)).Select(static entry => entry.Id).ShouldBe([5, 4]);
        (await store.ReadAsync(Token)).Tries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Prune_OfMany_DropsFailedSignInsAlone()
    {
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        string[] actions = ["user_invited", "sign_in_failed", "sign_in", "sign_in_locked", "sign_in_failed"];
        await store.ApplyAsync(new() { Audit = [.. actions.Select(static (action, i) => new UserAudit(9 + i, "x", action, "ada", ""))] }, Token);
        store.MostAudit = 1;
        (await store.PruneAsync(4, Token)).ShouldBeNull();
        (await store.ListAuditAsync(new(Limit: 9), Token)).Select(static entry => entry.Id).ShouldBe([5, 3, 1], "nobody pushes out what people did");
    }

    [Fact]
    public async Task Open_File_IsForItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        await store.ApplyAsync(new() { Users = [Ada] }, Token);
        string[] files = Directory.GetFiles(_folder.FullName);
        files.Length.ShouldBe(3, "the file, its log and the index of that");
        foreach (string file in files) System.IO.File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    private static SessionRecord Session(byte token, string user) => new(Hash(token), user, 1, 1, "", "", IsSecure: false);

    [Fact]
    public async Task MessageAudit_OfAnEarlierVersion_IsApart_UntilItIsForgotten()
    {
        await using SqliteUserStore store = SqliteUserStore.Open(File);
        UserAudit[] lines = [new(1, "ada", "message_cancel", "SM1", ""), new(2, "ada", "sign_in", "ada", ""), new(3, "bob", "message_resend", "SM1", "as SM2")];
        (await store.ApplyAsync(new() { Audit = [.. lines] }, Token)).ShouldBeNull();
        IReadOnlyList<AuditEntry> entries = await store.ListMessageAuditAsync(10, Token);
        entries.Select(static e => $"{e.Id} {e.By} {e.Action} {e.Resource} {e.Note}").ShouldBe(["1 ada message_cancel messages/SM1 ", "3 bob message_resend messages/SM1 as SM2"]);
        (await store.ListMessageAuditAsync(1, Token)).ShouldHaveSingleItem().Id.ShouldBe(1);
        (await store.ForgetMessageAuditAsync(1, Token)).ShouldBeNull();
        (await store.ListMessageAuditAsync(10, Token)).ShouldHaveSingleItem().Id.ShouldBe(3);
        (await store.ListAuditAsync(new(Limit: 10), Token)).ShouldHaveSingleItem().Action.ShouldBe("sign_in");
        (await store.ListAuditAsync(new(By: "bob"), Token)).ShouldBeEmpty();
    }

    private static byte[] Hash(byte value) => [.. Enumerable.Repeat(value, 32)];
}
