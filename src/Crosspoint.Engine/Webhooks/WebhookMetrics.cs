using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Counts and times of webhook tries. No tag names an account, a URL or a message.</summary>
public sealed class WebhookMetrics
{
    public const string MeterName = "Crosspoint.Engine";
    private readonly Counter<long> _tries;
    private readonly Histogram<double> _duration;

    /// <param name="waiting">Webhooks in memory that are not delivered yet.</param>
    /// <param name="disabled">Receivers that are disabled.</param>
    public WebhookMetrics(IMeterFactory meters, Func<int> waiting, Func<int> disabled)
    {
        Meter meter = meters.Create(MeterName);
        _tries = meter.CreateCounter<long>("crosspoint.webhooks", "{webhook}", "Webhook tries by what followed from them.");
        _duration = meter.CreateHistogram<double>("crosspoint.webhook.duration", "s", "Time of one webhook try.");
        meter.CreateObservableGauge(
            "crosspoint.webhook.endpoints.disabled", disabled, "{endpoint}",
            "Receivers of webhooks that are disabled, but not by configuration.");
        meter.CreateObservableGauge("crosspoint.webhooks.waiting", waiting, "{webhook}", "Webhooks in memory that are not delivered yet.");
    }

    /// <param name="count">Webhooks that were sent by the request.</param>
    internal void Tried(in TryOutcome outcome, DeliveryState state, int count, TimeSpan took)
    {
        if (!_tries.Enabled && !_duration.Enabled) return;
        string result = state switch
        {
            DeliveryState.Delivered => "delivered",
            DeliveryState.Pending => "retried",
            _ => outcome.Kind is TryKind.Impossible or TryKind.AddressRefused ? "refused" : "failed",
        };
        _tries.Add(count, new KeyValuePair<string, object?>("result", result));
        if (outcome.Kind != TryKind.Impossible) _duration.Record(took.TotalSeconds);
    }
}
