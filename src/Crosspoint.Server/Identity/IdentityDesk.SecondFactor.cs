using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>The second factor: codes of an authenticator app, and codes to recover without it.</summary>
public sealed partial class IdentityDesk
{
    private const string Issuer = "Crosspoint";

    /// <summary>Makes a secret that counts once a code of it was given. Whoever has a second factor shows it first, by removing it.</summary>
    /// <returns>The secret as people type it and as apps read it; both empty when it was refused.</returns>
    internal async ValueTask<(IdentityResult Result, string Secret, string Uri)> BeginTotpAsync(
        UserRecord user, Session session, string password, SignInOrigin origin, CancellationToken cancellationToken)
    {
        if (await CheckAgainAsync(user, session, password, origin.Address, cancellationToken).ConfigureAwait(false) is { IsDone: false } refusal) return (refusal, "", "");
        byte[] secret = Totp.NewSecret();
        byte[] closed = _box.Seal(secret);
        IdentityResult result = await AloneAsync(
            () =>
            {
                if (!_users.TryGetValue(user.Id, out UserRecord? now)) return new(new IdentityResult(IdentityOutcome.NotFound));
                return now.TotpSecret is null ? CommitAsync(new() { Users = [now with { TotpPending = closed }] })
                    : new(new IdentityResult(IdentityOutcome.WrongState, "There is a second factor: remove it first."));
            },
            cancellationToken).ConfigureAwait(false);
        return result.IsDone ? (result, Base32.Encode(secret), Totp.UriOf(Issuer, user.Name, secret)) : (result, "", "");
    }

    /// <summary>Takes the first code of a new secret. The user's other sessions end.</summary>
    /// <returns>The recovery codes, told this once.</returns>
    internal async ValueTask<(IdentityResult Result, IReadOnlyList<string> Codes)> ConfirmTotpAsync(
        UserRecord user, Session session, string code, SignInOrigin origin, CancellationToken cancellationToken)
    {
        string[] codes = OneTimeTokens.NewRecoveryCodes();
        IdentityResult result = await AloneAsync(
            async () =>
            {
                if (LockOf(TriesKey(user, session)) is { } locked) return locked;
                if (!_users.TryGetValue(user.Id, out UserRecord? now) || now.TotpPending is not { } pending)
                    return new(IdentityOutcome.WrongState, "No second factor was begun.");
                long step = OpenSecret(now, pending) is { } secret ? Totp.Match(secret, code, _time.GetUtcNow(), lastStep: 0) : 0;
                if (step == 0) return await FailAsync(TriesKey(user, session), user, IdentityOutcome.TotpWrong, origin.Address).ConfigureAwait(false);
                UserRecord changed = now with
                {
                    TotpSecret = pending,
                    TotpPending = null,
                    TotpStep = step,
                    RecoveryHashes = [.. codes.Select(OneTimeTokens.HashOfCode)],
                };
                return await CommitAsync(new()
                {
                    Users = [changed],
                    EndSessions = HashesOf(SessionsOf(user.Id).Where(other => other != session)),
                    Audit = [Told(user.Name, "totp_set", user.Name, From(origin))],
                }).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return (result, result.IsDone ? codes : []);
    }

    /// <summary>Takes a user's own second factor away.</summary>
    internal async ValueTask<IdentityResult> RemoveTotpAsync(
        UserRecord user, Session session, string password, string? code, string? recoveryCode, SignInOrigin origin, CancellationToken cancellationToken)
    {
        if (await CheckAgainAsync(user, session, password, origin.Address, cancellationToken).ConfigureAwait(false) is { IsDone: false } refusal) return refusal;
        return await AloneAsync(
            async () =>
            {
                if (LockOf(TriesKey(user, session)) is { } locked) return locked;
                if (!_users.TryGetValue(user.Id, out UserRecord? now) || now.TotpSecret is null) return new(IdentityOutcome.WrongState, "There is no second factor.");
                if (TakeSecondFactor(now, code, recoveryCode) is not { } taken)
                    return await FailAsync(TriesKey(user, session), user, IdentityOutcome.TotpWrong, origin.Address).ConfigureAwait(false);
                return await CommitAsync(new() { Users = [WithoutTotp(taken)], Audit = [Told(user.Name, "totp_removed", user.Name, From(origin))] }).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static UserRecord WithoutTotp(UserRecord user) => user with { TotpSecret = null, TotpPending = null, RecoveryHashes = [] };

    /// <summary>The user with the code used up; null when it is not right.</summary>
    private UserRecord? TakeSecondFactor(UserRecord user, string? code, string? recoveryCode)
    {
        if (recoveryCode is not null)
        {
            byte[] hash = OneTimeTokens.HashOfCode(recoveryCode);
            List<byte[]> left = [.. user.RecoveryHashes.Where(other => !other.AsSpan().SequenceEqual(hash))];
            return left.Count < user.RecoveryHashes.Count ? user with { RecoveryHashes = left } : null;
        }

        if (OpenSecret(user, user.TotpSecret!) is not { } secret) return null;
        long step = Totp.Match(secret, code ?? "", _time.GetUtcNow(), user.TotpStep);
        return step > 0 ? user with { TotpStep = step } : null;
    }

    private byte[]? OpenSecret(UserRecord user, byte[] closed)
    {
        byte[]? secret = _box.Open(closed);
        if (secret is null) Log.SecretLost(_logger, user.Name);
        return secret;
    }
}
