using System.Runtime.CompilerServices;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// Watches one cell: signs, rules and sequential tests against what is usual for it (docs/health.md, Detection). What it is told costs some
/// additions; the tests run in <see cref="Turn(long, List{HealthSignal})"/>. Memory is taken once, when it is made.
/// </summary>
public sealed partial class CellDetector : ICellDetector
{
    private const long Micros = 1_000_000;
    private const long Never = long.MinValue / 2;
    private const int Kinds = (int)SignalKind.ResponsesSlow + 1;

    // No rule that gives way to the usual is judged on less.
    private const double FewAnswers = 200;

    // Nothing is new to a cell in its first hour, nor to one that has answered less than this: statuses of one in a hundred have been seen then.
    private const double ManyAnswers = 500;
    private const long FirstHour = 3600 * Micros;

    // Receipts, or answers, of which a quantile is to be believed.
    private const double FewTimes = 200;

    // Receipts from which on it is known when they come.
    private const double FewDelays = 100;

    // From 131 ms to 2.4 hours for receipts, from 4 ms to 17 s for responses; what is longer counts as that.
    private const int ReceiptBins = 33;
    private const int ReceiptPower = 17;
    private const int ResponseBins = 25;
    private const int ResponsePower = 12;

    private const double MostBorrowed = 100;

    // Where nothing is borrowed.
    private const double OwnWeight = 20;

    // No cell that does well is worse than the most of its form; see ShareTestForm.
    private static readonly ShareTestForm ErrorForm = new(Floor: 0.01, Shift: 0.04, RelativeShift: 0.5, Steps: 6, IsDaily: true, IsClumpy: true, Most: 0.2);
    private static readonly ShareTestForm TimeoutForm = new(Floor: 0.005, Shift: 0.05, RelativeShift: 1, Steps: 12, Most: 0.1);
    private static readonly ShareTestForm DeliveryForm = new(Floor: 0.02, Shift: 0.08, RelativeShift: 0, Steps: 6, IsDaily: true, Most: 0.4);
    private static readonly ShareTestForm FastForm = new(Floor: 0.03, Shift: 0.4, RelativeShift: 0, Steps: 10, NeedsOwn: true);
    private static readonly ShareTestForm SameForm = new(Floor: 0.05, Shift: 0.5, RelativeShift: 0, Steps: 10, NeedsOwn: true);

    private readonly HealthCell _cell;
    private readonly DetectionOptions _options;
    private readonly DetectionRules _rules;
    private readonly long _repeat;
    private readonly long _adoptAfter;
    private readonly long _borrowedP99;
    private readonly bool _wasResponseKnown;

    // Kinds that a rule of the operator's may keep on for ever: they do not keep the cell from learning.
    private readonly int _asSet;
    private SaidTimes _saidAt;

    // Until it is told anything: then it knows more.
    private CellMemory? _given;

    private long _now;
    private long _since;
    private int _on;

    // Totals.
    private long _submitted;
    private long _accepted;
    private long _refused;
    private long _throttled;
    private long _unanswered;
    private long _sent;
    private long _delivered;
    private long _undelivered;
    private long _confirmed;
    private long _slow;
    private double _expectedRefused;
    private double _expectedDelivered;
    private double _toldDelivered;

    // What waits for an answer.
    private int _waiting;
    private long _waitingSince;
    private long _stallEndedAt;
    private long _stallLimit;
    private bool _isStalled;
    private LogHistogram _responses = new(ResponseBins, ResponsePower);

    // The last minute.
    private Window _window;
    private WindowStep _minute;
    private long _windowStep;
    private long _windowEnd;
    private StatusMemory _statuses;

    private ShareTest _errors;
    private ShareTest _timeouts;
    private ShareTest _delivery;
    private ShareTest _fast;
    private ShareTest _same;

    // Receipts.
    private Cohorts _cohorts;
    private long _cohortEnd;
    private int _mature;
    private double _receiptsSent;
    private double _receiptsCame;
    private LogHistogram _delays = new(ReceiptBins, ReceiptPower);
    private LogHistogram _recent = new(ReceiptBins, ReceiptPower);
    private LogHistogram _before = new(ReceiptBins, ReceiptPower);
    private long _blockSince;
    private long _beforeSince;
    private double _fastEdge;
    private double _busiest;
    private long _anchor;
    private long _nextAnchor;

    /// <param name="usual">What a wider cell has learned; null where nothing is known.</param>
    /// <param name="memory">What a detector of the same cell had learned before; null where there was none. Goes before what is usual elsewhere.</param>
    public CellDetector(HealthCell cell, DetectionOptions options, CellUsual? usual = null, CellMemory? memory = null)
    {
        if (options.Problems() is [var problem, ..]) throw new ArgumentException(problem, nameof(options));
        usual ??= new();
        (_cell, _options, _rules) = (cell, options, options.RulesOf(cell));
        _repeat = InMicros(options.Repeat);
        _adoptAfter = InMicros(options.AdoptAfter);
        _asSet = (_rules.Errors is null ? 0 : BitOf(SignalKind.Errors)) | (_rules.ReceiptsP95 is null ? 0 : BitOf(SignalKind.ReceiptsSlow))
            | (_rules.Throttled is null ? 0 : BitOf(SignalKind.Throttled));
        double weight = Math.Clamp(usual.Weight, 1, MostBorrowed);
        _errors = new(ErrorForm, options.Evidence, Share(usual.Refused), weight);
        _timeouts = new(TimeoutForm, options.Evidence, Share(usual.Unanswered), weight);
        _delivery = new(DeliveryForm, options.Evidence, Share(usual.Undelivered), weight);
        _fast = new(FastForm, options.Evidence, 0.05, OwnWeight);
        _same = new(SameForm, options.Evidence, 0.05, OwnWeight);
        double median = Math.Clamp(usual.ReceiptMedian.TotalMicroseconds, 1_000, InMicros(TimeSpan.FromDays(1)));
        double p95 = Math.Max(usual.ReceiptP95.TotalMicroseconds, median * 1.1);
        _delays.FillLogNormal(median, Math.Log(p95 / median) / 1.645, weight);
        (_receiptsSent, _receiptsCame) = (weight, weight * Share(usual.Receipts));
        // Another network may well be slower than its neighbours: of what is only borrowed the longer counts.
        _borrowedP99 = memory?.ResponseP99 ?? Math.Max(InMicros(usual.ResponseP99), InMicros(options.ResponseP99));
        _stallLimit = LimitOf(_borrowedP99);
        _cohorts = new(Micros);
        for (int i = 0; i < Kinds; i++) _saidAt[i] = Never;
        if (memory is null) return;
        _wasResponseKnown = memory.IsResponseKnown;
        _given = memory;
        _since = -memory.Watched;
        Take(memory);
    }

    /// <inheritdoc />
    public CellTotals Totals
    {
        get
        {
            // What is usual may be learned to be less in between; a sum that only grows cannot say so.
            _toldDelivered = Math.Max(_toldDelivered, _expectedDelivered + (_cohorts.Aged(in _delays, _now) * UsualDelivery));
            return new(_submitted, _accepted, _refused, _throttled, _unanswered, _sent, _delivered, _undelivered, _toldDelivered, _expectedRefused)
            {
                Slow = _slow,
            };
        }
    }

    /// <summary>What is usual for the cell, as far as it is known: for narrower cells that are new.</summary>
    public CellUsual Usual => new()
    {
        Refused = _errors.Usual,
        Unanswered = _timeouts.Usual,
        Undelivered = _delivery.Usual,
        Receipts = _receiptsCame / _receiptsSent,
        ResponseP99 = _responses.Total >= FewTimes ? TimeSpan.FromMicroseconds(_responses.Quantile(0.99)) : TimeSpan.FromMicroseconds(_borrowedP99),
        ReceiptMedian = TimeSpan.FromMicroseconds(_delays.Quantile(0.5)),
        ReceiptP95 = TimeSpan.FromMicroseconds(_delays.Quantile(0.95)),
        Weight = Math.Min(_errors.Weight, _delivery.Weight),
    };

    // It has shown how long answers usually take.
    private bool IsResponseKnown => _wasResponseKnown || _responses.Total >= FewTimes;

    // Something is wrong with the cell: nothing is learned from what it does now.
    private bool IsFrozen => (_on & ~_asSet) != 0 || _errors.IsOn;

    private double UsualDelivery => Math.Min(1, _receiptsCame / _receiptsSent) * (1 - _delivery.Usual);

    /// <inheritdoc />
    public void Submitted(long now)
    {
        now = Tell(now);
        _submitted++;
        if (++_waiting == _options.StalledWaiting) _waitingSince = now;
    }

    /// <inheritdoc />
    public void Answered(AnswerKind kind, uint status, long took, long now)
    {
        now = Tell(now);
        took = Math.Max(0, took);
        if (now >= _windowEnd) Rotate(now / WindowStepMicros);
        if (_waiting > 0) _waiting--;
        _timeouts.Add(kind == AnswerKind.Unanswered);
        if (kind == AnswerKind.Unanswered)
        {
            _unanswered++;
            _minute.Unanswered++;
            _window[(int)(_windowStep % WindowSteps)].Unanswered++;
            return;
        }

        // Only answers to what was written after a stall say how long answers usually take.
        _waitingSince = now;
        if (_isStalled) EndStall(now);
        if (now - took >= _stallEndedAt && took <= _stallLimit) _responses.Add(took);
        _minute.Answered++;
        ref WindowStep step = ref _window[(int)(_windowStep % WindowSteps)];
        step.Answered++;
        if (took > _stallLimit && IsResponseKnown) AddSlow(took);
        switch (kind)
        {
            case AnswerKind.Accepted:
                _accepted++;
                break;
            case AnswerKind.Refused:
                _refused++;
                _minute.Refused++;
                step.Refused++;
                _statuses.Add(status, now, _errors.Weight < ManyAnswers || now - _since < FirstHour);
                break;
            default:
                _throttled++;
                _minute.Throttled++;
                step.Throttled++;
                return;
        }

        _errors.Add(kind == AnswerKind.Refused);
        _expectedRefused += _errors.Usual;
    }

    /// <inheritdoc />
    public void Sent(long now)
    {
        now = Tell(now);
        if (now >= _cohortEnd) Advance(now);
        _sent++;
        _cohorts.Sent(now);
    }

    /// <inheritdoc />
    public void Ended(bool isDelivered, long delay, long now)
    {
        now = Tell(now);
        if (isDelivered) _delivered++;
        else _undelivered++;
        if (delay < 0) return;
        if (now >= _cohortEnd) Advance(now);
        _cohorts.Ended(now - delay, !isDelivered, isDelivered && delay <= _fastEdge, isDelivered && Math.Abs(delay - _anchor) * 32 <= _anchor);
        if (!isDelivered) return;
        _recent.Add(delay);
        if (now < _nextAnchor) return;
        // From another second: receipts that were held back and are given all at once differ by as little as their messages.
        _nextAnchor = now + Micros;
        _anchor = delay;
    }

    /// <inheritdoc />
    public void Feedback(bool isConfirmed, long now)
    {
        Tell(now);
        if (isConfirmed) _confirmed++;
    }

    // Time never goes back.
    private long Tell(long now)
    {
        if (now > _now)
        {
            if (_now == 0) (_since, _given) = (_since + now, null);
            _now = now;
        }

        return _now;
    }

    [InlineArray(WindowSteps)]
    private struct Window
    {
        private WindowStep _first;
    }

    [InlineArray(Kinds)]
    private struct SaidTimes
    {
        private long _first;
    }

    private static int BitOf(SignalKind kind) => 1 << (int)kind;

    private static long InMicros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static double Share(double share) => share is >= 0 and <= 1 ? share : 0;
}
