using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>match</c> of a rule of <c>routing</c>.</summary>
internal static class RuleMatchConfig
{
    private const string Unknown = "unknown";
    private const int MostSegments = 255;

    /// <summary>What must fit, and what must not.</summary>
    public static (RuleMatch Match, RuleMatch Except) Read(ConfigSection? section, EngineOptions engine)
    {
        if (section is null) return (RuleMatch.Any, RuleMatch.Any);
        RuleMatch match = ReadConditions(section, engine);
        RuleMatch except = RuleMatch.Any;
        if (section.Group("not") is { } not)
        {
            except = ReadConditions(not, engine);
            if (except.Conditions == 0 && section.Errors.Errors.Count == 0) section.Fail("not", "is empty; expected conditions, or leave the key out");
            not.Close();
        }

        section.Close();
        return (match, except);
    }

    private static RuleMatch ReadConditions(ConfigSection section, EngineOptions engine)
    {
        const string Country = "an ISO 3166-1 code of two capitals, such as US, or 'unknown'";
        const string Network = "MCC and MNC, such as 26201 or 262-01, or 'unknown'";
        const string Prefix = "the beginning of numbers with their +, such as +1212, in quotes";
        const string Sender = "a number in E.164 form, a short code of 3 to 8 digits, or a name";
        string[] accounts = [.. engine.Accounts.Select(static account => account.Sid)];
        return new()
        {
            Accounts = Values(section, "account", "the SID of an account", text => accounts.Contains(text) ? text : null),
            Classes = Choices(section, "class", AccountConfig.Classes),
            Countries = Values(section, "country", Country, static text => text == Unknown ? "" : LimitConfig.CountryForm().IsMatch(text) ? text : null),
            Networks = ReadNetworks(section, Network),
            Prefixes = Values(section, "prefix", Prefix, static text => LimitConfig.PrefixForm().IsMatch(text) ? text : null),
            NumberTypes = Choices(section, "number_type", NumberWords.Types),
            Senders = Values(section, "sender", Sender, static text => Senders.TryClassify(text, out _, out string normal) ? normal : null),
            SenderTypes = [.. Choices(section, "sender_type", LimitConfig.SenderKinds).OfType<SenderKind>()],
            Metadata = ReadMetadata(section),
            Hours = ReadHours(section),
            Segments = ReadSegments(section),
            Tags = Values(section, "tag", "a tag of 1 to 64 characters", static text => text.Length <= 64 ? text : null),
            Bodies = Values(section, "body", "a regular expression", static text => text),
        };
    }

    private static List<string> Values(ConfigSection section, string key, string expected, Func<string, string?> read)
    {
        var values = new List<string>();
        foreach (ConfigItem item in section.ItemOrItems(key, expected))
        {
            if (read(item.Text) is { } value) values.Add(value);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected {expected}");
        }

        return values;
    }

    private static List<T> Choices<T>(ConfigSection section, string key, IReadOnlyDictionary<string, T> known)
    {
        var values = new List<T>();
        string expected = string.Join(", ", known.Keys);
        foreach (ConfigItem item in section.ItemOrItems(key, expected))
        {
            if (known.TryGetValue(item.Text, out T? value)) values.Add(value);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {expected}");
        }

        return values;
    }

    private static List<NetworkId> ReadNetworks(ConfigSection section, string expected)
    {
        var networks = new List<NetworkId>();
        foreach (ConfigItem item in section.ItemOrItems("network", expected))
        {
            if (item.Text == Unknown) networks.Add(NetworkId.Unknown);
            else if (NetworkId.TryParse(item.Text, out NetworkId network)) networks.Add(Networks.Resolve(network));
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected {expected}");
        }

        return networks;
    }

    // The campaign is a name of the metadata with a key of its own.
    private static List<MetadataMatch> ReadMetadata(ConfigSection section)
    {
        const string Any = "*";
        var matches = new List<MetadataMatch>();
        List<ConfigItem> campaigns = section.ItemOrItems("campaign", "names of campaigns");
        if (campaigns.Count > 0) matches.Add(new(MetadataMatch.Campaign, [.. campaigns.Select(static item => item.Text)]));
        if (section.Group("metadata") is not { } group) return matches;
        foreach (string name in group.Keys())
        {
            string[] values = [.. group.ItemOrItems(name, "values").Select(static item => item.Text)];
            if (!Metadata.IsName(name)) group.FailKey(name, $"is no name of metadata; expected 1 to {Metadata.MostNameCharacters} of a-z, 0-9 and '_'");
            else if (name == MetadataMatch.Campaign && campaigns.Count > 0) group.FailKey(name, "is told by 'campaign' already; expected one of both");
            else if (values is [Any]) matches.Add(new(name, []));
            else if (values.Length > 0) matches.Add(new(name, values));
            else if (group.Errors.Errors.Count == 0) group.FailKey(name, "is empty; expected values, or \"*\" for any");
        }

        return matches;
    }

    private static List<RuleHours> ReadHours(ConfigSection section)
    {
        var all = new List<RuleHours>();
        IEnumerable<ConfigSection> groups = section.IsGroup("hours") ? [section.Group("hours")!] : section.Has("hours") ? section.Groups("hours") : [];
        foreach (ConfigSection group in groups)
        {
            int? from = SendWindowConfig.ReadTime(group, "from", RuleHours.MinutesOfDay - 1, "a time from 00:00 to 23:59 in quotes, such as \"08:00\"");
            int? to = SendWindowConfig.ReadTime(group, "to", RuleHours.MinutesOfDay, "a time from 00:00 to 24:00 in quotes, such as \"21:00\"");
            if (from is not null && from == to) group.Fail("to", "is the same as 'from'; expected another time: a whole day is \"00:00\" to \"24:00\"");
            int days = SendWindowConfig.ReadDays(group);
            string? zone = LimitConfig.ReadZone(group, "zone")?.Id;
            if (from is not null && to is not null && zone is not null) all.Add(new(from.Value, to.Value, days, zone));
            group.Close();
        }

        return all;
    }

    private static List<CountRange> ReadSegments(ConfigSection section)
    {
        const string Expected = "a number of segments from 1 to 255, such as 1, 2-4 or 5-";
        var ranges = new List<CountRange>();
        foreach (ConfigItem item in section.ItemOrItems("segments", Expected))
        {
            string[] ends = item.Text.Split('-');
            int to = 0;
            bool isRange = ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            int from = isRange ? int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
            if (isRange && ends.Length == 1) to = from;
            else if (isRange && ends[1].Length == 0) to = int.MaxValue;
            else isRange &= ends.Length == 2 && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out to) && to <= MostSegments;
            if (isRange && from is >= 1 and <= MostSegments && to >= from) ranges.Add(new(from, to));
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected {Expected}");
        }

        return ranges;
    }
}
