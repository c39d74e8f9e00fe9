using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>Sessions: found by their cookie, kept alive, listed and ended.</summary>
public sealed partial class IdentityDesk
{
    private const int MostSessions = 20;
    private const int MostAgentCharacters = 200;

    // A session that was used is stored again after so long: until then a crash makes it look a little older.
    private static readonly TimeSpan StoreUseEvery = TimeSpan.FromMinutes(5);

    /// <summary>The session that a cookie is of, and its user; null when there is none (any more).</summary>
    /// <param name="isSecureCookie">The cookie is the one that only TLS sets. A session is of one kind and never of the other.</param>
    internal (Session Session, UserRecord User)? FindSession(string token, bool isSecureCookie)
    {
        if (!_sessions.TryGetValue(KeyOf(OneTimeTokens.HashOf(token)), out Session? session) || session.Record.IsSecure != isSecureCookie || IsOver(session)) return null;
        return _users.TryGetValue(session.Record.UserId, out UserRecord? user) && user.State == Active ? (session, user) : null;
    }

    /// <summary>Whether its time is over: unused for too long, or too old.</summary>
    internal bool IsOver(Session session)
    {
        long now = Now();
        return now - session.SeenAt > MicrosOf(_options.IdleTimeout) || now - session.Record.CreatedAt > MicrosOf(_options.SessionLifetime);
    }

    /// <summary>Notes that a session is used now.</summary>
    internal async ValueTask TouchAsync(Session session)
    {
        long now = Now();
        session.SeenAt = now;
        if (now - session.StoredAt < Math.Min(MicrosOf(StoreUseEvery), MicrosOf(_options.IdleTimeout) / 4)) return;
        session.StoredAt = now;
        await AloneAsync(
            async () =>
            {
                // Ended meanwhile: it must not come back. Where it cannot be stored it only looks unused for longer.
                if (_sessions.ContainsKey(KeyOf(session.Record.TokenHash)))
                    await _store.ApplyAsync(new() { Sessions = [session.Record with { SeenAt = now }] }, CancellationToken.None).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Those of a user that go on, the newest first.</summary>
    internal IReadOnlyList<Session> SessionsOf(string userId) =>
        [.. _sessions.Values.Where(session => session.Record.UserId == userId).OrderByDescending(static session => session.Record.CreatedAt)];

    /// <summary>Ends the session, in memory also where that cannot be stored.</summary>
    internal ValueTask<IdentityResult> SignOutAsync(Session session, UserRecord user) => AloneAsync(
        () =>
        {
            Forget(session.Record.TokenHash);
            return CommitAsync(new() { EndSessions = [session.Record.TokenHash], Audit = [Told(user.Name, "sign_out", user.Name)] });
        },
        CancellationToken.None);

    /// <summary>Ends all sessions of a user, or one of them.</summary>
    internal ValueTask<IdentityResult> EndSessionsAsync(string userId, string? sessionId, string by) => AloneAsync(
        async () =>
        {
            if (!_users.TryGetValue(userId, out UserRecord? user)) return new(IdentityOutcome.NotFound);
            List<Session> ended = [.. SessionsOf(userId).Where(session => sessionId is null || session.Id == sessionId)];
            if (ended.Count == 0 && sessionId is not null) return new(IdentityOutcome.NotFound);
            string note = sessionId is null ? "all" : $"from {ended[0].Record.Address}";
            return await CommitAsync(new() { EndSessions = HashesOf(ended), Audit = [Told(by, "sessions_ended", user.Name, note)] }).ConfigureAwait(false);
        },
        CancellationToken.None);

    /// <summary>Begins a session as a part of a change of its user. Alone.</summary>
    /// <param name="old">What the browser had as its session: ended, so that nobody else's session lives on in it.</param>
    private async ValueTask<SignInResult> BeginSessionAsync(UserRecord user, SignInOrigin origin, string? old, UserChange change)
    {
        string token = OneTimeTokens.New();
        string agent = origin.Agent.Length > MostAgentCharacters ? origin.Agent[..MostAgentCharacters] : origin.Agent;
        var record = new SessionRecord(OneTimeTokens.HashOf(token), user.Id, Now(), Now(), origin.Address.ToString(), agent, origin.IsSecure);
        IReadOnlyList<Session> all = SessionsOf(user.Id);
        IEnumerable<Session> ended = [.. all.Where(IsOver), .. all.Skip(MostSessions - 1)];
        if (old is not null && _sessions.TryGetValue(KeyOf(OneTimeTokens.HashOf(old)), out Session? before)) ended = ended.Append(before);
        IdentityResult result = await CommitAsync(change with
        {
            Users = [user with { LastSignIn = Now() }],
            EndSessions = [.. change.EndSessions, .. HashesOf(ended)],
            Sessions = [record],
            ForgetTries = [OneTimeTokens.HashOf(user.Name)],
        }).ConfigureAwait(false);
        return result.IsDone ? new(result, token, _sessions[KeyOf(record.TokenHash)]) : new(result);
    }

    private static List<byte[]> HashesOf(IEnumerable<Session> sessions) => [.. sessions.Select(static session => session.Record.TokenHash)];

    private static long MicrosOf(TimeSpan span) => (long)span.TotalMicroseconds;
}
