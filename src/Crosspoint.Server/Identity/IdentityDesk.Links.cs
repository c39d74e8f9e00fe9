using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>Links that open the console once: the first owner's, those of people who are invited, and the demo's.</summary>
public sealed partial class IdentityDesk
{
    internal static readonly TimeSpan InvitationLasts = TimeSpan.FromHours(72);

    private const string DemoName = "demo";

    private byte[]? _setUpHash;
    private byte[]? _signInHash;

    /// <summary>What makes the first owner, once, until the process ends; null when there are users.</summary>
    public string? SetUpToken { get; private set; }

    /// <summary>What signs the demo's owner in, once; null when this is no demo.</summary>
    public string? SignInToken { get; private set; }

    /// <summary>Makes the first owner, who is signed in.</summary>
    internal async ValueTask<SignInResult> SetUpAsync(
        string token, string name, string displayName, string password, SignInOrigin origin, string? old, CancellationToken cancellationToken)
    {
        SignInResult result = await TryLinkAsync(
            origin, () => OneTimeTokens.IsOf(token, _setUpHash),
            async () =>
            {
                if (Checked(name, displayName, Roles.NameOf(Role.Owner)) is { IsDone: false } refusal) return new(refusal);
                if (!PasswordRules.Allows(password, NormalName(name), displayName)) return new(new(IdentityOutcome.PasswordWeak));
                if (await _hashes.HashAsync(password, cancellationToken).ConfigureAwait(false) is not { } hash) return new(Busy);
                return await AloneAsync(
                    async () =>
                    {
                        if (!OneTimeTokens.IsOf(token, _setUpHash) || !_users.IsEmpty) return new(new(IdentityOutcome.LinkInvalid));
                        UserRecord owner = NewUser(NormalName(name), displayName, Role.Owner, null) with { State = Active, PasswordHash = hash };
                        SignInResult begun = await BeginSessionAsync(
                            owner, origin, old, new() { Audit = [Told(owner.Name, "set_up", owner.Name, From(origin))] }).ConfigureAwait(false);
                        if (begun.Result.IsDone) (SetUpToken, _setUpHash) = (null, null);
                        return begun;
                    },
                    cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        _metrics.Tried(result.Result.Outcome);
        return result;
    }

    /// <summary>Sets the password of somebody who was invited, or whose password was reset, and signs them in.</summary>
    internal async ValueTask<SignInResult> AcceptAsync(string token, string password, SignInOrigin origin, string? old, CancellationToken cancellationToken)
    {
        UserRecord? user = null;
        SignInResult result = await TryLinkAsync(
            origin, () => (user = FindInvited(token)) is not null,
            async () =>
            {
                if (!PasswordRules.Allows(password, user!.Name, user.DisplayName)) return new(new(IdentityOutcome.PasswordWeak));
                if (await _hashes.HashAsync(password, cancellationToken).ConfigureAwait(false) is not { } hash) return new(Busy);
                return await AloneAsync(
                    () =>
                    {
                        if (FindInvited(token) is not { } now) return new(new SignInResult(new(IdentityOutcome.LinkInvalid)));
                        UserRecord changed = now with { State = Active, PasswordHash = hash, InviteHash = null, InviteUntil = 0 };

                        // Who has no second factor yet is in with the link; who has one shows it, as ever.
                        UserChange change = new()
                        {
                            EndSessions = HashesOf(SessionsOf(now.Id)),
                            ForgetTries = [OneTimeTokens.HashOf(now.Name)],
                            Audit = [Told(now.Name, "password_set", now.Name, From(origin))],
                        };
                        return changed.TotpSecret is null ? BeginSessionAsync(changed, origin, old, change) : KeepAsync(changed, change);
                    },
                    cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        _metrics.Tried(result.Result.Outcome);
        return result;
    }

    /// <summary>Signs the demo's owner in.</summary>
    internal async ValueTask<SignInResult> SignInByLinkAsync(string token, SignInOrigin origin, string? old, CancellationToken cancellationToken)
    {
        SignInResult result = await TryLinkAsync(
            origin, () => OneTimeTokens.IsOf(token, _signInHash),
            () => AloneAsync(
                async () =>
                {
                    if (!OneTimeTokens.IsOf(token, _signInHash) || FindByName(DemoName) is not { } user) return new(new(IdentityOutcome.LinkInvalid));
                    SignInResult begun = await BeginSessionAsync(
                        user, origin, old, new() { Audit = [Told(user.Name, "sign_in", user.Name, $"{From(origin)}, with the demo's link")] }).ConfigureAwait(false);
                    if (begun.Result.IsDone) (SignInToken, _signInHash) = (null, null);
                    return begun;
                },
                cancellationToken)).ConfigureAwait(false);
        _metrics.Tried(result.Result.Outcome);
        return result;
    }

    private async ValueTask<SignInResult> KeepAsync(UserRecord user, UserChange change)
    {
        IdentityResult result = await CommitAsync(change with { Users = [user] }).ConfigureAwait(false);
        return new(result.IsDone ? new(IdentityOutcome.TotpRequired) : result);
    }

    private async ValueTask<SignInResult> TryLinkAsync(SignInOrigin origin, Func<bool> isRight, Func<ValueTask<SignInResult>> work)
    {
        if (RefusalOf(origin) is { } refusal) return new(refusal);
        return isRight() ? await work().ConfigureAwait(false) : new(new(IdentityOutcome.LinkInvalid));
    }

    private UserRecord? FindInvited(string token)
    {
        UserRecord? found = null;
        foreach (UserRecord user in _users.Values)
        {
            if (OneTimeTokens.IsOf(token, user.InviteHash) && user.InviteUntil > Now() && user.State != Disabled) found = user;
        }

        return found;
    }

    // Without users whoever holds the link that is printed at the start makes the first.
    private async Task BeginAsync()
    {
        if (_options.IsDemo)
        {
            UserRecord demo = FindByName(DemoName) ?? NewUser(DemoName, "Demo", Role.Owner, null) with { State = Active };
            await AloneAsync(() => CommitAsync(new() { Users = [demo] }), CancellationToken.None).ConfigureAwait(false);
            SignInToken = OneTimeTokens.New();
            _signInHash = OneTimeTokens.HashOf(SignInToken);
        }
        else if (_users.IsEmpty)
        {
            SetUpToken = OneTimeTokens.New();
            _setUpHash = OneTimeTokens.HashOf(SetUpToken);
        }
    }
}
