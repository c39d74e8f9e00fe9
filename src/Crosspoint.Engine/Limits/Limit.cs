using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Engine.Limits;

/// <summary>What a limit counts apart: each has a rate and a queue of its own.</summary>
public enum LimitEach
{
    /// <summary>All that match together.</summary>
    Whole,
    Account,
    Sender,

    /// <summary>The message's metadata <c>campaign</c>; messages without one together.</summary>
    Campaign,

    /// <summary>The recipient's country.</summary>
    Country,
}

/// <summary>What is answered when no more may wait, or a day's segments are used up.</summary>
public enum LimitAnswer
{
    /// <summary>Try again later: 429 with <c>Retry-After</c>, <c>ESME_RTHROTTLED</c>.</summary>
    Throttle,

    /// <summary>Refused for good: 422, <c>ESME_RSUBMITFAIL</c>.</summary>
    Refuse,

    /// <summary>Caps by day alone: accepted, and held until the next day.</summary>
    Queue,
}

/// <summary>A cap on the segments of certain messages in a second, or in a calendar day, over all connections unless one is named.</summary>
public sealed record Limit
{
    public required string Name { get; init; }

    /// <summary>Only this account's messages; null for all.</summary>
    public string? Account { get; init; }

    public TrafficClass? Class { get; init; }

    /// <summary>As it goes to the carrier: E.164 with "+", short code, or name.</summary>
    public string? Sender { get; init; }

    public SenderKind? SenderKind { get; init; }

    /// <summary>ISO 3166-1 code of the recipient's country.</summary>
    public string? Country { get; init; }

    /// <summary>What the recipient begins with, "+" included.</summary>
    public string? Prefix { get; init; }

    /// <summary>The message's metadata <c>campaign</c>.</summary>
    public string? Campaign { get; init; }

    /// <summary>Only what goes out on this connection. Nothing is known of it when a message is accepted, so it goes without <see cref="Queue"/>.</summary>
    public string? Connection { get; init; }

    public LimitEach Each { get; init; }

    /// <summary>Segments a second; 0 for a limit by day.</summary>
    public required double Rate { get; init; }

    /// <summary>Segments in a calendar day of <see cref="Zone"/>: as they are accepted, or with <see cref="LimitAnswer.Queue"/> as attempts begin.</summary>
    public long PerDay { get; init; }

    /// <summary>Null for a limit by second.</summary>
    public DateTimeZone? Zone { get; init; }

    /// <summary>Segments at once after a pause; 0 for a hundredth of a second's worth, at least 1.</summary>
    public double Burst { get; init; }

    /// <summary>How much may wait, as the time in which it goes out; null for any amount.</summary>
    public TimeSpan? Queue { get; init; }

    /// <summary>What is answered beyond <see cref="Queue"/>, or beyond <see cref="PerDay"/>.</summary>
    public LimitAnswer Over { get; init; }

    /// <summary>It holds for all messages of each account alike: an account may have its own in this place.</summary>
    public bool IsDefault => Each == LimitEach.Account && Account is null && !IsPartial;

    /// <summary>It does not concern all messages of the accounts that it concerns.</summary>
    internal bool IsPartial => Class is not null || Sender is not null || SenderKind is not null || Country is not null || Prefix is not null
        || Campaign is not null || Connection is not null;
}
