using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>webhooks</c>.</summary>
internal static class WebhookConfig
{
    private const int MostRetries = 50;

    private static readonly Dictionary<string, MessageState> States = new(StringComparer.Ordinal)
    {
        ["queued"] = MessageState.Queued,
        ["sending"] = MessageState.Sending,
        ["sent"] = MessageState.Sent,
        ["delivered"] = MessageState.Delivered,
        ["undelivered"] = MessageState.Undelivered,
        ["failed"] = MessageState.Failed,
        ["expired"] = MessageState.Expired,
        ["canceled"] = MessageState.Canceled,
        ["unconfirmed"] = MessageState.Unconfirmed,
    };

    public static WebhookOptions Read(ConfigSection? section)
    {
        var defaults = new WebhookOptions();
        if (section is null) return defaults;
        WebhookOptions options = defaults with
        {
            AllowPrivateAddresses = section.Bool("allow_private_addresses", defaults.AllowPrivateAddresses),
            AllowHttp = section.Bool("allow_http", defaults.AllowHttp),
            AllowedPorts = ReadPorts(section) ?? defaults.AllowedPorts,
            States = ReadStates(section) ?? defaults.States,
            ConnectTimeout = section.Duration(
                "connect_timeout", defaults.ConnectTimeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            TotalTimeout = section.Duration("timeout", defaults.TotalTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            ConcurrencyPerEndpoint = section.Int("concurrency", defaults.ConcurrencyPerEndpoint, 1, 1_000),
            DisableAfter = section.Duration("disable_after", defaults.DisableAfter, TimeSpan.Zero, TimeSpan.FromDays(365)),
            RetrySchedule = ReadRetries(section) ?? defaults.RetrySchedule,
        };
        section.Close();
        return options;
    }

    private static List<int>? ReadPorts(ConfigSection section)
    {
        const string Expected = "ports from 1 to 65535";
        if (section.Items("allowed_ports", Expected) is not { } items) return null;
        var ports = new List<int>(items.Count);
        foreach (ConfigItem item in items)
        {
            if (ushort.TryParse(item.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0) ports.Add(port);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of a list of {Expected}");
        }

        return ports;
    }

    private static HashSet<MessageState>? ReadStates(ConfigSection section)
    {
        string expected = string.Join(", ", States.Keys);
        if (section.Items("states", $"states ({expected})") is not { } items) return null;
        var states = new HashSet<MessageState>();
        foreach (ConfigItem item in items)
        {
            if (States.TryGetValue(item.Text, out MessageState state)) states.Add(state);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {expected}");
        }

        return states;
    }

    private static List<TimeSpan>? ReadRetries(ConfigSection section)
    {
        const string Expected = "durations from 100ms to 7d, such as 5s or 2h";
        if (section.Items("retries", Expected) is not { } items) return null;
        if (items.Count > MostRetries) section.Fail("retries", $"has {items.Count} entries; at most {MostRetries} are allowed");
        var waits = new List<TimeSpan>(items.Count);
        foreach (ConfigItem item in items)
        {
            if (Units.TryParseDuration(item.Text, out TimeSpan wait)
                && wait >= TimeSpan.FromMilliseconds(100) && wait <= TimeSpan.FromDays(7))
                waits.Add(wait);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of a list of {Expected}");
        }

        return waits;
    }
}
