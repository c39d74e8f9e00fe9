namespace Crosspoint.Engine.Quality;

/// <summary>
/// What became of the messages of one key: the last hour by the time they were sent, in steps of three minutes, so that those whose receipts may
/// still come are told from those whose receipts will not; what is older as sums. Half a kilobyte. Not thread-safe.
/// </summary>
internal sealed class QualityCell
{
    /// <summary>Microseconds of a step.</summary>
    private const long Step = 180L * 1_000_000;
    private const int Steps = 20;

    // The last quarter of an hour, and the messages that it takes to contradict what was before.
    private const int NewSteps = 5;
    private const double LeastNew = 10;

    private const long Span = Step * Steps;

    private readonly Counts[] _steps = new Counts[Steps];
    private DecayingSum _trials;
    private DecayingSum _delivered;

    // Of what is older: messages whose receipt had not come when their step was closed, and what they counted.
    private DecayingSum _open;
    private DecayingSum _openTrials;
    private long _newest = long.MinValue;

    /// <summary>Delivery probability when it was last worked out.</summary>
    public double Probability { get; set; }

    /// <summary>Messages that it rests on, those of the parents that it borrows from among them.</summary>
    public double Weight { get; set; }

    /// <summary>Standard deviation of the probability.</summary>
    public double Error { get; set; }

    /// <summary>Messages of its own, or of the widest of its parents.</summary>
    public double Seen { get; set; }

    /// <summary>Within which half of the receipts come.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>All that it has seen.</summary>
    public QualitySum All { get; set; }

    /// <summary>What it borrowed: a probability, and the messages that this is worth.</summary>
    public (double Probability, double Weight) Borrowed { get; set; }

    /// <summary>Microseconds at which these were worked out.</summary>
    public long MadeAt { get; set; } = long.MinValue / 2;

    /// <summary>Microseconds at which the newest message was sent of which something was heard.</summary>
    public long UsedAt { get; private set; }

    public void AddSent(long at, DelayCurve curve, long halfLife)
    {
        UsedAt = Math.Max(UsedAt, at);
        if (TryFind(at, curve, halfLife, out int step)) _steps[step].AddSent(at % Step);
        else AddOpen(1, at, curve, halfLife);
    }

    /// <param name="sentAt">Microseconds at which the message was sent: that is the time that it counts for.</param>
    public void AddResult(long sentAt, bool isDelivered, DelayCurve curve, long halfLife)
    {
        UsedAt = Math.Max(UsedAt, sentAt);
        if (TryFind(sentAt, curve, halfLife, out int step))
        {
            _steps[step].AddResult(sentAt % Step, isDelivered);
            return;
        }

        // When its step was closed it counted as what it probably was: now the rest of it.
        double open = _open.At(sentAt, halfLife);
        double counted = open > 0 ? Math.Clamp(_openTrials.At(sentAt, halfLife) / open, 0, 1) : 0;
        if (open > 0)
        {
            _open.Add(-1, sentAt, halfLife);
            _openTrials.Add(-counted, sentAt, halfLife);
        }

        _trials.Add(1 - counted, sentAt, halfLife);
        if (isDelivered) _delivered.Add(1, sentAt, halfLife);
    }

    /// <summary>
    /// Messages and how many of them were delivered, older ones counting less. One whose receipt is still to come counts as the share of receipts
    /// that have come at its age: a young one hardly, an old one as a message that is not delivered. When the last quarter of an hour
    /// contradicts what was before by more than chance can (three standard deviations), it alone counts now.
    /// </summary>
    public (QualitySum Now, QualitySum All) SumAt(long now, DelayCurve curve, long halfLife)
    {
        TryFind(now, curve, halfLife, out _);
        (double trials, double delivered, double newTrials, double newDelivered) = (0, 0, 0, 0);
        for (int i = 0; i < Steps; i++)
        {
            long number = _newest - i;
            if (number < 0) break;
            ref readonly Counts counts = ref _steps[number % Steps];
            if ((counts.Sent | counts.Delivered | counts.Failed) == 0) continue;
            long sinceStart = now - (number * Step);
            double weight = DecayingSum.Weight(sinceStart - (Step / 2), halfLife);
            (double youngest, double oldest) = counts.AgesOfOpen(sinceStart);
            trials += weight * counts.Trials(curve.ArrivedBetween(youngest, oldest));
            delivered += weight * counts.Delivered;
            if (i < NewSteps) (newTrials, newDelivered) = (trials, delivered);
        }

        double oldTrials = trials - newTrials + _trials.At(now, halfLife);
        double oldDelivered = delivered - newDelivered + _delivered.At(now, halfLife);
        var all = new QualitySum(newTrials + oldTrials, newDelivered + oldDelivered);
        return (Contradicts(newTrials, newDelivered, oldTrials, oldDelivered) ? new(newTrials, newDelivered) : all, all);
    }

    // Two shares are compared by their pooled deviation.
    private static bool Contradicts(double newTrials, double newDelivered, double oldTrials, double oldDelivered)
    {
        if (newTrials < LeastNew || oldTrials < LeastNew) return false;
        double pooled = Math.Clamp((newDelivered + oldDelivered) / (newTrials + oldTrials), 0.01, 0.99);
        double deviation = Math.Sqrt(pooled * (1 - pooled) * ((1 / newTrials) + (1 / oldTrials)));
        return Math.Abs((newDelivered / newTrials) - (oldDelivered / oldTrials)) > 3 * deviation;
    }

    // The step of a time; false when it is behind the last hour. Steps that leave it are closed.
    private bool TryFind(long at, DelayCurve curve, long halfLife, out int step)
    {
        long number = Math.Max(0, at) / Step;
        if (_newest == long.MinValue) _newest = number;
        if (number - _newest >= Steps)
        {
            for (long old = Math.Max(0, _newest - Steps + 1); old <= _newest; old++) Close(old, curve, halfLife);
            _newest = number;
        }

        while (_newest < number)
        {
            _newest++;
            if (_newest >= Steps) Close(_newest - Steps, curve, halfLife);
        }

        step = (int)(number % Steps);
        return number > _newest - Steps;
    }

    private void Close(long number, DelayCurve curve, long halfLife)
    {
        ref Counts counts = ref _steps[number % Steps];
        long middle = (number * Step) + (Step / 2);
        _trials.Add(counts.Delivered + counts.Failed, middle, halfLife);
        _delivered.Add(counts.Delivered, middle, halfLife);
        AddOpen(counts.Open, middle, curve, halfLife);
        counts = default;
    }

    private void AddOpen(int messages, long at, DelayCurve curve, long halfLife)
    {
        if (messages == 0) return;
        double counted = messages * curve.Arrived(Span);
        _trials.Add(counted, at, halfLife);
        _open.Add(messages, at, halfLife);
        _openTrials.Add(counted, at, halfLife);
    }

    private struct Counts
    {
        public int Sent;
        public int Delivered;
        public int Failed;

        // Of the times within the step at which those were sent that are open, in seconds.
        private double _sum;
        private double _squares;

        // Results of messages that an earlier process sent have no counterpart among the sent ones.
        public readonly int Open => Math.Max(0, Sent - Delivered - Failed);

        public void AddSent(long offset)
        {
            Sent++;
            Move(offset, 1);
        }

        public void AddResult(long offset, bool isDelivered)
        {
            if (Open > 0) Move(offset, -1);
            if (isDelivered) Delivered++;
            else Failed++;
        }

        public readonly double Trials(double arrived) => Delivered + Failed + (Open * arrived);

        // A burst is one age, an even flow a span of them: as wide as an even flow of the same deviation.
        public readonly (double Youngest, double Oldest) AgesOfOpen(long sinceStart)
        {
            if (Open == 0) return (0, 0);
            double mean = _sum / Open;
            double width = Math.Sqrt(3 * Math.Max(0, (_squares / Open) - (mean * mean))) * 1e6;
            double age = sinceStart - (mean * 1e6);
            return (Math.Max(0, age - width), Math.Max(0, age + width));
        }

        private void Move(long offset, int count)
        {
            double seconds = offset / 1e6;
            _sum += count * seconds;
            _squares += count * seconds * seconds;
        }
    }
}
