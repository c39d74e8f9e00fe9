using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;

namespace Crosspoint.Engine.Tests.Notifiers;

internal static class Sample
{
    public static Notification Notification(NotificationEvent what = NotificationEvent.Trigger, string title = "Delivery to DE is 94.5 %", string rule = "country_delivery") =>
        new("NO1", what, new()
        {
            Id = "AL0123456789abcdef0123456789abcdef",
            Key = "country_delivery:DE:",
            Rule = rule,
            Severity = Severity.L2,
            Title = title,
            Text = "94.5 % of 900 messages arrived <soon> & late.\n.\nA line with a dot before it.",
            Labels = AlertRules.Labels(("country", ["DE"]), ("notifier", rule == "notifier" ? ["mail"] : [])),
            Evidence = new("Delivery by network", "GET", "/v1/quality?country=DE"),
            Action = new("Open incidents", "GET", "/v1/incidents?state=open"),
            OpenedAt = 1_767_323_045_000_000,
            EndedAt = what == NotificationEvent.Resolve ? 1_767_323_165_000_000 : 0,
            AcknowledgedBy = what == NotificationEvent.Acknowledge ? "ada" : null,
        }, 1_767_323_045_000_000);
}
