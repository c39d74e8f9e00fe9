namespace Crosspoint.Engine.Messages;

/// <summary>Why a candidate stands where it stands. The numbers are stored; the text is rebuilt when read.</summary>
public enum CandidateCode : byte
{
    /// <summary>Taken.</summary>
    Chosen = 0,

    /// <summary>Usable, and after the chosen one in the plan's order.</summary>
    LaterInPlan = 1,

    /// <summary>No session is bound.</summary>
    Down = 2,

    /// <summary>It refused this message for good in an earlier attempt, or took it and could not deliver it.</summary>
    RefusedBefore = 3,

    /// <summary>Stopped or draining by order of the operator.</summary>
    Stopped = 4,

    /// <summary>The chosen connection holds some of the message's segments, and must take the rest.</summary>
    HoldsOtherSegments = 5,

    /// <summary>Usable; but the outcome on the chosen connection is unknown, and a second copy goes where the first went.</summary>
    TriedElsewhere = 6,
}

public readonly record struct RouteCandidate(string Connection, CandidateCode Code);

/// <summary>The ranked candidates for a message at one attempt.</summary>
/// <param name="PlanRevision">Revision of the routing plan that ranked them.</param>
/// <param name="Rule">Name of the plan's rule that matched; "default" for the default list.</param>
/// <param name="Candidates">In order of preference.</param>
public sealed record RouteDecision(long PlanRevision, string Rule, IReadOnlyList<RouteCandidate> Candidates);
