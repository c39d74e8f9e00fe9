using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Simulator;
using Spectre.Console;

namespace Crosspoint.Cli.Demo;

/// <summary>What the demo shows: a live table on a terminal, a line every two seconds elsewhere.</summary>
internal sealed class DemoBoard(SimulatorHost simulator, TimeProvider time)
{
    private static readonly TimeSpan TableEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);
    private const int LatenciesKept = 512;

    private readonly Lock _gate = new();
    private readonly double[] _latencies = new double[LatenciesKept];
    private readonly Dictionary<string, (long Accepted, long Receipts)> _before = [];
    private long _accepted;
    private long _refused;
    private long _hooks;
    private long _inboundHooks;
    private long _hooksBefore;
    private long _acceptedBefore;
    private long _lookedAt = time.GetTimestamp();

    public Gateway? Gateway { get; set; }

    public void Accepted(int status, TimeSpan took)
    {
        lock (_gate)
        {
            if (status is >= 200 and < 300) _latencies[_accepted++ % LatenciesKept] = took.TotalMilliseconds;
            else _refused++;
        }
    }

    public void SeeHook(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (head.StartsWith("POST /inbound"u8)) Interlocked.Increment(ref _inboundHooks);
        else Interlocked.Increment(ref _hooks);
    }

    /// <summary>Shows until it is told to end.</summary>
    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Console.IsOutputRedirected) await LinesAsync(cancellationToken).ConfigureAwait(false);
            else await AnsiConsole.Live(Table()).StartAsync(context => TableAsync(context, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }

    /// <summary>The last line: what came of it all.</summary>
    public void Sum() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"accepted {_accepted}, refused {_refused}, submitted {simulator.Carriers.Sum(carrier => carrier.Counters.Accepted)}, receipts {simulator.Carriers.Sum(carrier => carrier.Counters.ReceiptsTaken)}, status webhooks {_hooks}, inbound webhooks {_inboundHooks}"));

    private async Task LinesAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LineEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            double seconds = Lap();
            var (p50, p99) = Percentiles();
            long submitted = simulator.Carriers.Sum(carrier => carrier.Counters.Accepted);
            long receipts = simulator.Carriers.Sum(carrier => carrier.Counters.ReceiptsTaken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"accepted {_accepted} ({(_accepted - _acceptedBefore) / seconds:0}/s, p50 {p50:0.0} ms, p99 {p99:0.0} ms), submitted {submitted}, receipts {receipts}, webhooks {_hooks} ({(_hooks - _hooksBefore) / seconds:0}/s), inbound {_inboundHooks}"));
            (_acceptedBefore, _hooksBefore) = (_accepted, _hooks);
        }
    }

    private async Task TableAsync(LiveDisplayContext context, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TableEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false)) context.UpdateTarget(Table());
    }

    private Table Table()
    {
        double seconds = Lap();
        var table = new Table().Border(TableBorder.Rounded).Title("Crosspoint demo (Ctrl-C ends it)");
        foreach (string column in new[] { "connection", "state", "in flight", "queued", "submitted", "/s", "receipts", "/s" })
            table.AddColumn(column);
        foreach (ConnectionStatus status in Gateway?.Connections() ?? [])
        {
            CarrierCounters counters = simulator.Carriers.First(carrier => status.Name == carrier.Name + "-1").Counters;
            (long accepted, long receipts) = _before.GetValueOrDefault(status.Name);
            table.AddRow(
                status.Name, status.Use, Text(status.InFlight), Text(status.Queued),
                Text(counters.Accepted), Rate(counters.Accepted - accepted, seconds), Text(counters.ReceiptsTaken),
                Rate(counters.ReceiptsTaken - receipts, seconds));
            _before[status.Name] = (counters.Accepted, counters.ReceiptsTaken);
        }

        var (p50, p99) = Percentiles();
        table.Caption(string.Create(CultureInfo.InvariantCulture,
            $"accepted {_accepted} ({(_accepted - _acceptedBefore) / seconds:0}/s, p50 {p50:0.0} ms, p99 {p99:0.0} ms)  webhooks {_hooks} ({(_hooks - _hooksBefore) / seconds:0}/s)  inbound {_inboundHooks}"));
        (_acceptedBefore, _hooksBefore) = (_accepted, _hooks);
        return table;
    }

    private double Lap()
    {
        long now = time.GetTimestamp();
        double seconds = Math.Max(0.001, time.GetElapsedTime(_lookedAt, now).TotalSeconds);
        _lookedAt = now;
        return seconds;
    }

    private (double P50, double P99) Percentiles()
    {
        double[] sorted;
        lock (_gate) sorted = _latencies[..(int)Math.Min(_accepted, LatenciesKept)];
        if (sorted.Length == 0) return (0, 0);
        Array.Sort(sorted);
        return (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Rate(long count, double seconds) => (count / seconds).ToString("0", CultureInfo.InvariantCulture);
}
