using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>Changes of settings.</summary>
public sealed partial class AccountDesk
{
    private const int SecretBytes = 32;

    /// <summary>Makes an account with a token and a webhook key of its own.</summary>
    /// <param name="sid">Null for a new one.</param>
    /// <param name="token">Null for a new one.</param>
    internal Task<AccountChange> CreateAsync(byte[] text, string? sid, string? token, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                string name = sid ?? string.Concat("AC", Guid.NewGuid().ToString("N"));
                if (_held.ContainsKey(name) || _stored.ContainsKey(name)) return AccountChange.Refused($"There is an account {name}.");
                var errors = new ConfigErrors("body");
                if (Check(name, text, [], errors) is not { } account) return AccountChange.Faulty(errors.Errors);
                string given = token ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
                byte[] secret = RandomNumberGenerator.GetBytes(SecretBytes);
                AccessRecord access = (_access.GetValueOrDefault(name)?.Record ?? AccessRecord.None) with
                {
                    AuthToken = _box.Seal(Encoding.UTF8.GetBytes(given)),
                    WebhookSecret = _box.Seal(secret),
                    WebhookSecretPrevious = null,
                };
                RevisionChange change = await PublishAccessAsync(name, access, Noted(author, "credentials of the new account"), cancellationToken).ConfigureAwait(false);
                if (!change.IsDone) return new(change);
                RevisionHead head = await Store.HeadAsync(AccountDocument.Resource(name), cancellationToken).ConfigureAwait(false);
                change = await PublishAsync(account, head.LastActivated, author, cancellationToken).ConfigureAwait(false);
                return new(change) { Made = name, Secret = given, WebhookSecret = AccountConfig.FormatWebhookSecret(secret) };
            },
            cancellationToken);

    /// <summary>Puts other settings in the place of all that there are.</summary>
    /// <param name="expected">The revision that the caller knows as the last activated.</param>
    /// <param name="isDryRun">Looks only whether it would be taken.</param>
    internal Task<AccountChange> ChangeAsync(
        string sid, byte[] text, long expected, bool isDryRun, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                if (RefusalOf(sid) is { } refusal) return refusal;
                var errors = new ConfigErrors("body");
                if (Check(sid, text, SystemIdsOf(sid), errors) is not { } account) return AccountChange.Faulty(errors.Errors);
                return isDryRun
                    ? new(new(RevisionOutcome.Done))
                    : new(await PublishAsync(account, expected, author, cancellationToken).ConfigureAwait(false));
            },
            cancellationToken);

    /// <summary>Refuses an account's credentials, or takes them again. All else stays as it is.</summary>
    internal Task<AccountChange> EnableAsync(string sid, bool isEnabled, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                if (RefusalOf(sid) is { } refusal) return refusal;
                StoredAccount stored = _stored[sid];
                if (stored.Account.IsEnabled == isEnabled) return new(new(RevisionOutcome.Done, stored.InForce, stored.LastActivated));
                Account changed = stored.Account with { IsEnabled = isEnabled };
                return new(await PublishAsync(changed, stored.LastActivated, Noted(author, isEnabled ? "enabled" : "disabled"), cancellationToken).ConfigureAwait(false));
            },
            cancellationToken);

    /// <summary>Goes back to earlier settings; refused where others have meanwhile what they name. Credentials stay as they are.</summary>
    internal Task<AccountChange> RollBackAsync(string sid, long expected, long? to, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                if (RefusalOf(sid) is { } refusal) return refusal;
                ResourceName resource = AccountDocument.Resource(sid);
                long target = to ?? await Store.FindRollBackAsync(resource, cancellationToken).ConfigureAwait(false);
                byte[]? text = target > 0 ? await Store.ReadAsync(resource, target, cancellationToken).ConfigureAwait(false) : null;
                var errors = new ConfigErrors(resource.ToString());
                if (text is not null && Check(sid, text, SystemIdsOf(sid), errors) is null)
                    return new(new(RevisionOutcome.WrongState, Detail: $"revision {target} does not fit any more: {string.Join("; ", errors.Errors)}"));
                RevisionChange change = await Store.RollBackAsync(resource, expected, to, author, cancellationToken).ConfigureAwait(false);
                if (change.IsDone) await LoadAccountAsync(sid, CancellationToken.None).ConfigureAwait(false);
                return new(change);
            },
            cancellationToken);

    /// <summary>The document of a revision; null when there is none.</summary>
    internal async Task<byte[]?> ReadTextAsync(string sid, long number, CancellationToken cancellationToken) =>
        await Store.ReadAsync(AccountDocument.Resource(sid), number, cancellationToken).ConfigureAwait(false);

    private AccountChange? RefusalOf(string sid) =>
        IsOfFile(sid) ? AccountChange.OfFile($"account {sid}") : _stored.ContainsKey(sid) ? null : AccountChange.Missing("There is no such account.");

    private string[] SystemIdsOf(string sid) => [.. _held[sid].Account.Smpp.Select(static smpp => smpp.SystemId)];

    // Null beside errors.
    private Account? Check(string sid, byte[] text, string[] systemIds, ConfigErrors errors)
    {
        Account? account = AccountDocument.Read(text, sid, systemIds, errors);
        if (account is null) return null;
        foreach (OwnedNumber number in account.Numbers)
        {
            // What is of an account that is switched off stays its own.
            if (Directory.TryFindNumber(number.Number, out Account owner, out _) && owner.Sid != sid)
                errors.Add(1, "numbers", $"names {number.Number}, which account {owner.Sid} has; expected numbers and names of this account alone");
        }

        return errors.Errors.Count == 0 ? account : null;
    }

    private async Task<RevisionChange> PublishAsync(Account account, long expected, RevisionAuthor author, CancellationToken cancellationToken)
    {
        ResourceName resource = AccountDocument.Resource(account.Sid);
        RevisionChange change = await Store.PublishAsync(resource, AccountDocument.Write(account), expected, author, cancellationToken).ConfigureAwait(false);
        if (change.IsDone) _stored[account.Sid] = new(account, change.Revision!.Number, change.Revision);
        return change;
    }

    private async Task<RevisionChange> PublishAccessAsync(string sid, AccessRecord access, RevisionAuthor author, CancellationToken cancellationToken)
    {
        long expected = _access.GetValueOrDefault(sid)?.LastActivated ?? 0;
        RevisionChange change = await Store.PublishAsync(AccessRecord.Resource(sid), access.Write(), expected, author, cancellationToken).ConfigureAwait(false);
        if (change.IsDone) _access[sid] = Opened(sid, access, change.Revision!.Number);
        return change;
    }

    private static RevisionAuthor Noted(RevisionAuthor author, string what)
    {
        string note = author.Note.Length > 0 ? $"{what}: {author.Note}" : what;
        return author with { Note = note.Length <= RevisionAuthor.MostNoteCharacters ? note : note[..RevisionAuthor.MostNoteCharacters] };
    }

    // Change, then directory, one change at a time: the last one in the store is the last one in force.
    private async Task<AccountChange> AloneAsync(Func<Task<AccountChange>> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            AccountChange result = await change().ConfigureAwait(false);
            if (result.IsDone) Rebuild();
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }
}
