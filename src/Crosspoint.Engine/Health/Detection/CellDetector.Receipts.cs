namespace Crosspoint.Engine.Health.Detection;

// Receipts: those that do not come, come late, or come too well.
public sealed partial class CellDetector
{
    // The sequential test looks for three receipts where ten are due; up to six of ten are no evidence at all.
    private const double SilentShare = 0.3;
    private static readonly double SilentGain = 1 - SilentShare;
    private static readonly double SilentLoss = -Math.Log(SilentShare);
    private const double MostSilent = 2;

    // Times to a receipt are judged and learned in blocks: as long as half of the messages that a rule asks for take.
    private const long BlockMicros = 30 * Micros;
    private const long LongestBlockMicros = 3600 * Micros;
    private const double UsualSlowSeconds = 4;
    private const double LeastLate = 0.02;
    private const double LateShare = 0.05;

    // Fast is what takes less than the usual 5th percentile by so much: at night everything is somewhat faster.
    private const double FastStretch = 1.5;

    // A cell's first receipts are the fastest ones: when its receipts come is known after so long, and after so many times as long as most of them take.
    private const long LeastOfReceipts = 60 * Micros;
    private const double TimesOfReceipts = 5;

    // Confirmations since receipts are missed that say that the messages arrive all the same.
    private const double LeastConfirmed = 5;
    private const double ConfirmedKeep = 0.9999;

    // An octave: a time at the edge of two steps of half an octave falls into both.
    private const double AlikeSpread = 2;

    // Times that short are not told apart.
    private const double LeastApart = 0.25 * Micros;

    private bool _areAlike;
    private double _silent;
    private long _silentSince;
    private double _silentDue;
    private double _silentCame;
    private long _silentSent;
    private long _silentConfirmed;
    private double _nextDue;
    private double _due;
    private int _came;
    private bool _isStepEnded;
    private long _silentOnSince;
    private long _slowSince;
    private long _learnedSent;
    private long _learnedConfirmed;
    private double _sentUsual;
    private double _confirmedUsual;

    // What it says of silence.
    private Evidence LookAtReceipts(long now, List<HealthSignal> signals)
    {
        if (_cohortEnd == 0) return default;
        Evidence silence = _isStepEnded ? LookForSilence(now, signals) : default;
        long lasted = now - _blockSince;
        if (lasted < BlockMicros || (lasted < LongestBlockMicros && _recent.Total < LeastOfBlock)) return silence;
        LookForSlowness(now, signals);
        EndBlock(now);
        return silence;
    }

    private double LeastOfBlock => (_rules.Messages ?? UsualMessages) / 2;

    // Goes on to the step of now. A step that is old enough tells how many of its receipts were bad; one that leaves, how many came at all.
    private void Advance(long now)
    {
        if (_cohortEnd == 0)
        {
            Restart(now);
            return;
        }

        long head = now / _cohorts.Width;
        for (int i = 0; i < 2 * Cohorts.Count && _cohorts.Head < head; i++)
        {
            ref Cohort mature = ref _cohorts.At(_mature - 1);
            if (mature.Ended > 0) Judge(in mature);
            Cohort left = _cohorts.Next();
            _due += _nextDue;
            _came += _cohorts.Came;
            _cohorts.Came = 0;
            _nextDue = _cohorts.Due();
            _isStepEnded = true;
            if (left.Sent == 0) continue;
            _expectedDelivered += left.Sent * UsualDelivery;
            if (IsFrozen) continue;
            _receiptsSent += left.Sent;
            _receiptsCame += left.Ended;
        }

        if (_cohorts.Head < head) _cohorts.Skip(head);
        _cohortEnd = (head + 1) * _cohorts.Width;
    }

    // What was sent at one time is judged together, once nearly all of its receipts are there: when a burst begins the first receipts are the
    // fastest ones, and when it ends the last ones are the worst.
    private void Judge(in Cohort cohort)
    {
        _delivery.Add(cohort.Ended, cohort.Failed);
        int delivered = cohort.Ended - cohort.Failed;
        if (_fastEdge <= 0 || delivered == 0) return;
        if (_fastEdge >= LeastApart / 2) _fast.Add(delivered, cohort.Fast);
        if (!_areAlike) _same.Add(delivered, cohort.Same);
    }

    // The width follows the time to a receipt: nine of ten come within nine steps.
    private void Restart(long now)
    {
        double p90 = _delays.Quantile(0.9);
        long width = (long)Math.Clamp(p90 / 9, Micros, 3600.0 * Micros);
        if (_cohortEnd > 0) _expectedDelivered += _cohorts.Aged(in _delays, now) * UsualDelivery;
        else _blockSince = now;
        _cohorts.Restart(width, now);
        _cohortEnd = (_cohorts.Head + 1) * width;
        _silent = _nextDue = _due = 0;
        _came = 0;
        Expect();
    }

    private void Expect()
    {
        _cohorts.Expect(in _delays, _receiptsCame / _receiptsSent, _options.ReceiptsStretch);
        _mature = (int)Math.Clamp(Math.Ceiling(_delays.Quantile(0.9) / _cohorts.Width) + 1, 2, Cohorts.Count - 4);
    }

    // A cumulative sum of Poisson counts (Lucas, 1985): receipts that came against those that were due of messages without one.
    private Evidence LookForSilence(long now, List<HealthSignal> signals)
    {
        float threshold = _delivery.Threshold;
        double gain = (_due * SilentGain) - (_came * SilentLoss);
        var evidence = new Evidence((float)gain, (float)_due, (float)(_due - _came), 0);
        _silent = Math.Min(_silent + gain, MostSilent * threshold);
        _silentDue += _due;
        _silentCame += _came;
        bool isDue = _due > 0;
        (_due, _came, _isStepEnded) = (0, 0, false);
        if (_silent <= 0 || !IsReceiptKnown)
        {
            _silent = 0;
            StartSilence(now);
            if (IsOn(SignalKind.ReceiptsSilent)) Set(SignalKind.ReceiptsSilent, false);
            return IsReceiptKnown ? evidence : default;
        }

        if (IsContradicted) return default;
        if (!isDue || _silent < threshold || now - _silentSince < LeastSilence || _silentCame > 0.5 * _silentDue) return evidence;
        if (!IsOn(SignalKind.ReceiptsSilent)) _silentOnSince = now;
        if (now - _silentOnSince > _adoptAfter)
        {
            // So few receipts are what is usual from now on.
            _receiptsCame = Math.Min(_receiptsCame, _receiptsSent * _silentCame / Math.Max(1, _silentDue));
            _silent = 0;
            Expect();
            return default;
        }

        if (!IsDue(SignalKind.ReceiptsSilent, now)) return default;
        signals.Add(Signal(SignalKind.ReceiptsSilent, SignalSource.Statistic, _silentCame / _silentDue, 1, _silentDue, _silentSince));
        StartSilence(now);
        return default;
    }

    private long LeastSilence => Math.Max(InMicros(_options.ReceiptsSilentAfter), 4 * _cohorts.Width);

    // What a cell has only borrowed says nothing of when its own receipts come, and the first of them are the fastest ones.
    private bool IsReceiptKnown =>
        _delays.Total >= FewDelays && _now - _since >= Math.Max(LeastOfReceipts, TimesOfReceipts * _delays.Quantile(0.9));

    private void StartSilence(long now)
    {
        (_silentSince, _silentDue, _silentCame) = (now, 0, 0);
        (_silentSent, _silentConfirmed) = (_sent, _confirmed);
    }

    // Recipients confirm about as often as ever: messages arrive, and only their receipts do not.
    private bool IsContradicted
    {
        get
        {
            double confirmed = _confirmed - _silentConfirmed;
            return confirmed >= LeastConfirmed && _sentUsual > 0 && confirmed * _sentUsual >= 0.5 * _confirmedUsual * (_sent - _silentSent);
        }
    }

    private void LookForSlowness(long now, List<HealthSignal> signals)
    {
        double messages = _rules.Messages ?? UsualMessages;
        bool isLearned = _delays.Total >= FewTimes;
        double usual = _delays.Quantile(0.95);
        double limit = _rules.ReceiptsP95 is { } set ? InMicros(set) : Math.Max(UsualSlowSeconds * Micros, TimesUsual * usual);
        double all = _recent.Total + _before.Total;
        if (all == 0) return;
        double seconds = Math.Max(1, now - _blockSince) / Micros;
        _busiest = Math.Max(_recent.Total / seconds, _busiest * Math.Exp(-seconds / Math.Max(600, 5 * usual / Micros)));
        double late = ((_recent.Total * (1 - _recent.ShareUpTo(limit))) + (_before.Total * (1 - _before.ShareUpTo(limit)))) / all;
        bool isSlow = all >= messages && late > LateShare;
        if (isSlow && _rules.ReceiptsP95 is null)
        {
            // Late in both halves: receipts that were held back for a moment and came at once are in one.
            double leastOfEach = LeastOfBlock / 2;
            // After a burst what is late of it comes among the few receipts of later messages: against those of the busiest block of late.
            double allowed = Math.Max(LeastLate, 1 - _delays.ShareUpTo(limit));
            double burst = Math.Min(1, _recent.Total / seconds / _busiest);
            late *= burst;
            isSlow = isLearned && _recent.Total >= leastOfEach && _before.Total >= leastOfEach && 1 - _recent.ShareUpTo(limit) > LateShare
                && 1 - _before.ShareUpTo(limit) > LateShare && late > 2 * allowed && all * Divergence(late, allowed) >= _delivery.Threshold;
        }

        if (!isSlow)
        {
            // Too few to say is no end of it.
            if (all >= messages) Set(SignalKind.ReceiptsSlow, false);
            return;
        }

        if (!IsOn(SignalKind.ReceiptsSlow)) _slowSince = now;
        if (_rules.ReceiptsP95 is null && now - _slowSince > _adoptAfter)
        {
            _delays.Clear();
            Set(SignalKind.ReceiptsSlow, false);
            return;
        }

        if (!IsDue(SignalKind.ReceiptsSlow, now)) return;
        double p95 = Math.Max(_recent.Quantile(0.95), limit);
        signals.Add(Signal(SignalKind.ReceiptsSlow, SignalSource.Rule, p95 / Micros, limit / Micros, all, _beforeSince > 0 ? _beforeSince : _blockSince));
    }

    // Where all receipts take about as long as each other anyhow, as those of a carrier that is simulated, one more that does says nothing.
    private void Learn()
    {
        bool wereAlike = _areAlike;
        _areAlike = _before.Quantile(0.9) < Math.Max(LeastApart, AlikeSpread * _before.Quantile(0.1));
        if (wereAlike && !_areAlike) _same.Reset(0.05, OwnWeight);
        _delays.Take(ref _before);
    }

    // The block before the last one has been cleared by all that was looked at since: it is learned. What comes while something is wrong is not.
    private void EndBlock(long now)
    {
        bool isClear = !IsFrozen && Math.Max(_fast.Suspicion, _same.Suspicion) < 0.5 && _silent < _delivery.Threshold / 2;
        if (isClear && _before.Total > 0) Learn();
        else _before.Clear();
        _before.Swap(ref _recent);
        (_beforeSince, _blockSince) = (_blockSince, now);
        if (isClear)
        {
            _sentUsual = (_sentUsual * ConfirmedKeep) + _sent - _learnedSent;
            _confirmedUsual = (_confirmedUsual * ConfirmedKeep) + _confirmed - _learnedConfirmed;
        }

        (_learnedSent, _learnedConfirmed) = (_sent, _confirmed);
        if (!isClear) return;
        double p90 = _delays.Quantile(0.9);
        double width = Math.Clamp(p90 / 9, Micros, 3600.0 * Micros);
        if (width > 1.7 * _cohorts.Width || width < 0.6 * _cohorts.Width) Restart(now);
        else Expect();
        if (_delays.Total < FewTimes) return;

        // The edge of what is fast follows slowly; with another edge the share is learned anew.
        double below = _fastEdge > 0 ? _delays.ShareUpTo(_fastEdge * FastStretch) : 0;
        if (below is >= 0.02 and <= 0.1) return;
        _fastEdge = _delays.Quantile(0.05) / FastStretch;
        _fast.Reset(0.05, OwnWeight);
    }
}
