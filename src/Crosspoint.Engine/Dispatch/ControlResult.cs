namespace Crosspoint.Engine.Dispatch;

/// <summary>How an operator's wish about a connection ended.</summary>
public enum ControlOutcome
{
    /// <summary>Done, or begun: the connection's status tells how far it is.</summary>
    Done,

    NotFound,

    /// <summary>Not possible now; <see cref="ControlResult.Detail"/> says why.</summary>
    Refused,
}

/// <param name="Detail">Why it was refused, for people; null otherwise.</param>
public readonly record struct ControlResult(ControlOutcome Outcome, string? Detail = null);
