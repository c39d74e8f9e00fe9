using Crosspoint.Engine;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Checking;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>routing</c>.</summary>
internal static class RoutingConfig
{
    // More than what ends a message before its carrier does, in retries.
    private const int MostAttempts = 20;
    private const long MostSenderRules = 1024 * 1024;
    private static readonly TimeSpan LeastWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostWithin = TimeSpan.FromDays(7);

    private static readonly Dictionary<string, RouteDemands> Demands = new(StringComparer.Ordinal)
    {
        ["receipts"] = RouteDemands.Receipts,
        ["direct"] = RouteDemands.Direct,
        ["licensed"] = RouteDemands.Licensed,
        ["sender"] = RouteDemands.Sender,
    };

    /// <summary>What a country does with a kind of sender.</summary>
    public static IReadOnlyDictionary<string, SenderPermission> Permissions { get; } = new Dictionary<string, SenderPermission>(StringComparer.Ordinal)
    {
        ["yes"] = SenderPermission.Yes,
        ["no"] = SenderPermission.No,
        ["registered"] = SenderPermission.Registered,
    };

    private static readonly string[] ListKeys =
    [
        "connections", "choose", "shares", "sticky", "cost_weight", "quality_weight", "quality_at_least", "price_at_most", "margin_at_least",
        "explore", "shadow", "fallback", "require", "attempts", "within", "copy",
    ];

    /// <param name="engine">With the accounts and connections that rules may name.</param>
    /// <param name="directory">Relative paths of files start here; null where no file may be named.</param>
    public static RoutingPlan Read(ConfigSection? section, EngineOptions engine, string? directory)
    {
        if (section is null) return new(1, []);
        int before = section.Errors.Errors.Count;
        List<string> names = RouteListConfig.ReadConnections(section, "default", engine.Connections, required: true);
        var rules = new List<(ConfigSection Section, RoutingRule Rule)>();
        var disabled = new List<(ConfigSection Section, RoutingRule Rule)>();
        foreach (ConfigSection rule in section.Has("rules") ? section.Groups("rules") : [])
            (rule.Bool("enabled", true) ? rules : disabled).Add((rule, ReadRule(rule, engine)));
        CheckNames(rules, disabled);
        var lists = new List<(ConfigSection Section, RouteList List)>();
        foreach (ConfigSection list in section.Has("lists") ? section.Groups("lists") : [])
        {
            string? name = list.Text("name", required: true, most: 50, expected: "a name for people");
            lists.Add((list, RouteListConfig.Read(list, name ?? "", engine.Connections)));
            list.Close();
        }

        if (names.Count == 0 && rules.Count + disabled.Count == 0 && section.Errors.Errors.Count == before)
            section.Fail("default", "is empty; expected at least one connection");
        var plan = new RoutingPlan(1, names)
        {
            Rules = [.. rules.Select(static entry => entry.Rule)],
            Disabled = [.. disabled.Select(static entry => entry.Rule)],
            Lists = [.. lists.Select(static entry => entry.List)],
            SenderRules = ReadSenderRules(section, directory),
        };
        section.Close();

        // What is misspelled would be blamed twice.
        if (section.Errors.Errors.Count > before || names.Count + rules.Count + disabled.Count == 0) return plan;
        foreach (PlanFinding finding in PlanCheck.Find(plan, [.. engine.Connections.Select(RouteConnection.Of)], engine.RoutingSources))
        {
            ConfigSection place = finding.Rule >= 0 ? rules[finding.Rule].Section : finding.List >= 0 ? lists[finding.List].Section : section;
            ConfigSection inner = place;
            string key = finding.Key;
            if (finding.Fault == PlanFault.Contradiction && key is "body" or "hours" or "segments" or "prefix" or "metadata") key = "match";
            if (finding.IsError) inner.Fail(key, finding.ToString());
            else inner.Warn(key, finding.ToString());
        }

        return plan;
    }

    // Names of rules that are in force are looked at with the plan.
    private static void CheckNames(List<(ConfigSection Section, RoutingRule Rule)> rules, List<(ConfigSection Section, RoutingRule Rule)> disabled)
    {
        if (disabled.Count == 0) return;
        var names = new HashSet<string>(rules.Select(static entry => entry.Rule.Name), StringComparer.Ordinal);
        foreach ((ConfigSection section, RoutingRule rule) in disabled)
        {
            if (rule.Name.Length > 0 && !names.Add(rule.Name)) section.Fail("name", $"is '{rule.Name}', which another rule has; each must be different");
        }
    }

    private static RoutingRule ReadRule(ConfigSection section, EngineOptions engine)
    {
        string? name = section.Text("name", required: true, most: 50, expected: "a name for people");
        (RuleMatch match, RuleMatch except) = RuleMatchConfig.Read(section.Group("match"), engine);
        RouteDenial? denial = ReadDenial(section.Group("deny"));
        bool denies = section.Has("deny");
        if (denies && ListKeys.FirstOrDefault(section.Has) is { } key) section.Fail(key, "says where messages go; expected none of it beside 'deny'");
        (string? copyTo, double copyShare) = denies ? (null, 0) : ReadCopy(section, engine.Connections);
        var rule = new RoutingRule
        {
            Name = name ?? "",
            Match = match,
            Except = except,
            Deny = denial,
            Route = denies ? null : RouteListConfig.Read(section, "", engine.Connections),
            Demands = ReadDemands(section),
            MostAttempts = section.Has("attempts") ? section.Int("attempts", 1, 1, MostAttempts) : 0,
            Within = section.Has("within") ? section.Duration("within", MostWithin, LeastWithin, MostWithin) : null,
            CopyTo = copyTo,
            CopyShare = copyShare,
        };
        section.Close();
        return rule;
    }

    private static RouteDenial? ReadDenial(ConfigSection? section)
    {
        if (section is null) return null;
        string? reason = section.Text("reason", required: true, most: 200, expected: "why, for people");
        int code = section.Int("code", ErrorCodes.NoRoute, 20_001, 65_535);
        if (ErrorCodes.MessageFor(code) is null) section.Fail("code", $"is {code}, which is no public error code; expected one such as 21612, 30004 or 30450");
        section.Close();
        return reason is null ? null : new(code, reason);
    }

    private static RouteDemands ReadDemands(ConfigSection section)
    {
        RouteDemands all = RouteDemands.None;
        string expected = string.Join(", ", Demands.Keys);
        foreach (ConfigItem item in section.ItemOrItems("require", expected))
        {
            if (Demands.TryGetValue(item.Text, out RouteDemands demand)) all |= demand;
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {expected}");
        }

        return all;
    }

    private static (string? To, double Share) ReadCopy(ConfigSection section, IReadOnlyList<ConnectionOptions> connections)
    {
        if (section.Group("copy") is not { } copy) return (null, 0);
        string? to = copy.Text("to", required: true, most: 50, expected: "the name of a test connection");
        if (to is not null) RouteListConfig.CheckConnection(copy, new(copy.LineOf("to"), copy.PathOf("to"), to), connections);
        if (!copy.Has("share")) copy.Fail("share", "is missing; expected the part of the messages that is copied, such as 1%");
        double share = RouteListConfig.ReadPart(copy, "share") ?? 0;
        copy.Close();
        return (to, share);
    }

    private static SenderRules ReadSenderRules(ConfigSection section, string? directory)
    {
        IReadOnlyList<SenderRule> rows = section.IsList("sender_rules") ? ReadSenderRows(section) : ReadSenderFile(section, directory);
        var registered = new List<(string Country, string Sender)>();
        foreach (ConfigSection entry in section.Has("registered_senders") ? section.Groups("registered_senders") : [])
        {
            string? country = ReadCountry(entry);
            foreach (ConfigItem item in entry.Items("senders", "senders", required: true) ?? [])
            {
                if (Senders.TryClassify(item.Text, out _, out string sender)) registered.Add((country ?? "", sender));
                else entry.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected a number in E.164 form, a short code of 3 to 8 digits, or a name");
            }

            entry.Close();
        }

        return SenderRules.Standard.With(rows, registered);
    }

    private static string? ReadCountry(ConfigSection section)
    {
        const string Expected = "an ISO 3166-1 code of two capitals, such as SG";
        string? country = section.Text("country", required: true, most: 2, expected: Expected);
        if (country is not null && !LimitConfig.CountryForm().IsMatch(country)) section.Fail("country", $"is '{country}'; expected {Expected}");
        return country;
    }

    private static List<SenderRule> ReadSenderRows(ConfigSection section)
    {
        var unique = new UniqueNames(section.Errors, "country");
        var rows = new List<SenderRule>();
        foreach (ConfigSection entry in section.Groups("sender_rules"))
        {
            string? country = ReadCountry(entry);
            unique.Add(country, entry.LineOf("country"), entry.PathOf("country"));
            rows.Add(new(
                country ?? "",
                entry.Choice("alphanumeric", SenderPermission.Unknown, Permissions),
                entry.Choice("numeric", SenderPermission.Unknown, Permissions),
                entry.Choice("short_code", SenderPermission.Unknown, Permissions),
                entry.Text("source", required: true, most: SenderRules.MostSourceCharacters, expected: "who says so") ?? ""));
            entry.Close();
        }

        return rows;
    }

    private static IReadOnlyList<SenderRule> ReadSenderFile(ConfigSection section, string? directory)
    {
        if (section.Text("sender_rules", most: 4096, expected: "a CSV file, relative to this file, or a list of rows") is not { } file) return [];
        if (directory is not null) return ReadRowsOf(section, Path.GetFullPath(file, Path.GetFullPath(directory)));
        section.Fail("sender_rules", "names a file; expected the rows themselves, as a list: a revision does not change when a file does");
        return [];
    }

    private static IReadOnlyList<SenderRule> ReadRowsOf(ConfigSection section, string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.Length > MostSenderRules)
            {
                section.Fail("sender_rules", info.Exists ? $"is larger than {Units.FormatSize(MostSenderRules)}" : $"names '{path}', which does not exist");
                return [];
            }

            IReadOnlyList<SenderRule> rows = SenderRules.Read(File.ReadAllText(path), out IReadOnlyList<(int Line, string Message)> problems);
            foreach ((int line, string message) in problems) section.Fail("sender_rules", $"line {line} of the file {message}");
            return rows;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Fail("sender_rules", $"names a file that cannot be read: {error.Message}");
            return [];
        }
    }
}
