using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>A condition that a message does not meet.</summary>
/// <param name="IsExcept">It fits, and the rule makes an exception of it.</param>
/// <param name="Name">The name of the metadata that is meant; empty otherwise.</param>
public readonly record struct FailedCondition(RuleCondition Condition, bool IsExcept, string Name = "");

/// <summary>
/// Holds one rule against one message, condition by condition. It says what the index finds, slowly, and why: for explanations and tests.
/// </summary>
internal static class RuleMatcher
{
    /// <summary>The first condition of a rule that a message does not meet; null when it meets all.</summary>
    public static FailedCondition? FirstFailure(RoutingRule rule, in RouteRequest request, BodyPatterns bodies)
    {
        for (int kind = 0; kind <= (int)RuleCondition.Body; kind++)
        {
            var condition = (RuleCondition)kind;
            if (condition == RuleCondition.Metadata)
            {
                foreach (MetadataMatch match in rule.Match.Metadata)
                {
                    if (!Holds(match, request.Head)) return new(condition, IsExcept: false, match.Name);
                }

                foreach (MetadataMatch match in rule.Except.Metadata)
                {
                    if (Holds(match, request.Head)) return new(condition, IsExcept: true, match.Name);
                }

                continue;
            }

            if (Holds(rule.Match, condition, request, bodies) == false) return new(condition, IsExcept: false);
            if (Holds(rule.Except, condition, request, bodies) == true) return new(condition, IsExcept: true);
        }

        return null;
    }

    // Null where the match has no values of the kind. A body that took too long fails both ways.
    private static bool? Holds(RuleMatch match, RuleCondition condition, in RouteRequest request, BodyPatterns bodies)
    {
        MessageHead head = request.Head;
        Destination destination = request.Destination;
        return condition switch
        {
            RuleCondition.Account => Among(match.Accounts, head.AccountSid),
            RuleCondition.Class => Among(match.Classes, head.Class),
            RuleCondition.Country => Among(match.Countries, destination.Country),
            RuleCondition.Network => Among(match.Networks, destination.Network),
            RuleCondition.Prefix => match.Prefixes.Count == 0 ? null : BeginsWith(match.Prefixes, destination.Number.ToString()),
            RuleCondition.NumberType => Among(match.NumberTypes, destination.Type),
            RuleCondition.Sender => Among(match.Senders, head.From),
            RuleCondition.SenderType => match.SenderTypes.Count == 0 ? null : request.SenderKind is { } kind && match.SenderTypes.Contains(kind),
            RuleCondition.Time => match.Hours.Count == 0 ? null : InHours(match.Hours, request.At),
            RuleCondition.Segments => match.Segments.Count == 0 ? null : InRanges(match.Segments, head.SegmentCount),
            RuleCondition.Tag => match.Tags.Count == 0 ? null : match.Tags.Any(head.Tags.Contains),
            RuleCondition.Body => match.Bodies.Count == 0 ? null : FitsBody(match.Bodies, head.Body, bodies),
            _ => null,
        };
    }

    private static bool Holds(MetadataMatch match, MessageHead head) =>
        head.Metadata.Find(match.Name) is { } value && (match.Values.Count == 0 || match.Values.Contains(value));

    private static bool? Among<T>(IReadOnlyList<T> values, T value) => values.Count == 0 ? null : values.Contains(value);

    private static bool BeginsWith(IReadOnlyList<string> prefixes, string number) =>
        prefixes.Any(prefix => number.StartsWith(prefix, StringComparison.Ordinal));

    private static bool InHours(IReadOnlyList<RuleHours> all, long at) => all.Any(hours => HoursTable.Holds(hours, at));

    private static bool InRanges(IReadOnlyList<CountRange> ranges, int count) => ranges.Any(range => count >= range.From && count <= range.To);

    private static bool? FitsBody(IReadOnlyList<string> patterns, string body, BodyPatterns bodies)
    {
        Span<byte> known = stackalloc byte[RuleMatch.MostBodyPatterns];
        bool fits = false;
        foreach (string pattern in patterns) fits |= bodies.Fits(bodies.PlaceOf(pattern), body, known) == true;
        return fits;
    }
}
