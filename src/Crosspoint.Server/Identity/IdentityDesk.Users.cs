using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>What owners do with users.</summary>
public sealed partial class IdentityDesk
{
    internal const int MostNameCharacters = 100;
    internal const string ExpectedName = "Expected 1 to 100 letters, digits or any of . _ + - @ that begin with a letter or digit.";

    private const string LastOwner = "This is the last active owner: make another one first.";
    private const string OwnReset = "You are the last active owner, and would be signed out: change your password under /v1/console/password, or use the token of http.admin_token.";

    /// <summary>Makes a user without a password, and the link with which they set it.</summary>
    internal async ValueTask<(IdentityResult Result, UserRecord? User, string Token)> InviteAsync(
        string name, string displayName, string role, string? accountSid, string by)
    {
        string token = OneTimeTokens.New();
        UserRecord? user = null;
        IdentityResult result = await AloneAsync(
            () =>
            {
                if (Checked(name, displayName, role, accountSid) is { IsDone: false } refusal) return new(refusal);
                if (_users.Count >= MostUsers) return new(new IdentityResult(IdentityOutcome.WrongState, $"There are {MostUsers} users."));
                user = WithInvitation(NewUser(NormalName(name), displayName, Roles.Parse(role), accountSid), token);
                return CommitAsync(new() { Users = [user], Audit = [Told(by, "user_invited", user.Name, role)] });
            },
            CancellationToken.None).ConfigureAwait(false);

        // With a user there the first owner's link has had its day.
        if (result.IsDone) (SetUpToken, _setUpHash) = (null, null);
        return result.IsDone ? (result, user, token) : (result, null, "");
    }

    /// <summary>Takes the password away, if there was one, ends all sessions, and makes a link with which it is set anew.</summary>
    /// <param name="isOwn">The user asks for it in their own session.</param>
    internal async ValueTask<(IdentityResult Result, UserRecord? User, string Token)> InviteAgainAsync(string id, string by, bool isOwn)
    {
        string token = OneTimeTokens.New();
        if (isOwn && _users.TryGetValue(id, out UserRecord? self) && IsLastOwner(self)) return (new(IdentityOutcome.WrongState, OwnReset), null, "");
        (IdentityResult result, UserRecord? user) = await ChangeAsync(
            id, by, "password_reset", "", endsSessions: true, user => user.State == Disabled ? null : WithInvitation(user, token) with { PasswordHash = null },
            "The user is disabled.").ConfigureAwait(false);
        return (result, user, result.IsDone ? token : "");
    }

    /// <summary>Changes what is not null. Where the role, the account or the state changes, all sessions of the user end.</summary>
    internal ValueTask<(IdentityResult Result, UserRecord? User)> ChangeAsync(
        string id, string? displayName, string? role, string? accountSid, string? state, string by)
    {
        string note = string.Join(", ", new[] { role, accountSid, state, displayName is null ? null : "display name" }.Where(static part => part is not null));
        return AloneAsync(
            async () =>
            {
                if (!_users.TryGetValue(id, out UserRecord? user)) return (new IdentityResult(IdentityOutcome.NotFound), null);
                string newRole = role ?? user.Role;
                UserRecord changed = user with
                {
                    DisplayName = displayName ?? user.DisplayName,
                    Role = newRole,
                    AccountSid = newRole == Roles.NameOf(Role.Customer) ? accountSid ?? user.AccountSid : accountSid,
                    State = StateOf(user, state),
                };
                if (Checked(user.Name, changed.DisplayName, newRole, changed.AccountSid, isNew: false) is { IsDone: false } refusal) return (refusal, null);
                if (IsLastOwner(user) && !IsActiveOwner(changed)) return (new IdentityResult(IdentityOutcome.WrongState, LastOwner), null);
                bool endsSessions = (changed.Role, changed.AccountSid, changed.State) != (user.Role, user.AccountSid, user.State);
                IdentityResult result = await CommitAsync(new()
                {
                    Users = [changed],
                    EndSessions = endsSessions ? HashesOf(SessionsOf(id)) : [],
                    Audit = [Told(by, "user_changed", user.Name, note)],
                }).ConfigureAwait(false);
                return (result, result.IsDone ? changed : null);
            },
            CancellationToken.None);
    }

    /// <summary>Takes the second factor away from somebody who lost it. All their sessions end.</summary>
    internal ValueTask<(IdentityResult Result, UserRecord? User)> ResetTotpAsync(string id, string by) => ChangeAsync(
        id, by, "totp_reset", "", endsSessions: true, static user => user.TotpSecret is null && user.TotpPending is null ? null : WithoutTotp(user), "There is no second factor.");

    /// <summary>Opens a name that is locked.</summary>
    internal ValueTask<IdentityResult> UnlockAsync(string id, string by) => AloneAsync(
        () => _users.TryGetValue(id, out UserRecord? user)
            ? CommitAsync(new() { ForgetTries = [OneTimeTokens.HashOf(user.Name)], Audit = [Told(by, "user_unlocked", user.Name)] })
            : new(new IdentityResult(IdentityOutcome.NotFound)),
        CancellationToken.None);

    internal ValueTask<IdentityResult> DeleteAsync(string id, string by) => AloneAsync(
        () =>
        {
            if (!_users.TryGetValue(id, out UserRecord? user)) return new(new IdentityResult(IdentityOutcome.NotFound));
            if (IsLastOwner(user)) return new(new IdentityResult(IdentityOutcome.WrongState, LastOwner));
            return CommitAsync(new() { DeleteUser = id, Audit = [Told(by, "user_deleted", user.Name)] });
        },
        CancellationToken.None);

    private ValueTask<(IdentityResult Result, UserRecord? User)> ChangeAsync(
        string id, string by, string action, string note, bool endsSessions, Func<UserRecord, UserRecord?> change, string refusal) => AloneAsync(
        async () =>
        {
            if (!_users.TryGetValue(id, out UserRecord? user)) return (new IdentityResult(IdentityOutcome.NotFound), null);
            if (change(user) is not { } changed) return (new IdentityResult(IdentityOutcome.WrongState, refusal), null);
            IdentityResult result = await CommitAsync(new()
            {
                Users = [changed],
                EndSessions = endsSessions ? HashesOf(SessionsOf(id)) : [],
                Audit = [Told(by, action, user.Name, note)],
            }).ConfigureAwait(false);
            return (result, result.IsDone ? changed : null);
        },
        CancellationToken.None);

    private UserRecord NewUser(string name, string displayName, Role role, string? accountSid) => new()
    {
        Id = $"US{Guid.CreateVersion7(_time.GetUtcNow()):N}",
        Name = name,
        DisplayName = displayName,
        Role = Roles.NameOf(role),
        AccountSid = accountSid,
        State = Invited,
        CreatedAt = Now(),
    };

    private UserRecord WithInvitation(UserRecord user, string token) =>
        user with { InviteHash = OneTimeTokens.HashOf(token), InviteUntil = Now() + MicrosOf(InvitationLasts) };

    // Enabled again, one without a password is invited still.
    private static string StateOf(UserRecord user, string? wanted) => wanted switch
    {
        null => user.State,
        Active when user.PasswordHash is null => user.State == Active ? Active : Invited,
        _ => wanted,
    };

    private IdentityResult Checked(string name, string displayName, string role, string? accountSid = null, bool isNew = true)
    {
        string normal = NormalName(name);
        if (normal.Length is 0 or > MostNameCharacters || !char.IsAsciiLetterOrDigit(normal[0])
            || !normal.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '-' or '@'))
            return new(IdentityOutcome.NameInvalid, "name");
        if (displayName.Length > MostNameCharacters || displayName.Any(char.IsControl)) return new(IdentityOutcome.NameInvalid, "display_name");
        if (!Roles.TryParse(role, out _)) return new(IdentityOutcome.NameInvalid, "role");
        bool isCustomer = role == Roles.NameOf(Role.Customer);
        if (isCustomer != accountSid is not null || (accountSid is not null && _accounts.Find(accountSid) is null)) return new(IdentityOutcome.NameInvalid, "account_sid");
        return isNew && FindByName(normal) is not null ? new(IdentityOutcome.NameTaken) : new(IdentityOutcome.Done);
    }

    // Without a password nobody can sign in: the demo's owner does by a link.
    private bool IsActiveOwner(UserRecord user) =>
        user.Role == Roles.NameOf(Role.Owner) && user.State == Active && (user.PasswordHash is not null || (_options.IsDemo && user.Name == DemoName));

    private bool IsLastOwner(UserRecord user) => IsActiveOwner(user) && !_users.Values.Any(other => other.Id != user.Id && IsActiveOwner(other));
}
