using System.Globalization;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>
/// The settings of an account as they are kept: JSON with the keys of <c>accounts</c> in the configuration file, without anything secret. Always written in
/// one form, so that two revisions can be compared line by line.
/// </summary>
internal static class AccountDocument
{
    public const string Kind = "account";

    /// <summary>Longest document: some ten thousand numbers.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    public static ResourceName Resource(string sid) => new(Kind, sid);

    /// <summary>The account; null beside errors. Token and secret are not in it.</summary>
    public static Account? Read(ReadOnlySpan<byte> text, string sid, IReadOnlyCollection<string> systemIds, ConfigErrors errors)
    {
        Account? account = ConfigText.Read(text, errors) is { } section ? AccountConfig.ReadSettings(section, sid, systemIds) : null;
        return errors.Errors.Count == 0 ? account : null;
    }

    public static byte[] Write(Account account)
    {
        ConfigMap map = Map(
            Entry("name", account.Name),
            Entry("enabled", account.IsEnabled),
            Entry("senders", NameIn(AccountConfig.SenderPolicies, account.Senders)),
            Entry("weight", account.Weight),
            LimitsOf(account.Limits),
            List("numbers", account.Numbers.Select(static number => Map(
                Entry("number", number.Number), Entry("inbound_url", number.InboundUrl),
                number.InboundUrl is null ? null : Entry("inbound_format", NameIn(AccountConfig.Forms, number.Form)), Entry("smpp", number.SystemId)))),
            List("webhook_endpoints", account.WebhookEndpoints.Select(static endpoint => Map(
                Entry("url", endpoint.Url), Entry("enabled", endpoint.IsEnabled), BatchOf(endpoint.Batch),
                endpoint.Concurrency > 0 ? Entry("concurrency", endpoint.Concurrency) : null,
                endpoint.Rate > 0 ? Entry("rate", endpoint.Rate.ToString("R", CultureInfo.InvariantCulture)) : null))));
        return Encoding.UTF8.GetBytes(ConfigText.Write(map, isIndented: true));
    }

    /// <summary>The name of a value, as configuration writes it.</summary>
    public static string NameIn<T>(IReadOnlyDictionary<string, T> names, T value) => names.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Key;

    public static ConfigMap Map(params IEnumerable<ConfigEntry?> entries) => new(0, [.. entries.OfType<ConfigEntry>()]);

    public static ConfigEntry? Entry(string key, string? value) => value is null ? null : new(0, key, Scalar(value));

    public static ConfigEntry? Entry(string key, bool value) => Entry(key, value ? "true" : "false");

    public static ConfigEntry? Entry(string key, int value) => Entry(key, value.ToString(CultureInfo.InvariantCulture));

    public static ConfigEntry? List(string key, IEnumerable<ConfigNode> items) => new(0, key, new ConfigList(0, [.. items]));

    public static ConfigScalar Scalar(string value) => new(0, value, IsPlain: false);

    // Nothing of those that are not set: accounts without any are written as ever.
    private static ConfigEntry? LimitsOf(AccountLimits limits) => limits.IsNone ? null : new(0, "limits", Map(
        limits.Rate is { } rate ? Entry("rate", rate.ToString("R", CultureInfo.InvariantCulture)) : null,
        limits.Burst > 0 ? Entry("burst", limits.Burst.ToString("R", CultureInfo.InvariantCulture)) : null,
        limits.Queue is { } queue ? Entry("queue", Units.Format(queue)) : null,
        limits.Queue is null ? null : Entry("over", NameIn(LimitConfig.Answers, limits.Over)),
        limits.PerDay is { } perDay ? Entry("per_day", perDay.ToString(CultureInfo.InvariantCulture)) : null,
        limits.Zone is { } zone ? Entry("zone", zone.Id) : null,
        limits.PerDay > 0 ? Entry("per_day_over", NameIn(LimitConfig.DayAnswers, limits.PerDayOver)) : null));

    private static ConfigEntry? BatchOf(WebhookBatch? batch) =>
        batch is null ? null : new(0, "batch", Map(Entry("events", batch.Events), Entry("wait_ms", (int)batch.Wait.TotalMilliseconds)));
}
