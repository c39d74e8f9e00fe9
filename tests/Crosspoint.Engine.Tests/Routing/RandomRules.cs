using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>Rules of all kinds out of few values, so that they meet each other and messages.</summary>
internal sealed class RandomRules(int seed)
{
    public static readonly string[] Accounts = ["AC1", "AC2", "AC3", "AC4"];
    public static readonly string[] Networks = ["", "26201", "26202", "310260", "310026"];
    public static readonly string[] Words = ["x", "y", "z", "w"];
    private static readonly string[] Prefixes = ["+4", "+49", "+4915", "+49151", "+491511", "+1", "+1212", "+33", "+8", "+4915112345678"];
    private static readonly string[] Patterns = ["code", "^Your", @"\d{4}$", "never"];

    private readonly Random _random = new(seed);

    /// <summary>Conditions of one rule.</summary>
    public int MostConditions { get; set; } = 3;

    public RoutingRule Next(int place) => new()
    {
        Name = $"r{place}",
        Match = RandomMatch(),
        Except = _random.Next(3) == 0 ? RandomMatch() : RuleMatch.Any,
    };

    // Few conditions, so that rules match; all kinds, so that none goes untried.
    private RuleMatch RandomMatch()
    {
        var match = new RuleMatch();
        for (int conditions = _random.Next(1, MostConditions + 1); conditions > 0; conditions--)
        {
            match = _random.Next(14) switch
            {
                0 => match with { Accounts = Some(Accounts) },
                1 => match with { Classes = Some(Enum.GetValues<TrafficClass>()) },
                2 => match with { Countries = Some(["DE", "US", "SG", "FR", ""]) },
                3 => match with { Networks = Some([.. Networks.Select(Net)]) },
                4 => match with { Prefixes = Some(Prefixes) },
                5 => match with { NumberTypes = Some([NumberType.Mobile, NumberType.FixedLine, NumberType.FixedLineOrMobile, NumberType.TollFree]) },
                6 => match with { Senders = Some(["ACME", "12345", "+12125550123"]) },
                7 => match with { SenderTypes = Some(Enum.GetValues<SenderKind>()) },
                8 => match with { Metadata = [new(MetadataMatch.Campaign, _random.Next(3) == 0 ? [] : Some(Words))] },
                9 => match with { Metadata = [new("tier", _random.Next(3) == 0 ? [] : Some(Words)), new("region", Some(Words))] },
                10 => match with { Hours = [new(_random.Next(24) * 60, _random.Next(25) * 60, _random.Next(1, 128), "America/New_York")] },
                11 => match with { Segments = [new(_random.Next(1, 4), _random.Next(4) == 0 ? int.MaxValue : _random.Next(4, 6))] },
                12 => match with { Tags = Some(Words) },
                _ => match with { Bodies = Some(Patterns) },
            };
        }

        return match;
    }

    public T[] Some<T>(IReadOnlyList<T> all)
    {
        T[] some = [.. all.Where(_ => _random.Next(3) == 0)];
        return some.Length > 0 ? some : [all[_random.Next(all.Count)]];
    }

    public static NetworkId Net(string text) => NetworkId.TryParse(text, out NetworkId network) ? network : NetworkId.Unknown;
}
