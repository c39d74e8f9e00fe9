using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Identity;

/// <summary>
/// Users of the console, their sessions, and how they sign in (docs/console.md). All of it is in memory and in the store; a change is stored first. One
/// change at a time.
/// </summary>
public sealed partial class IdentityDesk : IAsyncDisposable
{
    /// <summary>States of a user: without a password yet; as usual; kept out.</summary>
    internal const string Invited = "invited";
    internal const string Active = "active";
    internal const string Disabled = "disabled";

    internal const int MostUsers = 10_000;

    // Records of who signed in are kept as long as messages are by default.
    private static readonly TimeSpan KeepAudit = TimeSpan.FromDays(400);

    private readonly IUserStore _store;
    private readonly ConsoleOptions _options;
    private readonly AccountDirectory _accounts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IdentityMetrics _metrics;
    private readonly PasswordHashes _hashes;
    private readonly SecretBox _box;
    private readonly AddressLimit _addresses;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentDictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _idsByName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SignInTries> _tries = new(StringComparer.Ordinal);

    private IdentityDesk(
        IUserStore store, string keysDirectory, ConsoleOptions options, AccountDirectory accounts, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        (_store, _options, _accounts, _time) = (store, options, accounts, time);
        _logger = loggers.CreateLogger<IdentityDesk>();
        _metrics = new(meters);
        _hashes = new(options.HashIterations);
        _box = new(keysDirectory);
        _addresses = new(options.SignInsPerMinute, time);
    }

    /// <param name="keysDirectory">Where the keys are that secrets are sealed with; made when the first secret is.</param>
    public static async Task<IdentityDesk> OpenAsync(
        IUserStore store, string keysDirectory, ConsoleOptions options, AccountDirectory accounts, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters,
        CancellationToken cancellationToken)
    {
        var desk = new IdentityDesk(store, keysDirectory, options, accounts, time, loggers, meters);
        await desk.PruneAsync().ConfigureAwait(false);
        UserSnapshot snapshot = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (UserRecord user in snapshot.Users) desk.Remember(user);
        foreach (SessionRecord session in snapshot.Sessions) desk._sessions[KeyOf(session.TokenHash)] = new(session);
        foreach (SignInTries tries in snapshot.Tries) desk._tries[KeyOf(tries.NameHash)] = tries;
        await desk.BeginAsync().ConfigureAwait(false);
        return desk;
    }

    internal ConsoleOptions Options => _options;

    /// <summary>The record of users; <c>/v1/audit</c> shows it.</summary>
    internal IUserStore Store => _store;

    /// <summary>Every user, by name.</summary>
    internal IReadOnlyList<UserRecord> Users => [.. _users.Values.OrderBy(static user => user.Name, StringComparer.Ordinal)];

    /// <summary>By id, or by name.</summary>
    internal UserRecord? Find(string idOrName) => _users.GetValueOrDefault(idOrName) ?? FindByName(NormalName(idOrName));

    internal Account? AccountOf(UserRecord user) => user.AccountSid is { } sid && _accounts.Find(sid) is { IsEnabled: true } account ? account : null;

    internal SignInTries? TriesOf(UserRecord user) => _tries.GetValueOrDefault(KeyOf(OneTimeTokens.HashOf(user.Name)));

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        foreach (Session session in _sessions.Values) session.Dispose();
        _hashes.Dispose();
        _gate.Release();
    }

    private ValueTask<StoreFailure?> PruneAsync() => _store.PruneAsync(Micros.From(_time.GetUtcNow() - KeepAudit), CancellationToken.None);

    private static string NormalName(string name) => name.Trim().ToLowerInvariant();

    private static string KeyOf(byte[] hash) => Convert.ToHexString(hash);

    private UserRecord? FindByName(string name) => _idsByName.TryGetValue(name, out string? id) ? _users.GetValueOrDefault(id) : null;

    private long Now() => _time.GetUtcMicros();

    private UserAudit Told(string by, string action, string name, string note = "") => new(Now(), by, action, name, note);

    private async ValueTask<T> AloneAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stores a change, then keeps it in memory. Alone.</summary>
    private async ValueTask<IdentityResult> CommitAsync(UserChange change)
    {
        StoreFailure? failure = await _store.ApplyAsync(change, CancellationToken.None).ConfigureAwait(false);
        if (failure is { } why)
        {
            Log.NotStored(_logger, why);
            return new(why == StoreFailure.Unknown ? IdentityOutcome.OutcomeUnknown : IdentityOutcome.StoreUnavailable);
        }

        foreach (byte[] hash in change.EndSessions) Forget(hash);
        foreach (byte[] hash in change.ForgetTries) _tries.TryRemove(KeyOf(hash), out _);
        if (change.DeleteUser is { } id && _users.TryRemove(id, out UserRecord? deleted))
        {
            _idsByName.TryRemove(deleted.Name, out _);
            foreach (Session session in SessionsOf(id)) Forget(session.Record.TokenHash);
        }

        foreach (UserRecord user in change.Users) Remember(user);
        foreach (SessionRecord session in change.Sessions) _sessions[KeyOf(session.TokenHash)] = new(session);
        foreach (SignInTries tries in change.Tries) _tries[KeyOf(tries.NameHash)] = tries;
        return new(IdentityOutcome.Done);
    }

    private void Remember(UserRecord user)
    {
        _users[user.Id] = user;
        _idsByName[user.Name] = user.Id;
    }

    private void Forget(byte[] tokenHash)
    {
        if (_sessions.TryRemove(KeyOf(tokenHash), out Session? session)) session.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(4600, LogLevel.Warning, "Signing in as {User} is locked for {Minutes} min: {Failures} tries failed, the last from {Address}")]
        public static partial void Locked(ILogger logger, string user, double minutes, int failures, System.Net.IPAddress address);

        [LoggerMessage(4601, LogLevel.Error, "A change of users was not stored: {Why}")]
        public static partial void NotStored(ILogger logger, StoreFailure why);

        [LoggerMessage(4602, LogLevel.Error, "The second factor of {User} cannot be read: the key ring that sealed it is not there. An owner can reset it")]
        public static partial void SecretLost(ILogger logger, string user);
    }
}
