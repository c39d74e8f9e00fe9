using System.Buffers;
using System.Globalization;
using System.Net.Mail;
using Crosspoint.Engine;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>alerts</c>: rules, silences' limits and notifiers.</summary>
internal static class AlertConfig
{
    private const string Off = "off";
    private const int MostNotifiers = 50;
    private const int MostRecipients = 50;

    private static readonly string[] Rules = ["country_delivery", "queue", "vendor_spend", "webhook", "certificate", "disk", "notifier", "incident"];
    // What RFC 5322 gives a meaning of its own in an address.
    private static readonly SearchValues<char> Special = SearchValues.Create("<>,;:\"()[]\\");

    private static readonly string[] Levels3 = ["l1", "l2", "l3"];

    private static readonly Dictionary<string, Severity> Severities = new(StringComparer.Ordinal)
    {
        ["L1"] = Severity.L1,
        ["L2"] = Severity.L2,
        ["L3"] = Severity.L3,
    };

    private static readonly Dictionary<string, MailSecurity> Securities = new(StringComparer.Ordinal)
    {
        ["starttls"] = MailSecurity.StartTls,
        ["implicit"] = MailSecurity.Tls,
        ["none"] = MailSecurity.None,
    };

    private delegate double? ReadLevel(ConfigSection section, string key);

    public static AlertDeskOptions Read(ConfigSection? section, string directory, EngineOptions engine)
    {
        var defaults = new AlertOptions();
        var incidents = new IncidentOptions();
        if (section is null) return new() { Webhooks = engine.Webhooks };
        if (section.Group("grouping") is { } grouping)
        {
            incidents = incidents with
            {
                GroupWithin = grouping.Duration("within", incidents.GroupWithin, TimeSpan.Zero, TimeSpan.FromDays(1)),
                RelapseWithin = grouping.Duration("relapse", incidents.RelapseWithin, TimeSpan.Zero, TimeSpan.FromDays(7)),
            };
            grouping.Close();
        }

        AlertOptions alerts = defaults with
        {
            Delivery = ReadDelivery(section),
            Queues = ReadQueues(section, engine) ?? defaults.Queues,
            Spend = ReadSpend(section, engine),
            WebhookFailingSeconds = ReadLevels(section.Group("webhooks"), defaults.WebhookFailingSeconds, Duration(1), isRising: true),
            CertificateDays = ReadLevels(section.Group("certificates"), defaults.CertificateDays, Duration(86_400), isRising: false),
            DiskFree = ReadLevels(section.Group("disk"), defaults.DiskFree, Share, isRising: false),
            Incidents = ReadLeast(section, "incidents", defaults.Incidents),
            Every = section.Duration("every", defaults.Every, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            RemindEvery = section.Duration("remind", defaults.RemindEvery, TimeSpan.Zero, TimeSpan.FromDays(7)),
            ClearAfter = section.Duration("clear", defaults.ClearAfter, TimeSpan.Zero, TimeSpan.FromHours(1)),
            Retention = section.Duration("retention", defaults.Retention, TimeSpan.FromDays(8), TimeSpan.FromDays(3660)),
            PublicUrl = ReadPublicUrl(section),
        };
        if (section.Group("silences") is { } silences)
        {
            alerts = alerts with
            {
                LongestSilence = silences.Duration("longest", alerts.LongestSilence, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366)),
                MostSilences = silences.Int("most", alerts.MostSilences, 1, 100_000),
            };
            silences.Close();
        }

        List<NotifierOptions> notifiers = ReadNotifiers(section, directory, engine.Webhooks);
        section.Close();
        return new() { Alerts = alerts, Incidents = incidents, Notifiers = notifiers, Webhooks = engine.Webhooks };
    }

    // What the file says comes before the defaults, which stay for what it says nothing of.
    private static List<DeliveryRule> ReadDelivery(ConfigSection section)
    {
        var rules = new List<DeliveryRule>();
        var usual = new DeliveryRule();
        foreach (ConfigSection group in section.Groups("delivery"))
        {
            rules.Add(new()
            {
                Country = ReadCountry(group),
                Class = ReadClass(group),
                Share = ReadLevels(group, usual.Share, Share, isRising: false, closes: false),
                Over = ReadOver(group, usual.Over),
                LeastMessages = group.Int("least_messages", (int)usual.LeastMessages, 1, 1_000_000_000),
            });
            group.Close();
        }

        if (!rules.Exists(static rule => rule.Country is null && rule.Class is null)) rules.Add(usual);
        return rules;
    }

    // The intervals over which health counts.
    private static TimeSpan ReadOver(ConfigSection group, TimeSpan usual)
    {
        TimeSpan over = group.Duration("over", usual, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(60));
        if (over.TotalMinutes is not (1 or 5 or 15 or 60)) group.Fail("over", "expected 1m, 5m, 15m or 60m");
        return over;
    }

    private static List<QueueRule>? ReadQueues(ConfigSection section, EngineOptions engine)
    {
        if (!section.Has("queues")) return null;
        var rules = new List<QueueRule>();
        foreach (ConfigSection group in section.Groups("queues"))
        {
            string? connection = group.Text("connection", expected: "the name of a connection");
            group.CheckName("connection", connection, engine.Connections.Select(static one => one.Name));
            var rule = new QueueRule
            {
                Connection = connection,
                Class = ReadClass(group),
                WaitSeconds = ReadLevels(group.Group("wait"), default, Duration(1), isRising: true),
                Waiting = ReadLevels(group.Group("waiting"), default, static (levels, key) => levels.Int(key, 0, 1, int.MaxValue), isRising: true),
            };
            rules.Add(rule);
            group.Close();
        }

        rules.AddRange(new AlertOptions().Queues);
        return rules;
    }

    private static List<SpendRule> ReadSpend(ConfigSection section, EngineOptions engine)
    {
        var rules = new List<SpendRule>();
        foreach (ConfigSection group in section.Groups("spend"))
        {
            string vendor = group.Text("vendor", required: true, expected: "the name of a vendor") ?? "";
            if (vendor.Length > 0) group.CheckName("vendor", vendor, engine.Connections.Select(static one => one.Vendor));
            string currency = group.Text("currency", required: true, most: 3, expected: "a currency of ISO 4217, such as EUR") ?? "";
            if (currency.Length > 0 && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
                group.Fail("currency", $"is '{currency}'; expected a currency of ISO 4217, such as EUR");
            Levels levels = ReadLevels(group, default, static (one, key) => one.Number(key, 0, 0.01, 1e12), isRising: true, closes: false);
            if (levels.IsEmpty) group.Errors.Add(group.Line, group.Path, "does nothing; expected 'l1', 'l2' or 'l3'");
            rules.Add(new() { Vendor = vendor, Currency = currency, PerDay = levels });
            group.Close();
        }

        return rules;
    }

    private static Levels ReadLevels(ConfigSection? section, Levels fallback, ReadLevel read, bool isRising, bool closes = true)
    {
        if (section is null) return fallback;
        int faults = section.Errors.Errors.Count;
        double?[] levels = [fallback.L1, fallback.L2, fallback.L3];
        for (int i = 0; i < levels.Length; i++)
        {
            string key = Levels3[i];
            if (!section.Has(key)) continue;
            levels[i] = section.Text(key) == Off ? null : read(section, key);
        }

        double[] given = [.. levels.Where(static level => level is not null).Select(static level => level!.Value)];
        for (int i = 1; i < given.Length; i++)
        {
            if (section.Errors.Errors.Count > faults || (isRising ? given[i] >= given[i - 1] : given[i] <= given[i - 1])) continue;
            section.Errors.Add(section.Line, section.Path, $"has levels in the wrong order; expected {(isRising ? "l1 ≤ l2 ≤ l3" : "l1 ≥ l2 ≥ l3")}: a higher level is worse");
            break;
        }

        if (closes) section.Close();
        return new(levels[0], levels[1], levels[2]);
    }

    private static ReadLevel Duration(double unitSeconds) =>
        (section, key) => section.Duration(key, TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromDays(366)).TotalSeconds / unitSeconds;

    private static double? Share(ConfigSection section, string key) => section.Number(key, 0, 0, 1);

    private static Severity? ReadLeast(ConfigSection section, string key, Severity? fallback)
    {
        var choices = Severities.ToDictionary(static pair => pair.Key, static pair => (Severity?)pair.Value);
        choices[Off] = null;
        return section.Choice(key, fallback, choices);
    }

    private static string? ReadCountry(ConfigSection section)
    {
        const string Expected = "a country of ISO 3166-1, such as DE";
        string? country = section.Text("country", most: 2, expected: Expected);
        if (country is null || (country.Length == 2 && country.All(char.IsAsciiLetterUpper))) return country;
        section.Fail("country", $"is '{country}'; expected {Expected}");
        return null;
    }

    private static TrafficClass? ReadClass(ConfigSection section) =>
        section.Has("class") ? section.Choice("class", TrafficClass.Transactional, AccountConfig.Classes) : null;

    private static string ReadPublicUrl(ConfigSection section)
    {
        const string Expected = "the URL at which people reach this gateway, such as https://sms.example.com";
        string url = section.Text("public_url", most: 500, expected: Expected) ?? "";
        if (url.Length == 0) return url;
        bool isUrl = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";
        if (!isUrl || uri!.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0) section.Fail("public_url", $"is '{url}'; expected {Expected}");
        return url.TrimEnd('/');
    }

    private static List<NotifierOptions> ReadNotifiers(ConfigSection section, string directory, WebhookOptions rules)
    {
        var notifiers = new List<NotifierOptions>();
        foreach (ConfigSection group in section.Groups("notifiers"))
        {
            const string Expected = "a name of 1 to 40 letters, digits, '-', '_' or '.'";
            string name = group.Text("name", required: true, most: 40, expected: Expected) ?? "";
            if (name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))) group.Fail("name", $"is '{name}'; expected {Expected}");
            if (name.Length > 0 && notifiers.Exists(other => other.Name == name)) group.Fail("name", $"is '{name}', which another notifier has already");
            if (ReadNotifier(group, name, directory, rules) is { } notifier)
            {
                notifiers.Add(notifier with
                {
                    Least = group.Choice("severity", notifier.Least, Severities),
                    Rules = ReadRules(group),
                    Timeout = group.Duration("timeout", notifier.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
                    Queue = group.Int("queue", notifier.Queue, 1, 100_000),
                });
            }

            group.Close();
        }

        if (notifiers.Count > MostNotifiers) section.Fail("notifiers", $"has {notifiers.Count} entries; at most {MostNotifiers} are allowed");
        return notifiers;
    }

    private static NotifierOptions? ReadNotifier(ConfigSection group, string name, string directory, WebhookOptions rules)
    {
        string[] kinds = ["webhook", "email", "slack", "pagerduty"];
        string? kind = group.Text("kind", required: true, expected: string.Join(", ", kinds));
        switch (kind)
        {
            case "webhook":
                byte[]? secret = AccountConfig.ReadWebhookSecret(group, "secret");
                if (!group.Has("secret")) group.Fail("secret", "is missing; expected 'whsec_' and the base64 of 24 to 64 octets");
                return new WebhookNotifierOptions { Name = name, Url = ReadUrl(group, rules, required: true), Secret = secret ?? [] };
            case "slack":
                return new SlackNotifierOptions { Name = name, Url = ReadUrl(group, rules, required: true) };
            case "pagerduty":
                string url = ReadUrl(group, rules, required: false);
                string key = group.Text("routing_key", required: true, most: 64, expected: "the integration key of a service") ?? "";
                return new PagerDutyNotifierOptions { Name = name, RoutingKey = key, Url = url.Length > 0 ? url : PagerDutyNotifierOptions.DefaultUrl };
            case "email":
                return ReadEmail(group, name, directory);
            default:
                if (kind is not null) group.Fail("kind", $"is '{kind}'; expected one of: {string.Join(", ", kinds)}");
                foreach (string known in new[] { "url", "secret", "routing_key", "host", "port", "tls", "ca", "user", "password", "from", "to", "severity", "rules", "timeout", "queue" })
                    group.Has(known);
                return null;
        }
    }

    private static string ReadUrl(ConfigSection group, WebhookOptions rules, bool required)
    {
        string url = group.Text("url", required, WebhookTarget.MaxLength, "an https URL") ?? "";

        // Not what it is: it may hold a secret.
        if (url.Length > 0 && !WebhookTarget.TryCheck(url, rules, out string problem)) group.Fail("url", $"cannot be called: {problem} (see 'webhooks')");
        return url;
    }

    private static EmailNotifierOptions ReadEmail(ConfigSection group, string name, string directory)
    {
        MailSecurity security = group.Choice("tls", MailSecurity.StartTls, Securities);
        string? user = group.Text("user", most: 256, expected: "a user name");
        string? password = group.Text("password", most: 256, expected: "a password");
        if (user is not null && password is null && !group.Has("password")) group.Fail("password", "is missing beside 'user'");
        if (user is null && group.Has("password")) group.Fail("password", "stands without 'user'");
        if (user is not null && security == MailSecurity.None) group.Fail("tls", "is 'none' beside 'user': the password would go over the wire in plain text");
        string? ca = group.Text("ca", expected: "a PEM file");
        if (ca is not null)
        {
            string full = Path.GetFullPath(ca, Path.GetFullPath(directory));
            if (!File.Exists(full)) group.Fail("ca", $"is '{ca}', which does not exist");
            ca = full;
        }

        string host = group.Text("host", required: true, most: 253, expected: "a host name or address") ?? "";
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown && host.Length > 0) group.Fail("host", $"is '{host}'; expected a host name or address");
        return new()
        {
            Name = name,
            Host = host,
            Port = group.Int("port", security == MailSecurity.Tls ? 465 : 587, 1, 65_535),
            Security = security,
            Authorities = ca,
            User = user,
            Password = password ?? "",
            From = ReadAddress(group, "from", group.Text("from", required: true, most: 254, expected: "a mail address"), group.LineOf("from"), group.PathOf("from")),
            To = ReadRecipients(group),
        };
    }

    private static List<string> ReadRecipients(ConfigSection group)
    {
        const string Expected = "mail addresses";
        List<string> to = [.. group.ItemOrItems("to", Expected).Select(item => ReadAddress(group, "to", item.Text, item.Line, item.Path))];
        if (to.Count == 0) group.Fail("to", $"is missing or empty; expected {Expected}");
        if (to.Count > MostRecipients) group.Fail("to", $"has {to.Count} entries; at most {MostRecipients} are allowed");
        return to;
    }

    private static string ReadAddress(ConfigSection group, string key, string? address, int line, string path)
    {
        if (address is null) return "";
        bool isPlain = !address.AsSpan().ContainsAnyExceptInRange('!', '~') && !address.AsSpan().ContainsAny(Special);
        if (isPlain && address.Length <= 254 && MailAddress.TryCreate(address, out MailAddress? parsed) && parsed.Address == address) return address;
        group.Errors.Add(line, path, $"is '{address}'; expected {(key == "to" ? "mail addresses" : "a mail address")} such as ops@example.com, in ASCII");
        return "";
    }

    private static List<string> ReadRules(ConfigSection group)
    {
        string expected = $"rules ({string.Join(", ", Rules)})";
        var rules = new List<string>();
        foreach (ConfigItem item in group.ItemOrItems("rules", expected))
        {
            if (Rules.Contains(item.Text)) rules.Add(item.Text);
            else group.Errors.Add(item.Line, item.Path, string.Create(CultureInfo.InvariantCulture, $"is '{item.Text}'; expected one of a list of {expected}"));
        }

        return rules;
    }
}
