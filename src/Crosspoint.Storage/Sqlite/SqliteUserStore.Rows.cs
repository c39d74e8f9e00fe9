using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Rows of the store of users.</summary>
public sealed partial class SqliteUserStore
{
    private const string UserColumns = "id, name, display_name, role, account_sid, state, password_hash, totp_secret, totp_pending, totp_step, recovery, "
        + "invite_hash, invite_until, created_at, last_sign_in";

    private static List<UserRecord> ReadUsers(SqliteDatabase database)
    {
        using SqliteStatement select = database.Prepare($"SELECT {UserColumns} FROM users ORDER BY name");
        var users = new List<UserRecord>();
        while (select.Step())
        {
            users.Add(new()
            {
                Id = select.GetText(0)!,
                Name = select.GetText(1)!,
                DisplayName = select.GetText(2)!,
                Role = select.GetText(3)!,
                AccountSid = select.GetText(4),
                State = select.GetText(5)!,
                PasswordHash = select.GetText(6),
                TotpSecret = BlobOf(select, 7),
                TotpPending = BlobOf(select, 8),
                TotpStep = select.GetInt64(9),
                RecoveryHashes = [.. select.GetBlob(10).ToArray().Chunk(HashBytes)],
                InviteHash = BlobOf(select, 11),
                InviteUntil = select.GetInt64(12),
                CreatedAt = select.GetInt64(13),
                LastSignIn = select.GetInt64(14),
            });
        }

        return users;
    }

    private static List<SessionRecord> ReadSessions(SqliteDatabase database)
    {
        using SqliteStatement select = database.Prepare("SELECT token_hash, user_id, created_at, seen_at, address, agent, is_secure FROM sessions");
        var sessions = new List<SessionRecord>();
        while (select.Step())
        {
            sessions.Add(new(
                select.GetBlob(0).ToArray(), select.GetText(1)!, select.GetInt64(2), select.GetInt64(3), select.GetText(4)!, select.GetText(5)!,
                select.GetInt64(6) != 0));
        }

        return sessions;
    }

    private static List<SignInTries> ReadTries(SqliteDatabase database)
    {
        using SqliteStatement select = database.Prepare("SELECT name_hash, failed, since, locks, locked_until FROM tries");
        var tries = new List<SignInTries>();
        while (select.Step())
            tries.Add(new(select.GetBlob(0).ToArray(), (int)select.GetInt64(1), select.GetInt64(2), (int)select.GetInt64(3), select.GetInt64(4)));
        return tries;
    }

    private static void Apply(SqliteDatabase database, UserChange change)
    {
        foreach (byte[] hash in change.EndSessions) Delete(database, "sessions WHERE token_hash", hash);
        foreach (byte[] hash in change.ForgetTries) Delete(database, "tries WHERE name_hash", hash);
        if (change.DeleteUser is { } id)
        {
            Delete(database, "sessions WHERE user_id", id);
            Delete(database, "users WHERE id", id);
        }

        foreach (UserRecord user in change.Users) Put(database, user);
        foreach (SessionRecord session in change.Sessions) Put(database, session);
        foreach (SignInTries tries in change.Tries) Put(database, tries);
        foreach (UserAudit entry in change.Audit) Add(database, entry);
    }

    private static void Delete(SqliteDatabase database, string where, byte[] key)
    {
        using SqliteStatement delete = database.Prepare($"DELETE FROM {where} = ?");
        delete.Bind(1, key);
        delete.Run();
    }

    private static void Delete(SqliteDatabase database, string where, string key)
    {
        using SqliteStatement delete = database.Prepare($"DELETE FROM {where} = ?");
        delete.Bind(1, key);
        delete.Run();
    }

    private static void Put(SqliteDatabase database, UserRecord user)
    {
        // Not REPLACE: that would delete another user of the same name.
        string[] columns = UserColumns.Split(", ");
        using SqliteStatement insert = database.Prepare(
            $"INSERT INTO users ({UserColumns}) VALUES ({string.Join(", ", columns.Select(static _ => "?"))}) "
                + $"ON CONFLICT (id) DO UPDATE SET {string.Join(", ", columns.Select(static name => $"{name} = excluded.{name}"))}");
        insert.Bind(1, user.Id);
        insert.Bind(2, user.Name);
        insert.Bind(3, user.DisplayName);
        insert.Bind(4, user.Role);
        insert.Bind(5, user.AccountSid);
        insert.Bind(6, user.State);
        insert.Bind(7, user.PasswordHash);
        BindBlob(insert, 8, user.TotpSecret);
        BindBlob(insert, 9, user.TotpPending);
        insert.Bind(10, user.TotpStep);
        insert.Bind(11, [.. user.RecoveryHashes.SelectMany(static hash => hash)]);
        BindBlob(insert, 12, user.InviteHash);
        insert.Bind(13, user.InviteUntil);
        insert.Bind(14, user.CreatedAt);
        insert.Bind(15, user.LastSignIn);
        insert.Run();
    }

    private static void Put(SqliteDatabase database, SessionRecord session)
    {
        using SqliteStatement insert = database.Prepare(
            "INSERT OR REPLACE INTO sessions (token_hash, user_id, created_at, seen_at, address, agent, is_secure) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insert.Bind(1, session.TokenHash);
        insert.Bind(2, session.UserId);
        insert.Bind(3, session.CreatedAt);
        insert.Bind(4, session.SeenAt);
        insert.Bind(5, session.Address);
        insert.Bind(6, session.Agent);
        insert.Bind(7, session.IsSecure ? 1 : 0);
        insert.Run();
    }

    private static void Put(SqliteDatabase database, SignInTries tries)
    {
        using SqliteStatement insert = database.Prepare(
            "INSERT OR REPLACE INTO tries (name_hash, failed, since, locks, locked_until) VALUES (?, ?, ?, ?, ?)");
        insert.Bind(1, tries.NameHash);
        insert.Bind(2, tries.Failed);
        insert.Bind(3, tries.Since);
        insert.Bind(4, tries.Locks);
        insert.Bind(5, tries.LockedUntil);
        insert.Run();
    }

    private static void Add(SqliteDatabase database, UserAudit entry)
    {
        using SqliteStatement insert = database.Prepare("INSERT INTO audit (at, made_by, action, name, note) VALUES (?, ?, ?, ?, ?)");
        insert.Bind(1, entry.At);
        insert.Bind(2, entry.By);
        insert.Bind(3, entry.Action);
        insert.Bind(4, entry.Name);
        insert.Bind(5, entry.Note);
        insert.Run();
    }

    private static List<AuditEntry> ReadAudit(SqliteStatement select, string kind)
    {
        var entries = new List<AuditEntry>();
        while (select.Step())
        {
            entries.Add(new(
                select.GetInt64(0), Micros.ToInstant(select.GetInt64(1)), select.GetText(2)!, select.GetText(3)!,
                new(kind, select.GetText(4)!), 0, 0, null, select.GetText(5)!));
        }

        return entries;
    }

    private static byte[]? BlobOf(SqliteStatement row, int column) => row.IsNull(column) ? null : row.GetBlob(column).ToArray();

    private static void BindBlob(SqliteStatement statement, int parameter, byte[]? value)
    {
        if (value is null) statement.BindNull(parameter);
        else statement.Bind(parameter, value);
    }
}
