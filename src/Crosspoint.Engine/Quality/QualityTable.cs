using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Quality;

/// <summary>
/// Learns how probable delivery is by connection, network and class, from receipts and from what applications say about recipients. A key with
/// few messages of its own borrows from its wider ones; a message whose receipt may still come counts as what it will probably be. Thread-safe;
/// allocates for new keys alone. Times are microseconds of wall time.
/// </summary>
public sealed partial class QualityTable
{
    // How old an answer may be.
    private const long RefreshMicros = 1_000_000;
    private const long FeedbackRefreshMicros = 5_000_000;

    // People of another country may act less often on what they get.
    private const double ElsewhereShare = 0.8;

    // With fewer messages what is known is mostly borrowed from the prior.
    private const double LeastSeen = 10;
    private const int MostConnections = 1 << 16;

    private readonly Lock _gate = new();
    private readonly QualityOptions _options;
    private readonly long _halfLife;
    private readonly long _feedbackHalfLife;
    private readonly Dictionary<string, int> _connections = new(StringComparer.Ordinal);

    // By their number less one.
    private readonly List<string> _names = [];
    private readonly Dictionary<QualityKey, QualityCell> _cells = [];
    private readonly Dictionary<QualityKey, DelayCurve> _curves = [];
    private readonly Dictionary<QualityKey, FeedbackCell> _feedback = [];
    private readonly Dictionary<QualityKey, double> _reference = [];
    private readonly DelayCurve _usual = new();
    private long _feedbackAt = long.MinValue / 2;

    public QualityTable(QualityOptions options)
    {
        _options = options;
        _halfLife = Micros.From(options.HalfLife);
        _feedbackHalfLife = Micros.From(options.FeedbackHalfLife);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_halfLife);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_feedbackHalfLife);
        _usual.Refresh(now: 0, _halfLife, parent: null);
    }

    /// <summary>Keys of which something is known.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _cells.Count;
        }
    }

    /// <summary>Keys of which there is feedback.</summary>
    public int FeedbackCount
    {
        get
        {
            lock (_gate) return _feedback.Count;
        }
    }

    /// <summary>The number by which the others know a connection; the same for the same name as long as the table lives.</summary>
    public int NumberOf(string connection)
    {
        lock (_gate)
        {
            if (_connections.TryGetValue(connection, out int number)) return number;
            number = _connections.Count + 1;
            if (number >= MostConnections) throw new InvalidOperationException("More than 65,535 connections.");
            _connections.Add(connection, number);
            _names.Add(connection);
            return number;
        }
    }

    /// <summary>A vendor took a message.</summary>
    public void Sent(int connection, in Destination destination, TrafficClass trafficClass, long sentAt)
    {
        lock (_gate)
        {
            QualityKey key = QualityKey.Of(connection, destination.Country, destination.Network, trafficClass);
            DelayCurve curve = CurveOf(key, sentAt);
            while (true)
            {
                CellOf(key).AddSent(sentAt, curve, _halfLife);
                if (!key.TryGetParent(out key)) return;
            }
        }
    }

    /// <summary>The final receipt of a message.</summary>
    public void Ended(int connection, in Destination destination, TrafficClass trafficClass, long sentAt, bool isDelivered, long at)
    {
        lock (_gate)
        {
            QualityKey key = QualityKey.Of(connection, destination.Country, destination.Network, trafficClass);
            if (isDelivered) AddDelay(key, Math.Max(0, at - sentAt), at);
            DelayCurve curve = CurveOf(key, at);
            while (true)
            {
                CellOf(key).AddResult(sentAt, isDelivered, curve, _halfLife);
                if (!key.TryGetParent(out key)) return;
            }
        }
    }

    /// <summary>What the application says about the recipient of a message.</summary>
    public void Feedback(int connection, in Destination destination, TrafficClass trafficClass, bool isConfirmed, long at)
    {
        lock (_gate)
        {
            QualityKey narrow = QualityKey.Of(connection, destination.Country, destination.Network, trafficClass);
            QualityKey key = narrow.WithoutNetwork;
            if (!_feedback.TryGetValue(key, out FeedbackCell? cell)) _feedback.Add(key, cell = new());
            cell.Add(isConfirmed, Known(narrow, at, out _)?.Probability ?? _options.Prior, at, _feedbackHalfLife);
        }
    }

    /// <summary>What is known now; where nothing is, the prior.</summary>
    public QualityEstimate Estimate(int connection, in Destination destination, TrafficClass trafficClass, long now) =>
        Estimate(QualityKey.Of(connection, destination.Country, destination.Network, trafficClass), now);

    internal QualityEstimate Estimate(QualityKey key, long now)
    {
        lock (_gate)
        {
            RefreshFeedbackWhenDue(now);
            return Known(key, now, out int missing) is { } cell
                ? EstimateOf(cell, missing, FeedbackOf(key))
                : EstimateOf(
                    new QualityEstimate(_options.Prior, _options.PriorWeight, false, CurveOf(key, now).Quantile(0.5), false)
                    {
                        StandardError = Math.Sqrt(Variance(_options.Prior, _options.PriorWeight)),
                    },
                    FeedbackOf(key));
        }
    }

    /// <summary>Forgets keys of which nothing was heard for so long that nothing is left of them.</summary>
    public void Sweep(long now)
    {
        lock (_gate)
        {
            long before = now - (_halfLife * 10);
            foreach ((QualityKey key, QualityCell cell) in _cells)
            {
                if (cell.UsedAt < before) _cells.Remove(key);
            }

            foreach ((QualityKey key, DelayCurve curve) in _curves)
            {
                if (curve.WeightAt(now, _halfLife) < 0.01) _curves.Remove(key);
            }

            foreach ((QualityKey key, FeedbackCell cell) in _feedback)
            {
                if (cell.SumAt(now, _feedbackHalfLife).All < 0.01) _feedback.Remove(key);
            }
        }
    }

    /// <param name="missing">Narrower keys of which nothing is known.</param>
    private QualityEstimate EstimateOf(QualityCell cell, int missing, FeedbackCell? feedback) => EstimateOf(
        new QualityEstimate(cell.Probability, cell.Weight, cell.Seen >= LeastSeen, cell.Delay, false) { StandardError = ErrorOf(cell, missing) }, feedback);

    private QualityEstimate EstimateOf(in QualityEstimate receipts, FeedbackCell? feedback)
    {
        if (feedback is null) return receipts;
        double counts = _options.FeedbackWeight;
        double trust = ((feedback.Trust * feedback.Weight) + counts) / (feedback.Weight + counts);
        double doubt = receipts.Probability * receipts.Probability * Variance(trust, feedback.Weight + counts);
        return receipts with
        {
            Probability = receipts.Probability * trust,
            Weight = receipts.Weight + feedback.Weight,
            IsSuspect = feedback.IsSuspect,
            StandardError = Math.Sqrt((receipts.StandardError * receipts.StandardError * trust * trust) + doubt),
        };
    }

    // Null where there is none, or nothing to compare it with.
    private FeedbackCell? FeedbackOf(QualityKey key) =>
        _feedback.Count > 0 && _feedback.TryGetValue(key.WithoutNetwork, out FeedbackCell? feedback) && feedback.Weight > 0 ? feedback : null;

    // Of a share that rests on so many messages (of the beta distribution with them).
    private static double Variance(double probability, double weight) => probability * (1 - probability) / (weight + 1);

    // Each level that is missing is as a key without messages: it has what it borrows alone.
    private double ErrorOf(QualityCell cell, int missing) => missing == 0
        ? cell.Error
        : Math.Sqrt((cell.Error * cell.Error) + (missing * Variance(cell.Probability, _options.ParentWeight)));

    /// <summary>The narrowest cell that there is of a key, brought up to date; null when nothing is known.</summary>
    /// <param name="missing">Narrower keys of which nothing is known.</param>
    private QualityCell? Known(QualityKey key, long now, out int missing)
    {
        QualityCell? narrowest;
        missing = 0;
        while (!_cells.TryGetValue(key, out narrowest))
        {
            if (!key.TryGetParent(out key)) return null;
            missing++;
        }

        if (IsFresh(narrowest, now)) return narrowest;

        // Class, network, country, connection: from the widest down, each borrows from the one before.
        Span<QualityKey> way = stackalloc QualityKey[4];
        int count = 0;
        do way[count++] = key;
        while (key.TryGetParent(out key));
        DelayCurve curve = CurveOf(way[0], now);
        QualityCell? parent = null;
        for (int i = count - 1; i >= 0; i--)
        {
            if (!_cells.TryGetValue(way[i], out QualityCell? cell)) continue;
            if (!IsFresh(cell, now)) Refresh(cell, parent, now, curve);
            parent = cell;
        }

        return narrowest;
    }

    // What is borrowed is what the parent knows without this cell's own messages: they would count twice.
    private void Refresh(QualityCell cell, QualityCell? parent, long now, DelayCurve curve)
    {
        (QualitySum current, QualitySum all) = cell.SumAt(now, curve, _halfLife);
        (double Probability, double Weight) borrowed = (_options.Prior, _options.PriorWeight);
        if (parent is not null)
        {
            QualitySum others = parent.All.Without(all);
            borrowed = (others.Share(parent.Borrowed), Math.Min(others.Trials + parent.Borrowed.Weight, _options.ParentWeight));
        }

        cell.All = all;
        cell.Borrowed = borrowed;
        cell.Probability = Math.Clamp(current.Share(borrowed), 0, 1);
        cell.Weight = current.Trials + borrowed.Weight;
        cell.Error = Math.Sqrt(Variance(cell.Probability, cell.Weight));
        cell.Seen = Math.Max(parent?.Seen ?? 0, current.Trials);
        cell.Delay = curve.Quantile(0.5);
        cell.MadeAt = now;
    }

    private static bool IsFresh(QualityCell cell, long now) => now >= cell.MadeAt && now - cell.MadeAt < RefreshMicros;

    private QualityCell CellOf(QualityKey key)
    {
        if (!_cells.TryGetValue(key, out QualityCell? cell)) _cells.Add(key, cell = new());
        return cell;
    }

    // Delays are learned by connection and country: networks of a country differ less in them than in delivery.
    private static (QualityKey Country, QualityKey Connection) DelayKeys(QualityKey key)
    {
        QualityKey country = key;
        QualityKey connection = key;
        while (connection.TryGetParent(out QualityKey parent)) (country, connection) = (connection, parent);
        return (country, connection);
    }

    private void AddDelay(QualityKey key, long micros, long at)
    {
        (QualityKey country, QualityKey connection) = DelayKeys(key);
        Curve(country).Add(micros, at, _halfLife);
        Curve(connection).Add(micros, at, _halfLife);

        DelayCurve Curve(QualityKey of)
        {
            if (!_curves.TryGetValue(of, out DelayCurve? curve)) _curves.Add(of, curve = new());
            return curve;
        }
    }

    private DelayCurve CurveOf(QualityKey key, long now)
    {
        // To the second: the same answer for all that is asked within it.
        now -= now % RefreshMicros;
        (QualityKey country, QualityKey connection) = DelayKeys(key);
        if (!_curves.TryGetValue(connection, out DelayCurve? wide))
        {
            return _usual;
        }

        wide.Refresh(now, _halfLife, parent: null);
        if (!_curves.TryGetValue(country, out DelayCurve? narrow)) return wide;
        narrow.Refresh(now, _halfLife, wide);
        return narrow;
    }

    private void RefreshFeedbackWhenDue(long now)
    {
        if (_feedback.Count > 0 && now - _feedbackAt >= FeedbackRefreshMicros) RefreshFeedback(now);
    }

    /// <summary>
    /// How far receipts are to be trusted. What share of delivered messages is acted on is the same whoever carries them; the connection on which
    /// most are, by what its receipts say, shows it. Where fewer are than its receipts promise, they are believed that much less.
    /// </summary>
    private void RefreshFeedback(long now)
    {
        _feedbackAt = now;
        _reference.Clear();
        foreach ((QualityKey key, FeedbackCell cell) in _feedback)
        {
            (double confirmed, double promised, double all) = cell.Sum = cell.SumAt(now, _feedbackHalfLife);
            cell.Weight = all;
            if (all < _options.ReferenceFeedback) continue;
            double rate = confirmed / all;
            double share = (rate - (2 * Math.Sqrt(rate * (1 - rate) / all))) * all / promised;
            QualityKey country = key.WithoutConnection;
            _reference[country] = Math.Max(share, _reference.GetValueOrDefault(country));
            _reference[country.WithoutCountry] = Math.Max(share, _reference.GetValueOrDefault(country.WithoutCountry));
        }

        foreach ((QualityKey key, FeedbackCell cell) in _feedback)
        {
            // A country's own is nearer; but where one connection alone has feedback, other countries tell.
            QualityKey country = key.WithoutConnection;
            double reference = Math.Max(
                _reference.GetValueOrDefault(country), _reference.GetValueOrDefault(country.WithoutCountry) * ElsewhereShare);
            (double confirmed, double promised, double all) = cell.Sum;
            if (reference <= 0 || promised <= 0)
            {
                (cell.Weight, cell.IsSuspect) = (0, false);
                continue;
            }

            double expected = Math.Min(all, promised * reference);
            cell.Trust = Math.Min(1, confirmed / expected);
            double deviation = Math.Sqrt(Math.Max(expected * (1 - (expected / all)), 1));
            cell.IsSuspect = all >= _options.SuspectFeedback && 1 - cell.Trust > _options.SuspectGap && expected - confirmed > 4 * deviation;
        }
    }
}
