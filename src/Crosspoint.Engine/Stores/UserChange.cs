namespace Crosspoint.Engine.Stores;

/// <summary>A change of users and their sessions: all of it or nothing.</summary>
public sealed record UserChange
{
    /// <summary>Users in place of those with the same id.</summary>
    public IReadOnlyList<UserRecord> Users { get; init; } = [];

    /// <summary>A user to delete, with all sessions.</summary>
    public string? DeleteUser { get; init; }

    /// <summary>Sessions to end, by the hash of their token. They go before <see cref="Sessions"/> come.</summary>
    public IReadOnlyList<byte[]> EndSessions { get; init; } = [];

    public IReadOnlyList<SessionRecord> Sessions { get; init; } = [];

    public IReadOnlyList<SignInTries> Tries { get; init; } = [];

    /// <summary>Tries to forget, by the hash of the name.</summary>
    public IReadOnlyList<byte[]> ForgetTries { get; init; } = [];

    public IReadOnlyList<UserAudit> Audit { get; init; } = [];
}

/// <summary>All that is stored of users but the record of changes.</summary>
public sealed record UserSnapshot(IReadOnlyList<UserRecord> Users, IReadOnlyList<SessionRecord> Sessions, IReadOnlyList<SignInTries> Tries);
