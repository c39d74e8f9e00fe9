using System.Collections.Concurrent;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Lab;

/// <summary>Each fault at several volumes, many times: how long until it is noticed, and how often it is not.</summary>
internal sealed class DetectionRun(int seeds)
{
    public static readonly IReadOnlyList<double> Rates = [100, 10, 1, 0.1];

    /// <summary>The faults, with the kinds of signal that notice them.</summary>
    public static readonly IReadOnlyList<(CellFault Fault, SignalKind[] Kinds)> Faults =
    [
        (new() { Name = "stall", IsStalled = true }, [SignalKind.Stalled]),
        (new() { Name = "errors 3 %", Refused = 0.03 }, [SignalKind.Errors]),
        (new() { Name = "errors 5 %", Refused = 0.05 }, [SignalKind.Errors]),
        (new() { Name = "errors 10 %", Refused = 0.1 }, [SignalKind.Errors]),
        (new() { Name = "errors 50 %", Refused = 0.5 }, [SignalKind.Errors]),
        (new() { Name = "delivery -5 points", Undelivered = 0.05 }, [SignalKind.Delivery]),
        (new() { Name = "delivery -10 points", Undelivered = 0.1 }, [SignalKind.Delivery]),
        (new() { Name = "delivery -20 points", Undelivered = 0.2 }, [SignalKind.Delivery]),
        (new() { Name = "delivery -50 points", Undelivered = 0.5 }, [SignalKind.Delivery]),
        (new() { Name = "receipts silent", IsSilent = true }, [SignalKind.ReceiptsSilent]),
        (new() { Name = "receipts 4 times slower", Slower = 4 }, [SignalKind.ReceiptsSlow, SignalKind.ReceiptsSilent]),
        (new() { Name = "receipts faked, fast", FakedAfter = 0.5, FakedSpread = 0.3 }, [SignalKind.ReceiptsSuspect]),
        (new() { Name = "receipts faked, alike", FakedAfter = 5, FakedSpread = 0.05 }, [SignalKind.ReceiptsSuspect]),
        (new() { Name = "throttle storm", Throttled = 0.6 }, [SignalKind.Throttled]),
        (new() { Name = "decline over an hour", Refused = 0.2, Undelivered = 0.2, Ramp = 3600 }, [SignalKind.Errors, SignalKind.Delivery]),
        (new() { Name = "30-second blip", Refused = 1, Lasts = 30 }, [SignalKind.Errors]),
    ];

    /// <summary>Time to learn, and after which a fault counts as not noticed.</summary>
    public static (TimeSpan Warm, TimeSpan Most) TimesOf(double rate) => rate switch
    {
        >= 50 => (TimeSpan.FromHours(3), TimeSpan.FromHours(2)),
        >= 5 => (TimeSpan.FromHours(8), TimeSpan.FromHours(3)),
        >= 0.5 => (TimeSpan.FromDays(2), TimeSpan.FromHours(6)),
        _ => (TimeSpan.FromDays(10), TimeSpan.FromDays(1)),
    };

    /// <summary>Seconds until the first fitting signal, of each seed; infinity where none came.</summary>
    public double[] Play(CellFault fault, SignalKind[] kinds, double rate, CancellationToken cancellationToken)
    {
        double[] delays = new double[seeds];
        using var wheels = new ThreadLocal<EventWheel<WheelEvent>>(static () => new());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, seeds), EnumerablePartitionerOptions.NoBuffering), options, seed =>
        {
            wheels.Value!.Clear();
            delays[seed] = PlayOne(fault, kinds, rate, (ulong)seed + 1, wheels.Value!);
        });
        Array.Sort(delays);
        return delays;
    }

    private static double PlayOne(CellFault fault, SignalKind[] kinds, double rate, ulong seed, EventWheel<WheelEvent> wheel)
    {
        var detector = new CellDetector(new("cell", "DE", NetworkId.Unknown, null), new());
        var traffic = new CellTraffic(new() { Rate = rate, Campaigns = 0, Pauses = 0 }, seed * 7_919, detector, wheel);
        (TimeSpan warm, TimeSpan most) = TimesOf(rate);
        traffic.Play(warm, static _ => false);
        long from = traffic.Now;
        long seen = -1;
        traffic.Break(fault);
        traffic.Play(most, signal =>
        {
            if (!kinds.Contains(signal.Kind)) return false;
            seen = signal.At;
            return true;
        });
        return seen < 0 ? double.PositiveInfinity : (seen - from) / 1e6;
    }
}
