namespace Crosspoint.Engine.Stores;

/// <summary>How far a revision is.</summary>
public enum RevisionState : byte
{
    /// <summary>Stored, and of no effect.</summary>
    Draft = 0,

    /// <summary>In force, or bound to be from <see cref="Revision.ValidFrom"/> on.</summary>
    Active = 1,

    /// <summary>Another one took its place, or it was taken back before its time.</summary>
    Retired = 2,
}

/// <summary>One revision of a resource, without its payload, which never changes.</summary>
public sealed record Revision
{
    public required ResourceName Resource { get; init; }

    /// <summary>From 1, rising; a number is never given twice.</summary>
    public required long Number { get; init; }

    public required RevisionState State { get; init; }

    /// <summary>Who made it, as they said.</summary>
    public required string By { get; init; }

    public required DateTimeOffset At { get; init; }

    public string Note { get; init; } = "";

    /// <summary>The revision that had been activated last when this one was made; 0 for none.</summary>
    public long Parent { get; init; }

    /// <summary>Of a draft: when it is wanted, or null for at once. Of others: when it came, or comes, into force.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Who activated it last; empty for a draft.</summary>
    public string ActivatedBy { get; init; } = "";

    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>Length of the payload.</summary>
    public long Bytes { get; init; }
}

/// <summary>What holds and will hold of a resource.</summary>
/// <param name="LastActivated">The revision activated last, in force or not: what the next change must say it expects. 0 for none.</param>
/// <param name="InForce">The one that holds now; null for none.</param>
/// <param name="Scheduled">Those that take over later, by their time.</param>
public sealed record RevisionHead(long LastActivated, Revision? InForce, IReadOnlyList<Revision> Scheduled)
{
    public static RevisionHead None { get; } = new(0, null, []);
}

/// <summary>One line of the record of changes; written with the change, never altered.</summary>
/// <param name="Action"><c>draft</c>, <c>activate</c>, <c>roll_back</c>, <c>delete</c>; of what has no revisions a word of its kind, such as <c>pause</c>.</param>
/// <param name="From">The revision activated last before; 0 for none.</param>
/// <param name="To">The revision that was made, activated, returned to or deleted; 0 for what has no revisions.</param>
public sealed record AuditEntry(
    long Id, DateTimeOffset At, string By, string Action, ResourceName Resource, long From, long To, DateTimeOffset? ValidFrom, string Note);

/// <summary>Which lines of the record are wanted; null for all.</summary>
/// <param name="Name">Within the kind.</param>
/// <param name="By">Who did it.</param>
/// <param name="Before">Only those with a lower id; 0 for all.</param>
/// <param name="Limit">At most so many.</param>
public sealed record AuditQuery(string? Kind = null, string? Name = null, string? By = null, long Before = 0, int Limit = int.MaxValue);
