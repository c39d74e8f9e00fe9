using Crosspoint.Engine.Alerts;

namespace Crosspoint.Engine.Tests.Alerts;

/// <summary>Readings that a test sets.</summary>
internal sealed class TestReadings : IAlertReadings
{
    public List<DeliveryReading> Countries { get; } = [];

    public List<QueueReading> Waiting { get; } = [];

    public List<SpendReading> Spent { get; } = [];

    public List<WebhookReading> Failing { get; } = [];

    public List<CertificateReading> Ending { get; } = [];

    public List<DiskReading> Disk { get; } = [];

    public List<TimeSpan> Asked { get; } = [];

    public bool IsBroken { get; set; }

    public IReadOnlyList<DeliveryReading> Delivery(TimeSpan over)
    {
        Asked.Add(over);
        return IsBroken ? throw new InvalidOperationException("no reading") : Countries;
    }

    public IReadOnlyList<QueueReading> Queues() => Waiting;

    public IReadOnlyList<SpendReading> Spend() => Spent;

    public IReadOnlyList<WebhookReading> FailingWebhooks() => Failing;

    public IReadOnlyList<CertificateReading> Certificates() => Ending;

    public IReadOnlyList<DiskReading> Disks() => Disk;
}
