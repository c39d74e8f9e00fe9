using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>Changes of what opens an account: keys, the token, the webhook key, credentials for binds. Also for accounts of the file, where they add to its own.</summary>
public sealed partial class AccountDesk
{
    // No 0, 1, O or l: such passwords are read over the telephone. 8 of 56 are 46 bits, all that the field of a bind holds.
    private const string PasswordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const int PasswordLength = 8;
    private const int EndingLength = 4;

    /// <summary>Makes a key; its secret is in the answer, and nowhere else.</summary>
    internal Task<AccountChange> AddKeyAsync(string sid, string name, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (access.Keys.Count >= MostCredentials) return (null, AccountChange.Refused($"The account has {MostCredentials} keys: revoke one first."));
                string secret = ApiKeySecrets.New();
                var key = new KeyRecord(
                    string.Concat("SK", Guid.NewGuid().ToString("N")), name, ApiKeySecrets.HashOf(secret), secret[^EndingLength..], author.By, _time.GetUtcNow());
                AccountChange done = new(default) { Made = key.Sid, Secret = secret };
                return (access with { Keys = [.. access.Keys, key] }, done);
            },
            change => Noted(author, $"key {change.Made} '{name}' added"), cancellationToken);

    /// <summary>From now on the key opens nothing.</summary>
    internal Task<AccountChange> RevokeKeyAsync(string sid, string keySid, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (access.Keys.FirstOrDefault(key => key.Sid == keySid) is not { } found)
                {
                    bool isOfFile = _file.GetValueOrDefault(sid)?.ApiKeys.Any(key => key.Sid == keySid) == true;
                    return (null, isOfFile ? AccountChange.OfFile($"key {keySid}") : AccountChange.Missing("This account has no such key."));
                }

                return (access with { Keys = [.. access.Keys.Where(key => key != found)] }, new(default) { Made = found.Name });
            },
            change => Noted(author, $"key {keySid} '{change.Made}' revoked"), cancellationToken);

    /// <summary>Gives the account another token; the one before opens nothing from now on.</summary>
    internal Task<AccountChange> RenewTokenAsync(string sid, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid) is { } refusal) return (null, refusal);
                string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

                // A webhook key that follows from the token would change with it, unseen.
                byte[] secret = access.WebhookSecret ?? _box.Seal(_held[sid].Account.WebhookSecret);
                return (access with { AuthToken = _box.Seal(Encoding.UTF8.GetBytes(token)), WebhookSecret = secret }, new(default) { Secret = token });
            },
            _ => Noted(author, "auth token renewed"), cancellationToken);

    /// <summary>Gives the account another webhook key; webhooks bear signatures by both until the one before is dropped.</summary>
    internal Task<AccountChange> RenewWebhookSecretAsync(string sid, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid) is { } refusal) return (null, refusal);
                if (access.WebhookSecretPrevious is not null) return (null, AccountChange.Refused("The webhook key before is still valid: drop it first."));
                byte[] secret = RandomNumberGenerator.GetBytes(SecretBytes);
                byte[] previous = access.WebhookSecret ?? _box.Seal(_held[sid].Account.WebhookSecret);
                return (
                    access with { WebhookSecret = _box.Seal(secret), WebhookSecretPrevious = previous },
                    new(default) { Secret = AccountConfig.FormatWebhookSecret(secret) });
            },
            _ => Noted(author, "webhook key renewed, the one before is still valid"), cancellationToken);

    internal Task<AccountChange> DropWebhookSecretAsync(string sid, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid) is { } refusal) return (null, refusal);
                return access.WebhookSecretPrevious is null
                    ? (null, AccountChange.Refused("There is no webhook key but the one in use."))
                    : (access with { WebhookSecretPrevious = null }, new(default));
            },
            _ => Noted(author, "webhook key before dropped"), cancellationToken);

    /// <summary>Makes credentials for binds; the password is made when none is given.</summary>
    internal Task<AccountChange> AddSmppAsync(string sid, byte[] text, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                var errors = new ConfigErrors("body");
                SmppCredential? given = ConfigText.Read(text, errors) is { } section ? AccountConfig.ReadCredential(section, needsPassword: false) : null;
                if (given is not null && !given.SystemId.All(static c => char.IsAsciiLetterOrDigit(c) || ".-_@".Contains(c)))
                    errors.Add(1, "system_id", "holds other characters; expected letters, digits or . - _ @");
                if (given is null || errors.Errors.Count > 0) return (null, AccountChange.Faulty(errors.Errors));
                if (access.Smpp.Count >= MostCredentials) return (null, AccountChange.Refused($"The account has {MostCredentials} credentials for binds: revoke one first."));
                if (OwnerOf(given.SystemId) is { } owner) return (null, AccountChange.Refused($"The system_id {given.SystemId} is of account {owner}."));
                string password = given.Password.Length > 0 ? given.Password : NewPassword();
                return (
                    access with { Smpp = [.. access.Smpp, new(given with { Password = "" }, Sealed(password), author.By, _time.GetUtcNow())] },
                    new(default) { Made = given.SystemId, Secret = given.Password.Length > 0 ? "" : password });
            },
            change => Noted(author, $"bind credentials {change.Made} added"), cancellationToken);

    /// <summary>Puts other settings in the place of all that credentials for binds have. Binds go on by them; the window of deliveries holds from the next bind on.</summary>
    internal Task<AccountChange> ChangeSmppAsync(string sid, string systemId, byte[] text, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid, systemId, access) is { } refusal) return (null, refusal);
                var errors = new ConfigErrors("body");
                SmppCredential? given = ConfigText.Read(text, errors) is { } section ? AccountConfig.ReadCredential(section, needsPassword: false) : null;
                if (given is not null && given.Password.Length > 0) errors.Add(1, "password", "is changed by itself; expected the settings alone");
                if (given is not null && given.SystemId != systemId) errors.Add(1, "system_id", $"is another one; expected '{systemId}'");
                if (given is null || errors.Errors.Count > 0) return (null, AccountChange.Faulty(errors.Errors));
                return (With(access, systemId, one => one with { Credential = given }), new(default) { Made = systemId });
            },
            change => Noted(author, $"bind credentials {systemId} changed"), cancellationToken);

    /// <summary>Another password; binds with the one before end.</summary>
    internal Task<AccountChange> RenewSmppPasswordAsync(string sid, string systemId, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid, systemId, access) is { } refusal) return (null, refusal);
                string password = NewPassword();
                return (With(access, systemId, one => one with { Password = Sealed(password) }), new(default) { Made = systemId, Secret = password });
            },
            change => Noted(author, $"password of bind credentials {systemId} renewed"), cancellationToken);

    /// <summary>From now on nobody binds with them, and those that are bound are unbound.</summary>
    internal Task<AccountChange> RevokeSmppAsync(string sid, string systemId, RevisionAuthor author, CancellationToken cancellationToken) =>
        AccessAsync(
            sid,
            access =>
            {
                if (RefusalOf(sid, systemId, access) is { } refusal) return (null, refusal);
                if (_held[sid].Account.Numbers.FirstOrDefault(number => number.SystemId == systemId) is { } number)
                    return (null, AccountChange.Refused($"Inbound messages to {number.Number} go to {systemId}: change the number first."));
                return (access with { Smpp = [.. access.Smpp.Where(one => one.Credential.SystemId != systemId)] }, new(default) { Made = systemId });
            },
            change => Noted(author, $"bind credentials {systemId} revoked"), cancellationToken);

    private Task<AccountChange> AccessAsync(
        string sid, Func<AccessRecord, (AccessRecord? Access, AccountChange Change)> change, Func<AccountChange, RevisionAuthor> noted,
        CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                if (!_held.TryGetValue(sid, out HeldAccount? held)) return AccountChange.Missing("There is no such account.");
                (AccessRecord? access, AccountChange wanted) = change(held.Access);
                if (access is null) return wanted;
                return wanted with { Revision = await PublishAccessAsync(sid, access, noted(wanted), cancellationToken).ConfigureAwait(false) };
            },
            cancellationToken);

    private AccountChange? RefusalOf(string sid, string systemId, AccessRecord access)
    {
        if (access.Smpp.Any(one => one.Credential.SystemId == systemId)) return null;
        bool isOfFile = _file.GetValueOrDefault(sid)?.Smpp.Any(one => one.SystemId == systemId) == true;
        return isOfFile ? AccountChange.OfFile($"the bind credentials {systemId}") : AccountChange.Missing("This account has no such credentials for binds.");
    }

    // Of accounts that are switched off as well.
    private string? OwnerOf(string systemId) =>
        _held.Values.FirstOrDefault(held => held.Account.Smpp.Any(one => one.SystemId == systemId))?.Account.Sid;

    private static AccessRecord With(AccessRecord access, string systemId, Func<SmppRecord, SmppRecord> change) =>
        access with { Smpp = [.. access.Smpp.Select(one => one.Credential.SystemId == systemId ? change(one) : one)] };

    private static string NewPassword() => RandomNumberGenerator.GetString(PasswordLetters, PasswordLength);

    private byte[] Sealed(string secret) => _box.Seal(Encoding.UTF8.GetBytes(secret));
}
