using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>The kinds of condition that a rule may have. The numbers are stored, as bits.</summary>
public enum RuleCondition : byte
{
    Account = 0,
    Class = 1,
    Country = 2,
    Network = 3,
    Prefix = 4,
    NumberType = 5,
    Sender = 6,
    SenderType = 7,
    Metadata = 8,
    Time = 9,
    Segments = 10,
    Tag = 11,
    Body = 12,
}

/// <summary>Hours of certain days in one time zone.</summary>
/// <param name="From">Minutes after midnight at which it begins.</param>
/// <param name="To">Minutes after midnight at which it ends, up to 1440; of the next day when not after <paramref name="From"/>.</param>
/// <param name="Days">The days on which it begins, Monday in the lowest bit.</param>
/// <param name="Zone">Name in the tz database.</param>
public sealed record RuleHours(int From, int To, int Days, string Zone)
{
    public const int MinutesOfDay = 24 * 60;
    public const int EveryDay = 0b111_1111;
}

/// <summary>Whole numbers from one to another, both included.</summary>
public readonly record struct CountRange(int From, int To);

/// <summary>Values of one name of a message's metadata.</summary>
/// <param name="Name">The name.</param>
/// <param name="Values">One of them; empty for any value.</param>
public sealed record MetadataMatch(string Name, IReadOnlyList<string> Values)
{
    /// <summary>The name under which a campaign is told.</summary>
    public const string Campaign = "campaign";
}

/// <summary>
/// Conditions on a message. Of several values of one kind one must fit, of several kinds all; a kind without values fits every message.
/// </summary>
public sealed record RuleMatch
{
    /// <summary>Patterns of one plan: each may be tried on a body, and must not take long together.</summary>
    public const int MostBodyPatterns = 256;

    /// <summary>No condition.</summary>
    public static RuleMatch Any { get; } = new();

    /// <summary>SIDs.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    public IReadOnlyList<TrafficClass> Classes { get; init; } = [];

    /// <summary>ISO 3166-1 codes of the recipient's country; empty text for recipients of no country.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Of the recipient; <see cref="NetworkId.Unknown"/> for recipients whose network is not known.</summary>
    public IReadOnlyList<NetworkId> Networks { get; init; } = [];

    /// <summary>What the recipient's number begins with, "+" included.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    public IReadOnlyList<NumberType> NumberTypes { get; init; } = [];

    /// <summary>As they go to the carrier: E.164 with "+", short code, or name.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];

    public IReadOnlyList<SenderKind> SenderTypes { get; init; } = [];

    /// <summary>By name, the campaign among them. Each is a condition of its own.</summary>
    public IReadOnlyList<MetadataMatch> Metadata { get; init; } = [];

    /// <summary>The moment of the decision.</summary>
    public IReadOnlyList<RuleHours> Hours { get; init; } = [];

    /// <summary>Segments as counted at acceptance.</summary>
    public IReadOnlyList<CountRange> Segments { get; init; } = [];

    /// <summary>One of the message's tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Regular expressions without backtracking; found anywhere in the text.</summary>
    public IReadOnlyList<string> Bodies { get; init; } = [];

    /// <summary>The kinds that it has values of, as bits.</summary>
    public int Conditions =>
        Bit(RuleCondition.Account, Accounts.Count) | Bit(RuleCondition.Class, Classes.Count) | Bit(RuleCondition.Country, Countries.Count)
        | Bit(RuleCondition.Network, Networks.Count) | Bit(RuleCondition.Prefix, Prefixes.Count)
        | Bit(RuleCondition.NumberType, NumberTypes.Count) | Bit(RuleCondition.Sender, Senders.Count)
        | Bit(RuleCondition.SenderType, SenderTypes.Count) | Bit(RuleCondition.Metadata, Metadata.Count)
        | Bit(RuleCondition.Time, Hours.Count) | Bit(RuleCondition.Segments, Segments.Count) | Bit(RuleCondition.Tag, Tags.Count)
        | Bit(RuleCondition.Body, Bodies.Count);

    private static int Bit(RuleCondition condition, int values) => values > 0 ? 1 << (int)condition : 0;
}
