namespace Crosspoint.Engine.Dispatch;

/// <summary>How a wish about a connection, an account or a batch ended.</summary>
public enum ControlOutcome
{
    /// <summary>Done, or begun: the connection's status tells how far it is.</summary>
    Done,

    NotFound,

    /// <summary>Not possible now; <see cref="ControlResult.Detail"/> says why.</summary>
    Refused,

    /// <summary>It could not be put on record.</summary>
    StoreUnavailable,
}

/// <param name="Detail">Why it was refused, for people; null otherwise.</param>
public readonly record struct ControlResult(ControlOutcome Outcome, string? Detail = null);
