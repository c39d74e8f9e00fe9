using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Notifiers;

/// <summary>All notifiers of the configuration.</summary>
public sealed class NotifierSet : IAsyncDisposable
{
    // One failed try is soon made good by the next.
    private const int FailuresForAlert = 3;

    private readonly NotifierLane[] _lanes;
    private readonly TimeProvider _time;

    /// <param name="rules">Which places may be called over HTTP.</param>
    /// <param name="publicUrl">What links begin with; empty for paths alone.</param>
    public NotifierSet(IReadOnlyList<NotifierOptions> notifiers, WebhookOptions rules, string publicUrl, TimeProvider time, ILogger<NotifierSet> logger)
    {
        _time = time;
        _lanes =
        [
            .. notifiers.Select(options => new NotifierLane(
                options,
                options is EmailNotifierOptions email ? new EmailNotifier(email, publicUrl, time) : new HttpNotifier(options, rules, publicUrl, time),
                time,
                logger)),
        ];
    }

    /// <summary>How each does, in the order of the configuration.</summary>
    public IReadOnlyList<NotifierStatus> Status => [.. _lanes.Select(static lane => lane.Status)];

    /// <summary>Tells all that want to know. Returns at once.</summary>
    public void Tell(IReadOnlyList<Notification> notifications)
    {
        foreach (Notification notification in notifications)
        {
            foreach (NotifierLane lane in _lanes)
            {
                if (lane.Wants(notification)) lane.Tell(notification);
            }
        }
    }

    /// <summary>Sends a test message by one notifier, once. False when there is none of the name.</summary>
    /// <returns>Whether there is such a notifier, and what went wrong; null when it was taken.</returns>
    public async Task<(bool IsKnown, string? Error)> TestAsync(string name, string by, CancellationToken cancellationToken)
    {
        if (Array.Find(_lanes, lane => lane.Options.Name == name) is not { } lane) return (false, null);
        long now = _time.GetUtcMicros();
        string id = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N");
        var alert = new Alert
        {
            Id = $"AL{id}",
            Key = $"test:{name}",
            Rule = "test",
            Severity = Severity.L1,
            Title = $"Test of the notifier {name}",
            Text = $"{by} asked for this message to see whether notifications arrive. Nothing is wrong.",
            Labels = AlertRules.Labels(("notifier", [name])),
            Evidence = new("Notifiers, and how they do", "GET", "/v1/notifiers"),
            Action = new("Send another test", "POST", $"/v1/notifiers/{name}/test"),
            OpenedAt = now,
            EndedAt = now,
        };
        return (true, await lane.TestAsync(new($"NO{id}", NotificationEvent.Test, alert, now), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The notifiers that keep failing, as reasons for alerts which the others tell of.</summary>
    public IReadOnlyList<AlertCondition> Judge()
    {
        var found = new List<AlertCondition>();
        long now = _time.GetUtcMicros();
        foreach (NotifierLane lane in _lanes)
        {
            NotifierStatus status = lane.Status;
            if (status.Failures < FailuresForAlert && (status.Failures == 0 || status.GivenUp == 0)) continue;
            string name = lane.Options.Name;
            found.Add(new()
            {
                Key = $"notifier:{name}",
                Rule = "notifier",
                Severity = Severity.L2,
                Title = $"The notifier {name} fails",
                Text = $"{lane.Options.Kind} to {lane.Options.Target} has failed {status.Failures} times within {IncidentText.Span(now - status.FailingSince)}: "
                    + $"{status.LastError}. {status.Waiting} notifications wait for it, {status.GivenUp} were given up. Who relies on it is not told of alerts.",
                Labels = AlertRules.Labels(("notifier", [name])),
                Evidence = new("Notifiers, and how they do", "GET", "/v1/notifiers"),
                Action = new("Try it", "POST", $"/v1/notifiers/{name}/test"),
            });
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NotifierLane lane in _lanes) await lane.DisposeAsync().ConfigureAwait(false);
    }
}
