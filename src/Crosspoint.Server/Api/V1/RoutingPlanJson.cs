using System.Text.Json;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Api.V1;

/// <summary>A plan for people: its rules in their order, in the words of explanations, each with the line of the text where it stands.</summary>
internal static class RoutingPlanJson
{
    private static readonly (RouteDemands Demand, string Name)[] Demands =
        [(RouteDemands.Receipts, "receipts"), (RouteDemands.Direct, "direct"), (RouteDemands.Licensed, "licensed"), (RouteDemands.Sender, "sender")];

    /// <param name="keys">What the plan was read from.</param>
    /// <param name="currency">Of prices in it.</param>
    public static void Write(Utf8JsonWriter writer, RoutingPlan plan, ConfigMap keys, string currency)
    {
        var rules = plan.Rules.Concat(plan.Disabled).ToDictionary(static rule => rule.Name, StringComparer.Ordinal);
        var enabled = plan.Rules.Select(static rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        writer.WriteStartObject();
        WriteTexts(writer, "default"u8, plan.Default);
        writer.WriteStartArray("rules"u8);
        foreach ((ConfigMap written, string name) in Named(keys, "rules"))
        {
            if (rules.TryGetValue(name, out RoutingRule? rule)) Write(writer, rule, written, enabled.Contains(name), currency);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("lists"u8);
        foreach ((ConfigMap written, string name) in Named(keys, "lists"))
        {
            if (plan.FindList(name) is not { } list) continue;
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteNumber("line"u8, written.Line);
            writer.WritePropertyName("route"u8);
            Write(writer, list, currency);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteSenders(writer, plan.SenderRules);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RoutingRule rule, ConfigMap written, bool isEnabled, string currency)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, rule.Name);
        writer.WriteNumber("line"u8, written.Line);
        writer.WriteBoolean("enabled"u8, isEnabled);
        WriteTexts(writer, "match"u8, PlanWords.Conditions(rule));
        if (rule.Deny is { } deny)
        {
            writer.WriteStartObject("deny"u8);
            writer.WriteNumber("code"u8, deny.Code);
            writer.WriteString("reason"u8, deny.Reason);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("deny"u8);
        }

        writer.WritePropertyName("route"u8);
        if (rule.Route is { } route) Write(writer, route, currency);
        else writer.WriteNullValue();
        WriteTexts(writer, "require"u8, [.. Demands.Where(entry => rule.Demands.HasFlag(entry.Demand)).Select(static entry => entry.Name)]);
        if (rule.MostAttempts > 0) writer.WriteNumber("attempts"u8, rule.MostAttempts);
        else writer.WriteNull("attempts"u8);
        if (rule.Within is { } within) writer.WriteString("within"u8, Units.Format(within));
        else writer.WriteNull("within"u8);
        writer.WriteString("copy_to"u8, rule.CopyTo);
        writer.WriteNumber("copy_share"u8, rule.CopyShare);

        // As they stand, for who changes some of them: in words they cannot be told apart.
        writer.WritePropertyName("keys"u8);
        writer.WriteRawValue(ConfigText.Write(written, isIndented: false));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RouteList list, string currency)
    {
        writer.WriteStartObject();
        WriteTexts(writer, "connections"u8, list.Connections);
        writer.WriteString("choose"u8, list.Choose switch
        {
            RouteStrategy.LeastCost => "least_cost"u8,
            RouteStrategy.BestQuality => "best_quality"u8,
            RouteStrategy.Blend => "blend"u8,
            RouteStrategy.Split => "split"u8,
            _ => "fixed"u8,
        });
        writer.WriteString("order"u8, PlanWords.Strategy(list));
        writer.WriteStartArray("shares"u8);
        double all = list.Shares.Sum();
        foreach (double share in list.Shares) writer.WriteNumberValue(Math.Round(share / all, 4));
        writer.WriteEndArray();
        WriteTexts(writer, "bounds"u8, PlanWords.Bounds(list, currency));
        WriteTexts(writer, "shadows"u8, list.Shadows);
        writer.WriteNumber("shadow_share"u8, list.ShadowShare);
        writer.WriteString("fallback"u8, list.Fallback);
        writer.WriteEndObject();
    }

    private static void WriteSenders(Utf8JsonWriter writer, SenderRules senders)
    {
        writer.WriteStartArray("sender_rules"u8);
        foreach (SenderRule row in senders.Rows.Where(static row => SenderRules.Standard.Find(row.Country) != row))
        {
            writer.WriteStartObject();
            writer.WriteString("country"u8, row.Country);
            writer.WriteString("alphanumeric"u8, NameOf(row.Alphanumeric));
            writer.WriteString("numeric"u8, NameOf(row.Numeric));
            writer.WriteString("short_code"u8, NameOf(row.ShortCode));
            writer.WriteString("source"u8, row.Source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("registered_senders"u8);
        foreach (IGrouping<string, string> country in senders.Registered.GroupBy(static entry => entry.Country, static entry => entry.Sender))
        {
            writer.WriteStartObject();
            writer.WriteString("country"u8, country.Key);
            WriteTexts(writer, "senders"u8, [.. country]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string? NameOf(SenderPermission permission) => RoutingConfig.Permissions.FirstOrDefault(word => word.Value == permission).Key;

    private static IEnumerable<(ConfigMap Written, string Name)> Named(ConfigMap keys, string key) => keys.Find(key) is not ConfigList list
        ? []
        : list.Items.OfType<ConfigMap>().Select(static map => (map, (map.Find("name") as ConfigScalar)?.Text ?? ""));

    public static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
