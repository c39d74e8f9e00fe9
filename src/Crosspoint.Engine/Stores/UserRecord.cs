namespace Crosspoint.Engine.Stores;

/// <summary>A person who may sign in to the console, as they are stored. Moments are microseconds of wall time, 0 for never.</summary>
public sealed record UserRecord
{
    public required string Id { get; init; }

    /// <summary>What they sign in with, in lower case. One of all.</summary>
    public required string Name { get; init; }

    public string DisplayName { get; init; } = "";

    public required string Role { get; init; }

    /// <summary>Whose messages they see; of customers alone.</summary>
    public string? AccountSid { get; init; }

    public required string State { get; init; }

    /// <summary>Null until they have set one.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The secret of their second factor, sealed; null for none.</summary>
    public byte[]? TotpSecret { get; init; }

    /// <summary>A secret that no code has confirmed yet, sealed.</summary>
    public byte[]? TotpPending { get; init; }

    /// <summary>Time step of the last code that was taken.</summary>
    public long TotpStep { get; init; }

    /// <summary>SHA-256 of each recovery code that is left.</summary>
    public IReadOnlyList<byte[]> RecoveryHashes { get; init; } = [];

    /// <summary>SHA-256 of the link with which they set a password; null for none.</summary>
    public byte[]? InviteHash { get; init; }

    public long InviteUntil { get; init; }

    public long CreatedAt { get; init; }

    public long LastSignIn { get; init; }

    /// <summary>Without secrets: what is printed may be kept.</summary>
    public override string ToString() => $"{nameof(UserRecord)} {{ Id = {Id}, Name = {Name}, Role = {Role}, State = {State} }}";
}

/// <summary>A session of a user.</summary>
/// <param name="TokenHash">SHA-256 of what the cookie holds.</param>
/// <param name="SeenAt">Last use, to a few minutes.</param>
/// <param name="IsSecure">It was made over TLS.</param>
public sealed record SessionRecord(byte[] TokenHash, string UserId, long CreatedAt, long SeenAt, string Address, string Agent, bool IsSecure);

/// <summary>Tries to sign in with a name that failed, whether there is such a user or not.</summary>
/// <param name="NameHash">SHA-256 of the name in lower case.</param>
/// <param name="Failed">How many since <paramref name="Since"/>.</param>
/// <param name="Locks">How often it was locked one after another.</param>
public sealed record SignInTries(byte[] NameHash, int Failed, long Since, int Locks, long LockedUntil);

/// <summary>A line of the record of users.</summary>
/// <param name="Name">Whom it is about; empty where nobody has the name.</param>
public sealed record UserAudit(long At, string By, string Action, string Name, string Note);
