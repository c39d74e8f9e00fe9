using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Alerts;

/// <summary>What alerts are judged by, as it is at this moment. Asked every few seconds; must answer at once, and may throw: then nothing is judged.</summary>
public interface IAlertReadings
{
    /// <summary>Delivery by country and class over a span of time that ends now, corrected for receipts that cannot have come yet.</summary>
    IReadOnlyList<DeliveryReading> Delivery(TimeSpan over);

    IReadOnlyList<QueueReading> Queues();

    /// <summary>What was spent at vendors in the present day (UTC).</summary>
    IReadOnlyList<SpendReading> Spend();

    /// <summary>Receivers of webhooks whose requests fail.</summary>
    IReadOnlyList<WebhookReading> FailingWebhooks();

    IReadOnlyList<CertificateReading> Certificates();

    IReadOnlyList<DiskReading> Disks();
}

/// <summary>Delivery to a country.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Class">Null for all classes together.</param>
/// <param name="Messages">Messages that it rests on.</param>
/// <param name="Delivered">Share that was delivered, 0 to 1.</param>
public readonly record struct DeliveryReading(string Country, TrafficClass? Class, long Messages, double Delivered);

/// <summary>What waits for a connection in a class.</summary>
/// <param name="Wait">How long what joins now will wait; null while hardly anything leaves.</param>
public readonly record struct QueueReading(string Connection, TrafficClass Class, long Waiting, TimeSpan? Wait);

/// <param name="Micros">Millionths of the currency.</param>
public readonly record struct SpendReading(string Vendor, long Micros, string Currency);

/// <param name="FailingSince">Wall time in microseconds.</param>
public readonly record struct WebhookReading(string Account, string Receiver, string Url, long FailingSince, int Failures, string LastError);

/// <param name="Name">The file.</param>
public readonly record struct CertificateReading(string Name, DateTimeOffset NotAfter);

/// <param name="Free">Bytes that may be written.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct DiskReading(string Path, long Free, long Total);
