using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Accounts;

/// <summary>
/// Where accounts meet: those of the configuration file, those of the store, and the directory that is made of both. What the file names is the file's, and is
/// not changed here; but it may be given further keys and credentials for binds. Every change goes through here, so that what is in force is what the store
/// says before the change is answered.
/// </summary>
public sealed partial class AccountDesk : IDisposable
{
    /// <summary>Keys, and credentials for binds, that an account may have by the API.</summary>
    internal const int MostCredentials = 100;

    private readonly Dictionary<string, Account> _file;
    private readonly Dictionary<string, StoredAccount> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredAccess> _access = new(StringComparer.Ordinal);
    private readonly SecretBox _box;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1);
    private volatile Dictionary<string, HeldAccount> _held = new(StringComparer.Ordinal);

    private AccountDesk(
        IRevisionStore store, IReadOnlyList<Account> file, AccountDirectory directory, string keysDirectory, TimeProvider time, ILoggerFactory loggers)
    {
        Store = store;
        Directory = directory;
        _file = file.ToDictionary(static account => account.Sid, StringComparer.Ordinal);
        _box = new(keysDirectory, "accounts");
        _time = time;
        _logger = loggers.CreateLogger<AccountDesk>();
    }

    public IRevisionStore Store { get; }

    /// <summary>What is in force.</summary>
    public AccountDirectory Directory { get; }

    /// <summary>Every account, by SID.</summary>
    internal IEnumerable<HeldAccount> Accounts => _held.Values.OrderBy(static held => held.Account.Sid, StringComparer.Ordinal);

    /// <summary>Loads what is in force. What cannot be read, or is taken meanwhile by the file, is left out and told in the log.</summary>
    /// <param name="keysDirectory">Where the keys are that secrets are sealed with; made when the first secret is.</param>
    public static async Task<AccountDesk> OpenAsync(
        IRevisionStore store, IReadOnlyList<Account> file, AccountDirectory directory, string keysDirectory, TimeProvider time, ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var desk = new AccountDesk(store, file, directory, keysDirectory, time, loggers);
        foreach (ResourceName resource in await store.ListResourcesAsync(AccessRecord.Kind, cancellationToken).ConfigureAwait(false))
            await desk.LoadAccessAsync(resource.Name, cancellationToken).ConfigureAwait(false);
        foreach (ResourceName resource in await store.ListResourcesAsync(AccountDocument.Kind, cancellationToken).ConfigureAwait(false))
            await desk.LoadAccountAsync(resource.Name, cancellationToken).ConfigureAwait(false);
        desk.Rebuild(isTold: true);
        return desk;
    }

    public bool IsOfFile(string sid) => _file.ContainsKey(sid);

    internal HeldAccount? Find(string sid) => _held.GetValueOrDefault(sid);

    public void Dispose() => _gate.Dispose();

    private async Task LoadAccountAsync(string sid, CancellationToken cancellationToken)
    {
        RevisionHead head = await Store.HeadAsync(AccountDocument.Resource(sid), cancellationToken).ConfigureAwait(false);
        if (head.InForce is not { } revision) return;
        byte[] text = await Store.ReadAsync(revision.Resource, revision.Number, cancellationToken).ConfigureAwait(false) ?? [];
        var errors = new ConfigErrors(revision.Resource.ToString());

        // Credentials that inbound messages go to are looked at when the directory is made.
        if (AccountDocument.Read(text, sid, SystemIdsIn(text), errors) is { } account) _stored[sid] = new(account, head.LastActivated, revision);
        else Log.Unreadable(_logger, revision.Resource.ToString(), revision.Number, string.Join("; ", errors.Errors));
    }

    private async Task LoadAccessAsync(string sid, CancellationToken cancellationToken)
    {
        RevisionHead head = await Store.HeadAsync(AccessRecord.Resource(sid), cancellationToken).ConfigureAwait(false);
        if (head.InForce is not { } revision) return;
        byte[] text = await Store.ReadAsync(revision.Resource, revision.Number, cancellationToken).ConfigureAwait(false) ?? [];
        var errors = new ConfigErrors(revision.Resource.ToString());
        if (AccessRecord.Read(text, errors) is { } access) _access[sid] = Opened(sid, access, head.LastActivated);
        else Log.Unreadable(_logger, revision.Resource.ToString(), revision.Number, string.Join("; ", errors.Errors));
    }

    // Every name that the document itself gives.
    private static HashSet<string> SystemIdsIn(byte[] text)
    {
        var errors = new ConfigErrors("");
        return ConfigText.Read(text, errors) is not { } section ? [] :
            [.. section.Groups("numbers").Select(static number => number.Text("smpp", most: 15)).OfType<string>()];
    }

    private StoredAccess Opened(string sid, AccessRecord record, long lastActivated)
    {
        string? token = record.AuthToken is null ? null : Open(sid, record.AuthToken) is { } text ? Encoding.UTF8.GetString(text) : Unknowable();
        byte[]? secret = record.WebhookSecret is null ? null : Open(sid, record.WebhookSecret);
        byte[]? previous = record.WebhookSecretPrevious is null ? null : Open(sid, record.WebhookSecretPrevious);
        var smpp = new List<SmppCredential>(record.Smpp.Count);
        foreach (SmppRecord one in record.Smpp)
        {
            if (Open(sid, one.Password) is { } password) smpp.Add(one.Credential with { Password = Encoding.UTF8.GetString(password) });
        }

        return new(record, lastActivated, token, secret, previous, smpp);
    }

    // What nobody can know opens nothing.
    private static string Unknowable() => Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    private byte[]? Open(string sid, byte[] sealedSecret)
    {
        byte[]? opened = _box.Open(sealedSecret);
        if (opened is null) Log.SecretLost(_logger, sid);
        return opened;
    }

    // Numbers and names that two accounts claim belong to the file's, else to the lower SID: nothing of the store may keep the gateway from starting.
    private void Rebuild(bool isTold = false)
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        var systemIds = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (Account account in _file.Values)
        {
            numbers.UnionWith(account.Numbers.Select(static number => number.Number));
            systemIds.UnionWith(account.Smpp.Select(static smpp => smpp.SystemId));
            keys.UnionWith(account.ApiKeys.Select(static key => key.Sid));
        }

        var held = new Dictionary<string, HeldAccount>(StringComparer.Ordinal);
        foreach (Account account in _file.Values) held.Add(account.Sid, Merge(account, isFile: true));
        foreach ((string sid, StoredAccount stored) in _stored.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (held.ContainsKey(sid))
            {
                if (isTold) Log.Overruled(_logger, sid, "the account");
                continue;
            }

            OwnedNumber[] owned = [.. stored.Account.Numbers.Where(number => Claims(sid, numbers, number.Number))];
            held.Add(sid, Merge(stored.Account with { Numbers = owned }, isFile: false) with { LastActivated = stored.LastActivated, InForce = stored.InForce });
        }

        Directory.Replace([.. held.Values.Select(static one => one.Account)]);
        _held = held;

        bool Claims(string sid, HashSet<string> taken, string name)
        {
            if (taken.Add(name)) return true;
            if (isTold) Log.Overruled(_logger, sid, name);
            return false;
        }

        HeldAccount Merge(Account account, bool isFile)
        {
            StoredAccess access = _access.GetValueOrDefault(account.Sid) ?? StoredAccess.None;
            string token = isFile ? account.AuthToken : access.AuthToken ?? Unknowable();
            Account merged = account with
            {
                AuthToken = token,
                WebhookSecret = isFile ? account.WebhookSecret : access.WebhookSecret ?? AccountConfig.DeriveWebhookSecret(token),
                WebhookSecretPrevious = isFile ? account.WebhookSecretPrevious : access.WebhookSecretPrevious,
                HashedKeys = [.. access.Record.Keys.Where(key => Claims(account.Sid, keys, key.Sid)).Select(static key => new HashedKey(key.Sid, key.Sha256))],
                Smpp = [.. account.Smpp, .. access.Smpp.Where(smpp => Claims(account.Sid, systemIds, smpp.SystemId))],
            };
            return new(merged, isFile, access.Record, access.LastActivated);
        }
    }

    internal sealed record StoredAccount(Account Account, long LastActivated, Revision InForce);

    /// <summary>A record with what is sealed in it, opened.</summary>
    internal sealed record StoredAccess(
        AccessRecord Record, long LastActivated, string? AuthToken, byte[]? WebhookSecret, byte[]? WebhookSecretPrevious, IReadOnlyList<SmppCredential> Smpp)
    {
        public static StoredAccess None { get; } = new(AccessRecord.None, 0, null, null, null, []);

        public override string ToString() => "access";
    }

    private static partial class Log
    {
        [LoggerMessage(4730, LogLevel.Error, "Revision {Revision} of {Resource} cannot be read, it is left out: {Reason}")]
        public static partial void Unreadable(ILogger logger, string resource, long revision, string reason);

        [LoggerMessage(4731, LogLevel.Error, "A secret of account {Sid} cannot be opened, since the keys in data/keys are not those that it was sealed with: give it a new one")]
        public static partial void SecretLost(ILogger logger, string sid);

        [LoggerMessage(4732, LogLevel.Warning, "Account {Sid} of the store goes without what another account has: {What}")]
        public static partial void Overruled(ILogger logger, string sid, string what);
    }
}

/// <summary>An account in force, and where it comes from.</summary>
/// <param name="IsOfFile">The configuration file says what it is.</param>
/// <param name="AccessRevision">The revision of its credentials that was activated last; 0 for none.</param>
internal sealed record HeldAccount(Account Account, bool IsOfFile, AccessRecord Access, long AccessRevision)
{
    /// <summary>The revision of its settings that was activated last; 0 where the file says what they are.</summary>
    public long LastActivated { get; init; }

    /// <summary>Null where the file says what they are.</summary>
    public Revision? InForce { get; init; }

    /// <summary>Without its secrets.</summary>
    public override string ToString() => Account.Sid;
}
