using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Hosting;

/// <summary>What alerts are judged by in a gateway: delivery, queues, what was spent, receivers of webhooks, certificates and the disk.</summary>
public sealed class GatewayReadings(GatewayConfig config, Gateway gateway, TimeProvider time) : IAlertReadings
{
    // Receivers are many, and files change seldom: both are looked at once a minute.
    private static readonly TimeSpan SlowEvery = TimeSpan.FromMinutes(1);

    // Of one account, in the order of their URLs.
    private const int MostReceivers = 10_000;

    private const int MostConnections = 65_535;

    private IReadOnlyList<WebhookReading> _webhooks = [];
    private IReadOnlyList<CertificateReading> _certificates = [];
    private long _lookedAt;
    private bool _hasLooked;

    // What the process before this one spent in the day on which this one began, by connection.
    private (DateOnly Day, Dictionary<string, long> Spent) _before = (default, []);

    // Countries count messages, whichever ways they went; classes of a country, the ways.
    public IReadOnlyList<DeliveryReading> Delivery(TimeSpan over)
    {
        HealthInterval interval = over.TotalMinutes switch
        {
            <= 1 => HealthInterval.OneMinute,
            <= 5 => HealthInterval.FiveMinutes,
            <= 15 => HealthInterval.FifteenMinutes,
            _ => HealthInterval.SixtyMinutes,
        };
        IEnumerable<DeliveryReading> countries = gateway.Health.List(new(HealthLevel.World, interval), 0, int.MaxValue)
            .Select(static row => new DeliveryReading(row.Country!, null, (long)row.Reading.DeliveryWeight, row.Reading.DeliveryRate ?? 1));
        IEnumerable<DeliveryReading> classes = gateway.Health.List(new(HealthLevel.Class, interval), 0, int.MaxValue)
            .GroupBy(static row => (row.Country, row.Class))
            .Select(static group =>
            {
                double weight = group.Sum(static row => row.Reading.DeliveryWeight);
                double delivered = group.Sum(static row => row.Reading.DeliveryWeight * (row.Reading.DeliveryRate ?? 1));
                return new DeliveryReading(group.Key.Country!, group.Key.Class, (long)weight, weight > 0 ? delivered / weight : 1);
            });
        return [.. countries.Concat(classes)];
    }

    public IReadOnlyList<SpendReading> Spend()
    {
        string currency = gateway.Snapshot.Sources.Rates?.Currency ?? "";
        var vendors = gateway.ConnectionOptions().ToDictionary(static connection => connection.Name, static connection => connection.Vendor, StringComparer.Ordinal);
        return
        [
            .. gateway.Spent.Concat(SpentBefore()).GroupBy(spent => vendors.GetValueOrDefault(spent.Connection, spent.Connection))
                .Select(group => new SpendReading(group.Key, group.Sum(static spent => spent.Micros), currency)),
        ];
    }

    /// <summary>Reads what was spent today before the process began, as far as the long view has it.</summary>
    public async Task StartAsync(HealthHistory history, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var query = new HistoryQuery(HistoryStep.Day, HistoryLevel.Connection, Micros.From(now.AddTicks(-now.TimeOfDay.Ticks)), Micros.From(now)) { Limit = MostConnections };
        HistoryPage page = await history.ReadAsync(query, cancellationToken).ConfigureAwait(false);
        _before = (DateOnly.FromDateTime(now.UtcDateTime), page.Points.ToDictionary(static point => point.Connection!, static point => point.Reading.Cost, StringComparer.Ordinal));
    }

    private IEnumerable<(string Connection, long Micros)> SpentBefore() =>
        _before.Day == DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) ? _before.Spent.Select(static spent => (spent.Key, spent.Value)) : [];

    // An account's queues for a connection and class are one: what waits in all, and the longest wait.
    public IReadOnlyList<QueueReading> Queues() =>
    [
        .. gateway.Queues(null).GroupBy(static queue => (queue.Connection, queue.Class)).Select(static group =>
        {
            long waiting = group.Sum(static queue => queue.Waiting);
            double rate = group.Sum(static queue => queue.Rate);
            TimeSpan? longest = group.Max(static queue => queue.EstimatedWait);
            return new QueueReading(group.Key.Connection, group.Key.Class, waiting, rate > 0 ? longest : null);
        }),
    ];

    public IReadOnlyList<WebhookReading> FailingWebhooks()
    {
        Look();
        return _webhooks;
    }

    public IReadOnlyList<CertificateReading> Certificates()
    {
        Look();
        return _certificates;
    }

    public IReadOnlyList<DiskReading> Disks()
    {
        var drive = new DriveInfo(config.DataDirectory);
        return [new(config.DataDirectory, drive.AvailableFreeSpace, drive.TotalSize)];
    }

    private void Look()
    {
        if (_hasLooked && time.GetElapsedTime(_lookedAt) < SlowEvery) return;
        _webhooks = [.. gateway.Accounts.Accounts.SelectMany(FailingOf)];
        _certificates = [.. Files().Distinct().Select(Read).OfType<CertificateReading>()];
        _lookedAt = time.GetTimestamp();
        _hasLooked = true;
    }

    private IEnumerable<WebhookReading> FailingOf(Account account) =>
        gateway.Webhooks.ListEndpoints(account.Sid, "", MostReceivers)
            .Where(static endpoint => endpoint.FailingSince > 0 && endpoint.Disabled is not (DisabledBecause.Asked or DisabledBecause.Configured))
            .Select(endpoint => new WebhookReading(
                account.Sid, endpoint.Id, endpoint.Url, endpoint.FailingSince, endpoint.Failures, endpoint.LastError ?? ""));

    private IEnumerable<string> Files()
    {
        if (config.Smpp?.Tls is { } listener) yield return listener.Certificate;
        foreach (ConnectionOptions connection in gateway.ConnectionOptions())
        {
            if (connection.Smpp.Tls?.Certificate is { } own) yield return own;
        }
    }

    private static CertificateReading? Read(string file)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return new(file, certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Half written, or gone: whoever uses it says so.
            return null;
        }
    }
}
