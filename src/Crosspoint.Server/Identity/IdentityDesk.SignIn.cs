using System.Net;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>Signing in with a password, and changing it.</summary>
public sealed partial class IdentityDesk
{
    // Names that nobody has are counted like others, so that nobody learns which they are. There is no end of them.
    private const int MostTries = 10_000;
    private const int PruneEvery = 1_000;

    private int _failures;

    /// <summary>Signs in. Names that nobody has are answered as wrong passwords are, and after the same time.</summary>
    /// <param name="code">Of the second factor; null when none was given.</param>
    /// <param name="recoveryCode">One of those in place of it.</param>
    /// <param name="old">What the browser had as its session.</param>
    internal async ValueTask<SignInResult> SignInAsync(
        string name, string password, string? code, string? recoveryCode, SignInOrigin origin, string? old, CancellationToken cancellationToken)
    {
        SignInResult result = await TrySignInAsync(NormalName(name), password, code, recoveryCode, origin, old, cancellationToken).ConfigureAwait(false);
        _metrics.Tried(result.Result.Outcome);
        return result;
    }

    /// <summary>Changes a user's own password. All sessions end, and a new one begins.</summary>
    internal async ValueTask<SignInResult> ChangePasswordAsync(
        UserRecord user, Session session, string current, string next, SignInOrigin origin, CancellationToken cancellationToken)
    {
        if (!PasswordRules.Allows(next, user.Name, user.DisplayName)) return new(new(IdentityOutcome.PasswordWeak));
        if (await CheckAgainAsync(user, session, current, origin.Address, cancellationToken).ConfigureAwait(false) is { IsDone: false } refusal) return new(refusal);
        if (await _hashes.HashAsync(next, cancellationToken).ConfigureAwait(false) is not { } hash) return new(Busy);
        return await AloneAsync(
            () =>
            {
                if (!IsAsBefore(user)) return new(new SignInResult(new(IdentityOutcome.WrongPassword)));
                UserRecord changed = _users[user.Id] with { PasswordHash = hash };
                return BeginSessionAsync(
                    changed, origin, null,
                    new() { EndSessions = HashesOf(SessionsOf(user.Id)), Audit = [Told(user.Name, "password_changed", user.Name, From(origin))] });
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static readonly IdentityResult Busy = new(IdentityOutcome.Busy, "Many sign in at this moment.", TimeSpan.FromSeconds(2));

    private static string From(SignInOrigin origin) => $"from {origin.Address}";

    /// <summary>What keeps anybody out who comes from there; null for nothing.</summary>
    private IdentityResult? RefusalOf(SignInOrigin origin)
    {
        if (!origin.IsSecure && !_options.AllowHttp && !origin.IsLocal) return new(IdentityOutcome.Insecure);
        return ThrottleOf(origin.Address);
    }

    private IdentityResult? ThrottleOf(IPAddress address)
    {
        TimeSpan wait = _addresses.TryTake(address);
        return wait > TimeSpan.Zero ? new(IdentityOutcome.Throttled, "Too many tries from this address.", wait) : null;
    }

    private async ValueTask<SignInResult> TrySignInAsync(
        string name, string password, string? code, string? recoveryCode, SignInOrigin origin, string? old, CancellationToken cancellationToken)
    {
        if (RefusalOf(origin) is { } refusal) return new(refusal);
        if (LockOf(name) is { } locked) return new(locked);
        UserRecord? user = FindByName(name);
        string? hash = user is { State: Active } ? user.PasswordHash : null;
        PasswordCheck check = await _hashes.CheckAsync(hash, password, cancellationToken).ConfigureAwait(false);
        if (check == PasswordCheck.Busy) return new(Busy);
        string? better = check == PasswordCheck.RightButOld ? await _hashes.HashAsync(password, cancellationToken).ConfigureAwait(false) : null;
        return await AloneAsync(
            async () =>
            {
                // Others may have tried, or changed the user, while the password was checked.
                if (LockOf(name) is { } late) return new(late);
                if (check == PasswordCheck.Wrong || user is null || !IsAsBefore(user))
                    return new(await FailAsync(name, user, IdentityOutcome.WrongPassword, origin.Address).ConfigureAwait(false));
                UserRecord now = _users[user.Id] with { PasswordHash = better ?? hash };
                string note = From(origin);
                if (now.TotpSecret is not null)
                {
                    if (code is null && recoveryCode is null) return new(new(IdentityOutcome.TotpRequired));
                    if (TakeSecondFactor(now, code, recoveryCode) is not { } taken)
                        return new(await FailAsync(name, user, IdentityOutcome.TotpWrong, origin.Address).ConfigureAwait(false));
                    if (taken.RecoveryHashes.Count < now.RecoveryHashes.Count) note += $", with a recovery code; {taken.RecoveryHashes.Count} are left";
                    now = taken;
                }

                return await BeginSessionAsync(now, origin, old, new() { Audit = [Told(now.Name, "sign_in", now.Name, note)] }).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for the password of somebody who is signed in; wrong ones count as in signing in, for this session.</summary>
    private async ValueTask<IdentityResult> CheckAgainAsync(
        UserRecord user, Session session, string password, IPAddress address, CancellationToken cancellationToken)
    {
        if ((LockOf(TriesKey(user, session)) ?? ThrottleOf(address)) is { } refusal) return refusal;
        PasswordCheck check = await _hashes.CheckAsync(user.PasswordHash, password, cancellationToken).ConfigureAwait(false);
        if (check == PasswordCheck.Busy) return Busy;
        if (check != PasswordCheck.Wrong) return new(IdentityOutcome.Done);
        return await AloneAsync(() => FailAsync(TriesKey(user, session), user, IdentityOutcome.WrongPassword, address), cancellationToken).ConfigureAwait(false);
    }

    // Whoever keeps a name locked from outside does not lock who is in. A name has no blanks.
    private static string TriesKey(UserRecord user, Session session) => $"{user.Name} {session.Id}";

    private IdentityResult? LockOf(string name)
    {
        TimeSpan left = SignInLock.Remaining(_tries.GetValueOrDefault(KeyOf(OneTimeTokens.HashOf(name))), Now());
        return left > TimeSpan.Zero ? new(IdentityOutcome.Locked, After: left) : null;
    }

    // The same work whether there is such a user or not. Of names that nobody has the record says nothing: people type passwords there.
    private async ValueTask<IdentityResult> FailAsync(string name, UserRecord? user, IdentityOutcome outcome, IPAddress address)
    {
        byte[] hash = OneTimeTokens.HashOf(name);
        SignInTries tries = SignInLock.Fail(_tries.GetValueOrDefault(KeyOf(hash)), hash, Now());
        TimeSpan length = SignInLock.Remaining(tries, Now());
        string known = user?.Name ?? "";
        string by = known.Length > 0 ? known : "unknown";
        string action = length > TimeSpan.Zero ? "sign_in_locked" : "sign_in_failed";
        List<byte[]> dropped = TriesToDrop();

        // It counts whether or not it can be stored: a full disk must not open the door to guesses.
        foreach (byte[] old in dropped) _tries.TryRemove(KeyOf(old), out _);
        _tries[KeyOf(hash)] = tries;
        await CommitAsync(new() { Tries = [tries], ForgetTries = dropped, Audit = [Told(by, action, known, $"from {address}")] }).ConfigureAwait(false);
        if (++_failures % PruneEvery == 0) await PruneAsync().ConfigureAwait(false);
        if (length > TimeSpan.Zero) Log.Locked(_logger, by, length.TotalMinutes, tries.Failed, address);
        return new(outcome);
    }

    private List<byte[]> TriesToDrop()
    {
        if (_tries.Count < MostTries) return [];
        long now = Now();
        HashSet<string> known = [.. _users.Values.Select(static user => KeyOf(OneTimeTokens.HashOf(user.Name)))];
        List<SignInTries> droppable = [.. _tries.Values.Where(tries => !known.Contains(KeyOf(tries.NameHash))).OrderBy(static tries => tries.Since)];
        return [.. droppable.Where((tries, i) => i < MostTries / 10 || SignInLock.IsOver(tries, now)).Select(static tries => tries.NameHash)];
    }

    private bool IsAsBefore(UserRecord user) =>
        _users.TryGetValue(user.Id, out UserRecord? now) && now.State == Active && now.PasswordHash == user.PasswordHash && now.PasswordHash is not null;
}
