using Crosspoint.Sms.Numbers;

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

    /// <summary>Usable, and dearer than the chosen one.</summary>
    Dearer = 7,

    /// <summary>Usable, and less likely to deliver than the chosen one.</summary>
    LowerQuality = 8,

    /// <summary>Usable, and worse than the chosen one by price and quality together.</summary>
    LowerScore = 9,

    /// <summary>Usable; but this message falls into the share of another.</summary>
    OtherShare = 10,

    /// <summary>Usable, in a list that comes after the chosen one's.</summary>
    InFallback = 11,

    /// <summary>Usable, and a shadow whose turn it was not.</summary>
    Shadow = 12,

    /// <summary>Usable; its price for the destination is not known, so it comes after those with one.</summary>
    Unpriced = 13,

    /// <summary>Left out: its price is above the list's ceiling.</summary>
    AbovePrice = 14,

    /// <summary>Left out: the list has a ceiling or a margin, and the price is not known.</summary>
    NoPrice = 15,

    /// <summary>Left out: too little of the sell price would be left.</summary>
    BelowMargin = 16,

    /// <summary>Left out: the list asks for a margin, and the account has no sell price for the destination.</summary>
    NoSellPrice = 17,

    /// <summary>Left out: its quality is below the list's floor.</summary>
    BelowQuality = 18,

    /// <summary>Left out: the rule demands receipts.</summary>
    NoReceipts = 19,

    /// <summary>Left out: the rule demands a direct route.</summary>
    NotDirect = 20,

    /// <summary>Left out: the rule demands a path that is licensed in the recipient's country.</summary>
    NotLicensed = 21,

    /// <summary>Left out: it does not carry senders of this kind.</summary>
    SenderNotCarried = 22,

    /// <summary>Taken: it holds some of the message's segments.</summary>
    ChosenToComplete = 23,

    /// <summary>Taken: the outcome of an earlier attempt on it is unknown, and a second copy goes where the first went.</summary>
    ChosenAgain = 24,

    /// <summary>Waited for: none can take the message now, and it is the first that may.</summary>
    WaitedFor = 25,

    /// <summary>Waited for: it cannot take the message now, and holds some of its segments.</summary>
    WaitedForToComplete = 26,

    /// <summary>Usable, but degraded on the recipient's network, and this message is not of those that it keeps.</summary>
    DegradedHere = 27,

    /// <summary>Usable, but suspended on the recipient's network.</summary>
    SuspendedHere = 28,

    /// <summary>Usable; but it is being found out whether it works again on the recipient's network, and not by this message.</summary>
    ProbingHere = 29,

    /// <summary>Usable, but recovering on the recipient's network, and this message is not of the share that it takes by now.</summary>
    RecoveringHere = 30,

    /// <summary>Left out: an operator forbids it on the recipient's network.</summary>
    ForbiddenHere = 31,

    /// <summary>Taken, to find out whether it works again on the recipient's network.</summary>
    ChosenToProbe = 32,

    /// <summary>Taken though it is not well on the recipient's network: no other that may take the message is better.</summary>
    ChosenThoughSick = 33,
}

/// <summary>What a code says of its candidate.</summary>
public static class CandidateCodes
{
    /// <summary>The message goes there now.</summary>
    public static bool IsTaken(this CandidateCode code) =>
        code is CandidateCode.Chosen or CandidateCode.ChosenToComplete or CandidateCode.ChosenAgain or CandidateCode.ChosenToProbe
            or CandidateCode.ChosenThoughSick;

    /// <summary>The message waits until it can go there.</summary>
    public static bool IsWaitedFor(this CandidateCode code) => code is CandidateCode.WaitedFor or CandidateCode.WaitedForToComplete;

    /// <summary>It stands behind all others, as it is not well on the recipient's network.</summary>
    public static bool IsWithheld(this CandidateCode code) => code is >= CandidateCode.DegradedHere and <= CandidateCode.RecoveringHere;

    /// <summary>It may not take the message, however it is.</summary>
    public static bool IsLeftOut(this CandidateCode code) =>
        code is (>= CandidateCode.AbovePrice and <= CandidateCode.SenderNotCarried) or CandidateCode.ForbiddenHere;
}

/// <summary>A connection in a decision.</summary>
public readonly record struct RouteCandidate(string Connection, CandidateCode Code)
{
    /// <summary>Price of a segment in micro-units of the decision's currency, fees included; null when it was not known.</summary>
    public long? Price { get; init; }

    /// <summary>Expected probability of delivery, in ten-thousandths; null when it was not known.</summary>
    public int? Quality { get; init; }

    /// <summary>
    /// The probability, in ten-thousandths, that was drawn in place of its quality to put it in order, as the message explores; null where the quality
    /// itself counted.
    /// </summary>
    public int? Drawn { get; init; }

    /// <summary>What was taken off its quality for what it shows now, in percent.</summary>
    public int HealthLoss { get; init; }

    /// <summary>0 for the rule's own list, 1 for its fallback, 2 for that one's, and so on.</summary>
    public int List { get; init; }

    /// <summary>It stood in its list as a shadow.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Since when and why it is not well on the recipient's network, or what is ordered of it there; null while it is healthy.</summary>
    public string? HealthNote { get; init; }
}

/// <summary>What a decision by rules went by, beside the message.</summary>
public sealed record RouteFacts
{
    /// <summary>Tells plans apart that have the same revision.</summary>
    public uint PlanMark { get; init; }

    /// <summary>ISO 4217 code of the candidates' prices; empty when there are none.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Of the recipient; empty when it is unknown.</summary>
    public string Country { get; init; } = "";

    public NumberType NumberType { get; init; }

    /// <summary>MCC and MNC of the recipient's network; empty when it is unknown.</summary>
    public string Network { get; init; } = "";

    public NetworkSource Source { get; init; }

    /// <summary>The kinds of condition that the rule has, as bits.</summary>
    public int Conditions { get; init; }

    /// <summary>Sell price of a segment in micro-units; null when the account has none for the destination, or nobody asked.</summary>
    public long? SellPrice { get; init; }

    /// <summary>The test connection that gets a copy; null for none.</summary>
    public string? CopyTo { get; init; }

    /// <summary>The copy was dropped: its connection could not take one at that moment.</summary>
    public bool IsCopyDropped { get; init; }

    /// <summary>The error code that the message ends with instead of being sent; 0 when it is sent.</summary>
    public int DenyCode { get; init; }

    /// <summary>Why it is not sent; null when it is.</summary>
    public string? DenyReason { get; init; }
}

/// <summary>The ranked candidates for a message at one attempt.</summary>
/// <param name="PlanRevision">Revision of the routing plan that ranked them.</param>
/// <param name="Rule">Name of the plan's rule that matched; "default" for the default list.</param>
/// <param name="Candidates">In order of preference.</param>
public sealed record RouteDecision(long PlanRevision, string Rule, IReadOnlyList<RouteCandidate> Candidates)
{
    /// <summary>What it went by; null for a plan without rules.</summary>
    public RouteFacts? Facts { get; init; }
}
