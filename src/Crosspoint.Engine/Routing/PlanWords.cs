using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>Says what a plan means, in words that are the same for the same meaning.</summary>
public static class PlanWords
{
    private static readonly string[] Days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>The conditions of a rule, a phrase each; empty for a rule that takes every message.</summary>
    public static IReadOnlyList<string> Conditions(RoutingRule rule)
    {
        var phrases = new List<string>();
        for (int kind = 0; kind <= (int)RuleCondition.Body; kind++)
        {
            var condition = (RuleCondition)kind;
            if (condition == RuleCondition.Metadata)
            {
                phrases.AddRange(rule.Match.Metadata.Select(static match => Phrase(match, isExcept: false)));
                phrases.AddRange(rule.Except.Metadata.Select(static match => Phrase(match, isExcept: true)));
                continue;
            }

            if (Phrase(rule.Match, condition, isExcept: false) is { } wanted) phrases.Add(wanted);
            if (Phrase(rule.Except, condition, isExcept: true) is { } unwanted) phrases.Add(unwanted);
        }

        return phrases;
    }

    /// <summary>The kinds of condition in a set of bits, as words.</summary>
    public static string Kinds(int conditions) => JoinAnd(
        [.. Enumerable.Range(0, (int)RuleCondition.Body + 1).Where(kind => (conditions >> kind & 1) != 0).Select(static kind => NameOf((RuleCondition)kind))]);

    /// <summary>What a kind of condition is about.</summary>
    public static string NameOf(RuleCondition condition) => condition switch
    {
        RuleCondition.Account => "account",
        RuleCondition.Class => "class",
        RuleCondition.Country => "country",
        RuleCondition.Network => "network",
        RuleCondition.Prefix => "number",
        RuleCondition.NumberType => "number type",
        RuleCondition.Sender => "sender",
        RuleCondition.SenderType => "sender type",
        RuleCondition.Metadata => "metadata",
        RuleCondition.Time => "time",
        RuleCondition.Segments => "number of segments",
        RuleCondition.Tag => "tags",
        _ => "text",
    };

    public static string NameOf(SenderKind? kind) => kind switch
    {
        SenderKind.LongCode => "long_code",
        SenderKind.TollFree => "toll_free",
        SenderKind.ShortCode => "short_code",
        SenderKind.Alphanumeric => "alphanumeric",
        _ => "of no known type",
    };

    public static string NameOf(TrafficClass trafficClass) => trafficClass switch
    {
        TrafficClass.Otp => "otp",
        TrafficClass.Marketing => "marketing",
        _ => "transactional",
    };

    /// <summary>A price in micro-units, with its currency: <c>EUR 0.0075</c>.</summary>
    public static string Price(long micros, string currency)
    {
        string amount = (micros / 1_000_000m).ToString("0.00####", CultureInfo.InvariantCulture);
        return currency.Length == 0 ? amount : $"{currency} {amount}";
    }

    /// <summary>A probability as <c>97.5 %</c>.</summary>
    public static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.0#} %");

    /// <summary>How a list puts its connections in order.</summary>
    public static string Strategy(RouteList list) => list is { RanksByQuality: true, Explore: > 0 }
        ? $"{OrderOf(list)}, by a draw for {Percent(list.Explore)} of the messages"
        : OrderOf(list);

    private static string OrderOf(RouteList list) => list.Choose switch
    {
        RouteStrategy.LeastCost => "the cheapest first",
        RouteStrategy.BestQuality => "the most likely to deliver first",
        RouteStrategy.Blend => string.Create(
            CultureInfo.InvariantCulture, $"by price and quality together, weighted {list.CostWeight:0.##} to {list.QualityWeight:0.##}"),
        RouteStrategy.Split => list.IsSticky ? "by shares, the same for a recipient each time" : "by shares",
        _ => "in a fixed order",
    };

    /// <summary>What a list keeps its connections to, a phrase each.</summary>
    public static IReadOnlyList<string> Bounds(RouteList list, string currency)
    {
        var phrases = new List<string>();
        if (list.QualityAtLeast is { } quality) phrases.Add($"quality at least {Percent(quality)}");
        if (list.PriceAtMost is { } price) phrases.Add($"price at most {Price(price, currency)}");
        if (list.MarginAtLeast is { } margin) phrases.Add($"margin at least {Price(margin, currency)}");
        if (list.MarginPercentAtLeast is { } percent) phrases.Add($"margin at least {Percent(percent / 100)} of the sell price");
        return phrases;
    }

    /// <summary>A condition as a phrase: <c>country is DE or AT</c>; null where the match has no values of the kind.</summary>
    internal static string? Phrase(RuleMatch match, RuleCondition condition, bool isExcept)
    {
        IReadOnlyList<string> values = condition switch
        {
            RuleCondition.Account => match.Accounts,
            RuleCondition.Class => [.. match.Classes.Select(NameOf)],
            RuleCondition.Country => [.. match.Countries.Select(static country => country.Length == 0 ? "unknown" : country)],
            RuleCondition.Network => [.. match.Networks.Select(static network => network.IsKnown ? network.ToString() : "unknown")],
            RuleCondition.Prefix => match.Prefixes,
            RuleCondition.NumberType => [.. match.NumberTypes.Select(NumberWords.Of)],
            RuleCondition.Sender => match.Senders,
            RuleCondition.SenderType => [.. match.SenderTypes.Select(static kind => NameOf(kind))],
            RuleCondition.Time => [.. match.Hours.Select(Phrase)],
            RuleCondition.Segments => [.. match.Segments.Select(Phrase)],
            RuleCondition.Tag => match.Tags,
            RuleCondition.Body => [.. match.Bodies.Select(static pattern => $"/{pattern}/")],
            _ => [],
        };
        if (values.Count == 0) return null;
        (string yes, string no) = condition switch
        {
            RuleCondition.Prefix => ("begins with", "does not begin with"),
            RuleCondition.Time => ("is", "is not"),
            RuleCondition.Tag => ("hold", "do not hold"),
            RuleCondition.Body => ("fits", "does not fit"),
            _ => ("is", "is not"),
        };
        return $"{NameOf(condition)} {(isExcept ? no : yes)} {JoinOr(values)}";
    }

    internal static string Phrase(MetadataMatch match, bool isExcept) => (match.Values.Count, isExcept) switch
    {
        (0, false) => $"metadata '{match.Name}' is there",
        (0, true) => $"metadata '{match.Name}' is not there",
        (_, false) => $"metadata '{match.Name}' is {JoinOr(match.Values)}",
        _ => $"metadata '{match.Name}' is not {JoinOr(match.Values)}",
    };

    internal static string JoinOr(IReadOnlyList<string> values) => Join(values, "or");

    internal static string JoinAnd(IReadOnlyList<string> values) => Join(values, "and");

    internal static string Clock(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    internal static string DayName(int place) => Days[place];

    private static string Phrase(RuleHours hours)
    {
        string clock = $"{Clock(hours.From)} to {Clock(hours.To)}";
        string days = hours.Days == RuleHours.EveryDay ? ""
            : $"{string.Join(", ", Days.Where((_, place) => (hours.Days >> place & 1) != 0))} ";
        return $"{days}{clock} ({hours.Zone})";
    }

    private static string Phrase(CountRange range) => (range.From, range.To) switch
    {
        var (from, to) when from == to => from.ToString(CultureInfo.InvariantCulture),
        (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"{range.From} or more"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{range.From} to {range.To}"),
    };

    private static string Join(IReadOnlyList<string> values, string last)
    {
        // A person does not read a thousand networks.
        const int Most = 12;
        if (values.Count > Most) return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", values.Take(Most))} {last} one of {values.Count - Most} more");
        return values.Count == 1 ? values[0] : $"{string.Join(", ", values.Take(values.Count - 1))} {last} {values[^1]}";
    }
}
