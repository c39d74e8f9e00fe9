using System.Text;
using Crosspoint.Engine;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Routing;

/// <summary>A routing plan as text: YAML or JSON with the keys of <c>routing</c> in the configuration file, alone or under that key.</summary>
internal static class RoutingDocument
{
    /// <summary>Longest document: more than the 20,000 rules of a plan take.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const string Root = "routing";
    private const string SenderRulesKey = "sender_rules";

    /// <summary>The plan.</summary>
    public static ResourceName Plan { get; } = new(Root, "plan");

    /// <summary>What the configuration file said when it was taken up last.</summary>
    public static ResourceName File { get; } = new(Root, "file");

    /// <summary>A plan; null beside errors.</summary>
    /// <param name="revision">Number that the plan gets.</param>
    /// <param name="engine">With the accounts and connections that rules may name.</param>
    public static RoutingPlan? Read(ReadOnlySpan<byte> text, long revision, EngineOptions engine, ConfigErrors errors)
    {
        if (FindSection(text, errors) is not { } section) return null;
        RoutingPlan plan = RoutingConfig.Read(section, engine, directory: null);
        return errors.Errors.Count == 0 ? plan with { Revision = revision } : null;
    }

    /// <summary>The keys as they stand; null beside errors. What they mean is not looked at.</summary>
    public static ConfigMap? ReadKeys(ReadOnlySpan<byte> text, ConfigErrors errors) => FindSection(text, errors)?.Map;

    /// <summary>The section of a file as a document that stands by itself: rows of a file that it names stand in it.</summary>
    public static byte[] Write(ConfigMap section, SenderRules senderRules)
    {
        ConfigEntry[] entries =
        [
            .. section.Entries.Select(entry => entry is { Key: SenderRulesKey, Value: ConfigScalar }
                ? entry with { Value = RowsOf(senderRules.Rows.Where(static row => SenderRules.Standard.Find(row.Country) != row)) }
                : entry),
        ];
        return Encoding.UTF8.GetBytes(ConfigText.Write(section with { Entries = entries }, isIndented: true));
    }

    private static ConfigSection? FindSection(ReadOnlySpan<byte> text, ConfigErrors errors)
    {
        ConfigSection? section = ConfigText.Read(text, errors);
        return section?.Map.Entries is [{ Key: Root, Value: ConfigMap inner }] ? new(errors, Root, inner) : section;
    }

    private static ConfigList RowsOf(IEnumerable<SenderRule> rows) => new(0, [.. rows.Select(static row => new ConfigMap(
        0, [.. Entry("country", row.Country), .. Entry("alphanumeric", row.Alphanumeric), .. Entry("numeric", row.Numeric), .. Entry("short_code", row.ShortCode), .. Entry("source", row.Source)]))]);

    private static ConfigEntry[] Entry(string key, SenderPermission permission) =>
        permission == SenderPermission.Unknown ? [] : Entry(key, RoutingConfig.Permissions.First(word => word.Value == permission).Key);

    private static ConfigEntry[] Entry(string key, string text) => [new(0, key, new ConfigScalar(0, text, IsPlain: false))];
}
