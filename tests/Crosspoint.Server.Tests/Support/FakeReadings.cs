using Crosspoint.Engine.Alerts;

namespace Crosspoint.Server.Tests.Support;

/// <summary>Readings that a test sets.</summary>
internal sealed class FakeReadings : IAlertReadings
{
    public List<DeliveryReading> Countries { get; } = [];

    public List<DiskReading> Disk { get; } = [];

    public IReadOnlyList<DeliveryReading> Delivery(TimeSpan over) => Countries;

    public IReadOnlyList<QueueReading> Queues() => [];

    public IReadOnlyList<SpendReading> Spend() => [];

    public IReadOnlyList<WebhookReading> FailingWebhooks() => [];

    public IReadOnlyList<CertificateReading> Certificates() => [];

    public IReadOnlyList<DiskReading> Disks() => Disk;
}
