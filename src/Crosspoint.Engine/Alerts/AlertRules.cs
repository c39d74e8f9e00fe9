using System.Globalization;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Alerts;

/// <summary>Judges readings by the rules: gives every reason for an alert that holds now. A pure function of both and the time.</summary>
public static class AlertRules
{
    // A wait is estimated from the rate of the last seconds: of a handful of messages it says nothing.
    private const long LeastWaiting = 10;

    public static List<AlertCondition> Judge(AlertOptions options, IAlertReadings readings, DateTimeOffset now)
    {
        var found = new List<AlertCondition>();
        JudgeDelivery(options, readings, found);
        foreach (QueueReading queue in readings.Queues()) JudgeQueue(options, queue, found);
        foreach (SpendReading spend in readings.Spend()) JudgeSpend(options, spend, found);
        foreach (WebhookReading webhook in readings.FailingWebhooks()) JudgeWebhook(options, webhook, now, found);
        foreach (CertificateReading certificate in readings.Certificates()) JudgeCertificate(options, certificate, now, found);
        foreach (DiskReading disk in readings.Disks()) JudgeDisk(options, disk, found);
        return found;
    }

    /// <summary>An incident as a reason for an alert; null where it is not to be told.</summary>
    public static AlertCondition? Of(Incident incident, AlertOptions options, long now)
    {
        if (options.Incidents is not { } least || incident.Severity < least || incident.State == IncidentState.Resolved) return null;
        IncidentSummary summary = IncidentText.Of(incident, now);
        return new()
        {
            Key = $"incident:{incident.Id}",
            Rule = "incident",
            Severity = incident.Severity,
            Title = summary.Title,
            Text = summary.ToText(),
            Labels = Labels(
                ("connection", incident.Cells.Select(static cell => cell.Connection)),
                ("vendor", incident.Cells.Select(static cell => cell.Vendor)),
                ("country", incident.Cells.Select(static cell => cell.Country)),
                ("network", incident.Cells.Select(static cell => cell.Network))),
            Evidence = new("The incident", "GET", $"/v1/incidents/{incident.Id}"),
            Action = new("Say that you look at it", "POST", $"/v1/incidents/{incident.Id}/acknowledge"),
            Incident = incident.Id,
            AcknowledgedBy = incident.AcknowledgedBy,
        };
    }

    /// <summary>Labels without those that have no value.</summary>
    public static IReadOnlyDictionary<string, string[]> Labels(params (string Name, IEnumerable<string> Values)[] labels) =>
        labels.Select(static label => (label.Name, Values: label.Values.Where(static value => value.Length > 0).Distinct().ToArray()))
            .Where(static label => label.Values.Length > 0)
            .ToDictionary(static label => label.Name, static label => label.Values, StringComparer.Ordinal);

    private static void JudgeDelivery(AlertOptions options, IAlertReadings readings, List<AlertCondition> found)
    {
        foreach (TimeSpan over in options.Delivery.Select(static rule => rule.Over).Distinct())
        {
            foreach (DeliveryReading reading in readings.Delivery(over))
            {
                DeliveryRule? rule = options.Delivery.FirstOrDefault(rule =>
                    (rule.Country is null || rule.Country == reading.Country) && rule.Class == reading.Class);
                if (rule is null || rule.Over != over || reading.Messages < rule.LeastMessages || double.IsNaN(reading.Delivered)) continue;
                if (rule.Share.Below(reading.Delivered) is not { } severity) continue;
                string of = NameOf(reading.Class) is { Length: > 0 } name ? $" ({name})" : "";
                string seen = Percent(reading.Delivered);
                string limit = Percent(rule.Share.Of(severity)!.Value);
                string country = reading.Country == HealthCell.UnknownCountry ? "unknown" : reading.Country;
                string path = $"/v1/health/cells?level=network&interval={(int)over.TotalMinutes}m&country={country}";
                found.Add(new()
                {
                    Key = $"country_delivery:{reading.Country}:{NameOf(reading.Class)}",
                    Rule = "country_delivery",
                    Severity = severity,
                    Title = $"Delivery to {reading.Country}{of} is {seen}, below {limit}",
                    Text = $"{seen} of {Count(reading.Messages)} messages to {reading.Country}{of} of the last {Span(over)} were delivered, corrected for receipts "
                        + $"that cannot have come yet; {severity} begins below {limit}. Look at which networks and connections it comes from: open incidents name them.",
                    Labels = Labels(("country", [reading.Country]), ("class", [NameOf(reading.Class)])),
                    Evidence = new($"Delivery by network in {reading.Country}", "GET", path),
                    Action = new("Open incidents, with what was done already", "GET", "/v1/incidents?state=open"),
                });
            }
        }
    }

    private static void JudgeQueue(AlertOptions options, in QueueReading queue, List<AlertCondition> found)
    {
        QueueReading reading = queue;
        QueueRule? rule = options.Queues.FirstOrDefault(rule =>
            (rule.Connection is null || rule.Connection == reading.Connection) && (rule.Class is null || rule.Class == reading.Class));
        if (rule is null) return;
        double? wait = reading.Wait?.TotalSeconds;
        Severity? byWait = wait is { } seconds && reading.Waiting >= LeastWaiting ? rule.WaitSeconds.Above(seconds) : null;
        Severity? byCount = rule.Waiting.Above(reading.Waiting);
        if ((byWait, byCount) is (null, null)) return;
        bool isWait = byCount is null || byWait >= byCount;
        Severity severity = isWait ? byWait!.Value : byCount!.Value;
        string name = NameOf(reading.Class);
        string limit = isWait ? Span(TimeSpan.FromSeconds(rule.WaitSeconds.Of(severity)!.Value)) : Count((long)rule.Waiting.Of(severity)!.Value);
        string waits = wait is null ? "hardly anything leaves" : $"what joins now waits about {Span(reading.Wait!.Value)}";
        found.Add(new()
        {
            Key = $"queue:{reading.Connection}:{name}",
            Rule = "queue",
            Severity = severity,
            Title = isWait
                ? $"{name} messages wait about {Span(reading.Wait!.Value)} for {reading.Connection}"
                : $"{Count(reading.Waiting)} {name} messages wait for {reading.Connection}",
            Text = $"{Count(reading.Waiting)} {name} messages wait for {reading.Connection}, and {waits}; {severity} begins above {limit}. "
                + "Look at whether the connection is bound and what its rate and limits are; pausing it lets its messages go other ways.",
            Labels = Labels(("connection", [reading.Connection]), ("class", [name])),
            Evidence = new("What waits, and what for", "GET", "/v1/queues"),
            Action = new($"Take {reading.Connection} out of use", "POST", $"/v1/connections/{Uri.EscapeDataString(reading.Connection)}/pause"),
        });
    }

    private static void JudgeSpend(AlertOptions options, in SpendReading spend, List<AlertCondition> found)
    {
        SpendReading reading = spend;
        SpendRule? rule = options.Spend.FirstOrDefault(rule => rule.Vendor == reading.Vendor && rule.Currency == reading.Currency);
        if (rule?.PerDay.Above(reading.Micros / 1e6) is not { } severity) return;
        string seen = IncidentText.Money(reading.Micros, reading.Currency);
        string limit = IncidentText.Money(rule.PerDay.Of(severity)!.Value * 1e6, reading.Currency);
        found.Add(new()
        {
            Key = $"vendor_spend:{reading.Vendor}:{reading.Currency}",
            Rule = "vendor_spend",
            Severity = severity,
            Title = $"{reading.Vendor} has cost {seen} today, more than {limit}",
            Text = $"{seen} were spent at {reading.Vendor} since midnight UTC; {severity} begins above {limit}. "
                + "Look at which account and country the traffic comes from: it may be a campaign, a price that changed, or fraud.",
            Labels = Labels(("vendor", [reading.Vendor])),
            Evidence = new("What waits and goes, by account", "GET", "/v1/queues"),
            Action = new("Prices in force, and who changed them", "GET", "/v1/audit"),
        });
    }

    private static void JudgeWebhook(AlertOptions options, in WebhookReading webhook, DateTimeOffset now, List<AlertCondition> found)
    {
        TimeSpan failing = now - Micros.ToInstant(webhook.FailingSince);
        if (options.WebhookFailingSeconds.Above(failing.TotalSeconds) is not { } severity) return;
        string error = webhook.LastError.Length > 0 ? $" The last error: {webhook.LastError}." : "";
        found.Add(new()
        {
            Key = $"webhook:{webhook.Account}:{webhook.Receiver}",
            Rule = "webhook",
            Severity = severity,
            Title = $"Webhooks to {webhook.Url} have failed for {Span(failing)}",
            Text = $"The receiver {webhook.Url} of account {webhook.Account} has taken nothing for {Span(failing)} ({webhook.Failures} requests failed).{error} "
                + "Its events are kept and tried again; tell the account, and replay what was given up once it works.",
            Labels = Labels(("account", [webhook.Account]), ("receiver", [webhook.Receiver])),
            Evidence = new("The receiver", "GET", $"/v1/webhooks/endpoints/{webhook.Receiver}"),
            Action = new("Send it a test event", "POST", "/v1/webhooks/test"),
        });
    }

    private static void JudgeCertificate(AlertOptions options, in CertificateReading certificate, DateTimeOffset now, List<AlertCondition> found)
    {
        TimeSpan left = certificate.NotAfter - now;
        if (options.CertificateDays.Below(left.TotalDays) is not { } severity) return;
        string name = Path.GetFileName(certificate.Name);
        string end = IncidentText.Moment(Micros.From(certificate.NotAfter));
        found.Add(new()
        {
            Key = $"certificate:{certificate.Name}",
            Rule = "certificate",
            Severity = severity,
            Title = left <= TimeSpan.Zero ? $"The certificate {name} has ended" : $"The certificate {name} ends in {Span(left)}",
            Text = $"{certificate.Name} is valid until {end}. Put a new one in its place: it is used from the next connection on, without a restart.",
            Labels = Labels(("certificate", [name])),
            Evidence = new("Health of this gateway", "GET", "/health/ready"),
            Action = new("Alerts that last", "GET", "/v1/alerts?state=open"),
        });
    }

    private static void JudgeDisk(AlertOptions options, in DiskReading disk, List<AlertCondition> found)
    {
        if (disk.Total <= 0) return;
        double free = (double)disk.Free / disk.Total;
        if (options.DiskFree.Below(free) is not { } severity) return;
        found.Add(new()
        {
            Key = $"disk:{disk.Path}",
            Rule = "disk",
            Severity = severity,
            Title = $"{Percent(free)} of the disk of {disk.Path} is free",
            Text = string.Create(CultureInfo.InvariantCulture, $"{disk.Free / 1e9:0.#} GB of {disk.Total / 1e9:0.#} GB are free; {severity} begins below {Percent(options.DiskFree.Of(severity)!.Value)}. ")
                + "When nothing is free new messages are refused. Make room, or shorten 'journal.retention'.",
            Labels = Labels(("path", [disk.Path])),
            Evidence = new("Metrics of the journal", "GET", "/metrics"),
            Action = new("Alerts that last", "GET", "/v1/alerts?state=open"),
        });
    }

    private static string NameOf(TrafficClass? of) => of?.ToString().ToLowerInvariant() ?? "";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100_000) / 1000:0.##} %");

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => IncidentText.Span(Micros.From(span));
}
