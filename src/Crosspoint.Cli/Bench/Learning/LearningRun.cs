using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Bench.Learning;

/// <summary>How a vendor is chosen.</summary>
internal enum Choice
{
    /// <summary>The first vendor, always.</summary>
    FixedOrder,

    /// <summary>The cheapest.</summary>
    LeastCost,

    /// <summary>Most deliveries for the money, by what was learned.</summary>
    Learned,

    /// <summary>Most deliveries for the money, by the truth.</summary>
    Oracle,
}

/// <summary>What a choice came to.</summary>
/// <param name="Messages">Sent.</param>
/// <param name="Delivered">In truth, whatever receipts said.</param>
/// <param name="Spend">In thousandths.</param>
/// <param name="Suspects">Vendors that were called suspect at the end.</param>
internal sealed record LearningResult(Choice Choice, int Messages, int Delivered, double Spend, int[] Suspects)
{
    /// <summary>Messages delivered for a thousand.</summary>
    public double DeliveredPerThousand => Spend > 0 ? Delivered * 1000.0 / Spend : 0;
}

/// <summary>
/// A scenario played with one choice: discrete events in simulated time, the learning code of the gateway, no clock and no sockets. With one seed
/// every choice meets the same messages and the same luck.
/// </summary>
internal sealed class LearningRun(Market market, Choice choice, int messages, ulong seed, double explore)
{
    private const double MicrosAnHour = 3_600e6;

    private readonly QualityTable _quality = new(new QualityOptions());
    private readonly PriorityQueue<Happening, long> _happenings = new();
    private readonly Destination[] _destinations = [.. Enumerable.Range(0, market.Networks).Select(Market.DestinationOf)];
    private readonly int[] _numbers = new int[market.Vendors];
    private Draws _traffic = new(seed);
    private Draws _luck = new(seed ^ 0xA5A5A5A5);
    private Draws _exploration = new(seed ^ 0x5A5A5A5A);

    public LearningResult Play()
    {
        for (int vendor = 0; vendor < market.Vendors; vendor++) _numbers[vendor] = _quality.NumberOf($"vendor-{vendor}");
        int delivered = 0;
        double spend = 0;
        long now = 0;
        for (int i = 0; i < messages; i++)
        {
            now = (long)(i / market.Rate * 1e6) + 1;
            while (_happenings.TryPeek(out Happening? next, out long at) && at <= now)
            {
                _happenings.Dequeue();
                Tell(next, at);
            }

            // Half of the networks have most of the traffic.
            double where = _traffic.Next();
            int network = (int)(where * where * market.Networks);
            int vendor = Choose(network, now);
            spend += market.Prices[vendor];
            if (Send(vendor, network, now)) delivered++;
        }

        int[] suspects = [.. Enumerable.Range(0, market.Vendors)
            .Where(vendor => _destinations.Any(to => _quality.Estimate(_numbers[vendor], to, TrafficClass.Transactional, now).IsSuspect))];
        return new(choice, messages, delivered, spend, suspects);
    }

    private int Choose(int network, long now)
    {
        if (choice == Choice.FixedOrder) return 0;
        bool explores = choice == Choice.Learned && _exploration.Next() < explore;

        // A part of them anywhere: what looks certain may be wrong.
        if (explores && _exploration.Next() < 0.5) return (int)(_exploration.Next() * market.Vendors);
        int best = 0;
        double most = double.MinValue;
        for (int vendor = 0; vendor < market.Vendors; vendor++)
        {
            double value = choice switch
            {
                Choice.LeastCost => -market.Prices[vendor],
                Choice.Oracle => market.Delivery(vendor, network, now / MicrosAnHour) / market.Prices[vendor],
                _ => Believed(vendor, network, now, explores) / market.Prices[vendor],
            };
            if (value <= most) continue;
            (best, most) = (vendor, value);
        }

        return best;
    }

    private double Believed(int vendor, int network, long now, bool explores)
    {
        QualityEstimate estimate = _quality.Estimate(_numbers[vendor], _destinations[network], TrafficClass.Transactional, now);
        return explores ? _exploration.NextProbability(estimate.Probability, estimate.Weight) : estimate.Probability;
    }

    private bool Send(int vendor, int network, long now)
    {
        // The same number of draws for each message, so that every choice has the same luck.
        double fate = _luck.Next();
        double speed = _luck.Next();
        double silence = _luck.Next();
        bool tells = _luck.Next() < market.FeedbackShare;
        bool acts = _luck.Next() < 0.8;
        bool isDelivered = fate < market.Delivery(vendor, network, now / MicrosAnHour);
        _quality.Sent(_numbers[vendor], _destinations[network], TrafficClass.Transactional, now);
        bool saysDelivered = isDelivered || vendor == market.Faker;

        // A receipt in 2 to 60 s; of what failed, one in two in one to ten minutes.
        if (saysDelivered) Happens(now + (long)(2e6 * Math.Pow(30, speed)), new(vendor, network, now, IsReceipt: true, IsGood: true));
        else if (silence < 0.5) Happens(now + (long)(60e6 * Math.Pow(10, speed)), new(vendor, network, now, IsReceipt: true, IsGood: false));
        if (tells) Happens(now + 90_000_000, new(vendor, network, now, IsReceipt: false, isDelivered && acts));
        return isDelivered;
    }

    private void Happens(long at, Happening happening) => _happenings.Enqueue(happening, at);

    private void Tell(Happening happening, long at)
    {
        int connection = _numbers[happening.Vendor];
        Destination destination = _destinations[happening.Network];
        if (happening.IsReceipt)
            _quality.Ended(connection, destination, TrafficClass.Transactional, happening.SentAt, happening.IsGood, at);
        else
            _quality.Feedback(connection, destination, TrafficClass.Transactional, happening.IsGood, at);
    }

    private sealed record Happening(int Vendor, int Network, long SentAt, bool IsReceipt, bool IsGood);
}
