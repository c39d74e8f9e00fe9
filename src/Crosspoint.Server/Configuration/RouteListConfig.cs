using System.Globalization;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads the connections of a rule or a list of <c>routing</c>, and how one of them is chosen.</summary>
internal static class RouteListConfig
{
    private const double MostPrice = 1_000;
    private const double MostWeight = 1_000;

    private static readonly Dictionary<string, RouteStrategy> Strategies = new(StringComparer.Ordinal)
    {
        ["fixed"] = RouteStrategy.Fixed,
        ["least_cost"] = RouteStrategy.LeastCost,
        ["best_quality"] = RouteStrategy.BestQuality,
        ["blend"] = RouteStrategy.Blend,
        ["split"] = RouteStrategy.Split,
    };

    public static RouteList Read(ConfigSection section, string name, IReadOnlyList<ConnectionOptions> connections)
    {
        RouteStrategy choose = section.Choice("choose", RouteStrategy.Fixed, Strategies);
        IReadOnlyList<double> shares = ReadShares(section);
        foreach (string key in (string[])["shares", "sticky"])
        {
            if (section.Has(key) && choose != RouteStrategy.Split) section.Fail(key, "is of splits; expected 'choose: split' beside it");
        }

        foreach (string key in (string[])["cost_weight", "quality_weight"])
        {
            if (section.Has(key) && choose != RouteStrategy.Blend) section.Fail(key, "is of blends; expected 'choose: blend' beside it");
        }

        if (section.Has("explore") && choose is not (RouteStrategy.BestQuality or RouteStrategy.Blend))
            section.Fail("explore", "is of lists that go by quality; expected 'choose: best_quality' or 'choose: blend' beside it");
        (long? margin, double? percent) = ReadMargin(section);
        (IReadOnlyList<string> shadows, double shadowShare) = ReadShadow(section, connections);
        return new()
        {
            Name = name,
            Connections = ReadConnections(section, "connections", connections, required: true),
            Choose = choose,
            Shares = shares,
            IsSticky = section.Bool("sticky", false),
            CostWeight = section.Number("cost_weight", 1, 0, MostWeight),
            QualityWeight = section.Number("quality_weight", 1, 0, MostWeight),
            Explore = ReadPart(section, "explore", RouteList.MostExplored) ?? 0,
            QualityAtLeast = ReadPart(section, "quality_at_least"),
            PriceAtMost = section.Has("price_at_most") ? MicrosOf(section.Number("price_at_most", 0, 0, MostPrice)) : null,
            MarginAtLeast = margin,
            MarginPercentAtLeast = percent,
            Shadows = shadows,
            ShadowShare = shadowShare,
            Fallback = section.Text("fallback", most: 50, expected: "the name of a list"),
        };
    }

    /// <summary>Names of connections, each of which is there and can send.</summary>
    public static List<string> ReadConnections(
        ConfigSection section, string key, IReadOnlyList<ConnectionOptions> connections, bool required)
    {
        var unique = new UniqueNames(section.Errors, "route");
        var names = new List<string>();
        foreach (ConfigItem item in section.Items(key, "names of connections", required) ?? [])
        {
            unique.Add(item.Text, item.Line, item.Path);
            CheckConnection(section, item, connections);
            names.Add(item.Text);
        }

        return names;
    }

    /// <summary>A part of all, as <c>0.05</c> or <c>5%</c>; null when it is absent or wrong.</summary>
    public static double? ReadPart(ConfigSection section, string key, double most = 1)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a part from 0 to {most}, such as 0.05, or 0% to {most * 100}%");
        if (section.Text(key, most: 20, expected: expected) is not { } text) return null;
        bool isPercent = text.EndsWith('%');
        bool isNumber = TryReadNumber(isPercent ? text[..^1] : text, out double number);
        double part = isPercent ? number / 100 : number;
        if (isNumber && part >= 0 && part <= most) return part;
        section.Fail(key, $"is '{text}'; expected {expected}");
        return null;
    }

    public static void CheckConnection(ConfigSection section, in ConfigItem item, IReadOnlyList<ConnectionOptions> connections)
    {
        string name = item.Text;
        if (connections.FirstOrDefault(one => one.Name == name) is not { } connection)
        {
            string? nearest = Spelling.Nearest(name, connections.Select(static c => c.Name));
            string hint = nearest is not null
                ? $"did you mean '{nearest}'?"
                : $"expected one of: {string.Join(", ", connections.Select(static c => c.Name))}";
            section.Errors.Add(item.Line, item.Path, $"is '{name}', which is no connection; {hint}");
        }
        else if (connection.Smpp.Bind == SmppBindType.Receiver)
        {
            section.Errors.Add(item.Line, item.Path, $"is '{name}', which binds as receiver and cannot send");
        }
    }

    private static List<double> ReadShares(ConfigSection section)
    {
        var shares = new List<double>();
        foreach (ConfigItem item in section.Has("shares") ? section.Items("shares", "numbers, one for each connection") ?? [] : [])
        {
            if (TryReadNumber(item.Text, out double share) && share is >= 0 and <= 1_000_000) shares.Add(share);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected a number from 0 to 1000000");
        }

        return shares;
    }

    private static (long? Micros, double? Percent) ReadMargin(ConfigSection section)
    {
        const string Key = "margin_at_least";
        const string Expected = "an amount for a segment, such as 0.001, or a part of the sell price, such as 10%";
        if (section.Text(Key, most: 20, expected: Expected) is not { } text) return (null, null);
        bool isPercent = text.EndsWith('%');
        if (TryReadNumber(isPercent ? text[..^1] : text, out double number) && Math.Abs(number) <= MostPrice)
            return isPercent ? (null, number) : (MicrosOf(number), null);
        section.Fail(Key, $"is '{text}'; expected {Expected}");
        return (null, null);
    }

    private static (IReadOnlyList<string> Names, double Share) ReadShadow(ConfigSection section, IReadOnlyList<ConnectionOptions> connections)
    {
        if (section.Group("shadow") is not { } shadow) return ([], 0);
        List<string> names = ReadConnections(shadow, "connections", connections, required: true);
        if (!shadow.Has("share")) shadow.Fail("share", "is missing; expected the part of the messages that shadows get first, such as 1%");
        double share = ReadPart(shadow, "share") ?? 0;
        shadow.Close();
        return (names, share);
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out double number) => double.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static long MicrosOf(double amount) => (long)Math.Round(amount * 1_000_000);
}
