using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab;

/// <summary>
/// Plays the traffic of one cell straight into its detector, in simulated time: messages at random times, day curves, bursts and pauses, answers,
/// receipts that are late or held back, shares that wander and drift. Turns come every quarter of a second while there is something to look at.
/// </summary>
internal sealed class CellTraffic(CellNature nature, ulong seed, CellDetector detector, EventWheel<WheelEvent> wheel)
{
    private const double Second = 1_000_000;
    private const double DaySeconds = 86_400;
    private const long BlockMicros = 300_000_000;
    private const double DropSeconds = 0.3;
    private const int MostWaiting = 50;
    private const double ResponseTimeout = 30;

    // A Monday, 1 January 2024, 00:00 UTC.
    private const long Start = 1_704_067_200_000_000;
    private const uint KnownStatus = 0x0B;
    private const uint RareStatus = 0x45;

    // Turns where nothing happens: a receipt may be missed, and a minute may end.
    private const long IdleSlots = 20;
    private const long EmptySlots = 1_200;

    private readonly List<HealthSignal> _signals = [];
    private Draws _draws = new(seed);
    private CellFault? _fault;
    private long _faultAt;
    private long _now = Start;
    private long _blockEnd = Start;
    private double _rate;
    private CellShares _shares = new();
    private long _dropUntil;
    private long _holdFrom;
    private long _holdUntil;
    private long _throttleUntil;
    private long _pauseUntil;
    private int _clump;
    private int _waiting;
    private long _next;
    private long _lastTurn = Start / EventWheel.SlotMicros;

    public long Messages { get; private set; }

    /// <summary>Microseconds; at the beginning of the slot that comes next.</summary>
    public long Now => _now;

    /// <summary>From now on.</summary>
    public void Break(CellFault fault) => (_fault, _faultAt) = (fault, _now);

    /// <summary>Goes on until then.</summary>
    /// <param name="told">Is given each signal; true stops the run.</param>
    public bool Play(TimeSpan time, Func<HealthSignal, bool> told)
    {
        long end = _now + (long)time.TotalMicroseconds;
        if (_next == 0) _next = NextMessage(_now);
        while (_now < end)
        {
            long slot = _now / EventWheel.SlotMicros;
            bool isHappening = Math.Min(_next / EventWheel.SlotMicros, wheel.Next(slot)) <= slot;
            if (isHappening) Happen(slot);
            if (isHappening || _waiting >= 3 || slot - _lastTurn >= (wheel.Count > 0 ? IdleSlots : EmptySlots))
            {
                _lastTurn = slot;
                detector.Turn((slot + 1) * EventWheel.SlotMicros, _signals);
            }

            bool isEnough = false;
            foreach (HealthSignal signal in _signals) isEnough |= told(signal);
            _signals.Clear();
            long first = _waiting >= 3 ? slot + 1 : Math.Min(Math.Min(_next / EventWheel.SlotMicros, wheel.Next(slot + 1)), _lastTurn + (wheel.Count > 0 ? IdleSlots : EmptySlots));
            _now = Math.Max(slot + 1, first) * EventWheel.SlotMicros;
            if (isEnough) return true;
        }

        return false;
    }

    // First what is submitted: it may be answered in the same slot.
    private void Happen(long slot)
    {
        long end = (slot + 1) * EventWheel.SlotMicros;
        while (_next < end)
        {
            // A stalled session takes no more than its window.
            if (_waiting < MostWaiting || !Is(static fault => fault.IsStalled)) Submit(_next, slot);
            _next = NextMessage(_next);
        }

        while (wheel.TryTake(slot, out WheelEvent what))
        {
            // What would be later than the wheel goes, comes at its end.
            what.At = Math.Min(what.At, end);
            switch (what.Kind)
            {
                case WheelKind.Answer:
                    Answer(in what);
                    break;
                case WheelKind.Receipt when what.At >= _holdFrom && what.At < _holdUntil:
                    wheel.Add(slot + 1, what with { At = _holdUntil, Took = what.Took + _holdUntil - what.At });
                    break;
                case WheelKind.Receipt:
                    detector.Ended(what.Outcome == 1, what.Took, what.At);
                    break;
                default:
                    detector.Feedback(isConfirmed: true, what.At);
                    break;
            }
        }
    }

    // Times between messages are exponential; at the end of five minutes the rate is another one.
    private long NextMessage(long after)
    {
        while (true)
        {
            if (after >= _blockEnd) StartBlock(after);
            long next = Math.Max(after, _pauseUntil) + 1 + (long)(-Math.Log(1 - _draws.Next()) / _rate * Second);
            if (next < _blockEnd) return next;
            after = _blockEnd;
        }
    }

    private void StartBlock(long at)
    {
        _blockEnd = at - (at % BlockMicros) + BlockMicros;
        double blockDays = BlockMicros / Second / DaySeconds;
        double angle = nature.AngleAt(at);
        _rate = nature.RateAt(angle, ref _draws);
        if (_draws.Next() < nature.Campaigns * blockDays)
        {
            _rate *= nature.CampaignFactor;
            _throttleUntil = at + (long)(15 * Second);
        }

        if (_draws.Next() < nature.Pauses * blockDays) _pauseUntil = at + (long)(3600 * Second * _draws.Next());
        if (_draws.Next() < nature.Drops * blockDays) _dropUntil = at + (long)(DropSeconds * Second);
        if (_draws.Next() < nature.Hiccups * blockDays) (_holdFrom, _holdUntil) = (at, at + (long)((5 + (15 * _draws.Next())) * Second));
        _shares.Walk(nature, angle, blockDays, ref _draws);
    }

    private void Submit(long at, long slot)
    {
        Messages++;
        CellFault? fault = Active(at);
        double part = fault?.PartAfter((at - _faultAt) / Second) ?? 0;
        detector.Submitted(at);
        _waiting++;
        double took = nature.ResponseMedian * Math.Exp(nature.ResponseDeviation * Normals.Next(ref _draws));
        AnswerKind kind = Judge(at, fault, part);
        if (fault is { IsStalled: true } || took > ResponseTimeout) (kind, took) = (AnswerKind.Unanswered, ResponseTimeout);
        uint status = kind != AnswerKind.Refused ? 0 : _draws.Next() < 0.02 ? RareStatus : KnownStatus;
        long answerAt = at + (long)(took * Second);
        wheel.Add(slot, new(WheelKind.Answer, (byte)kind, status, answerAt, answerAt - at));
    }

    private AnswerKind Judge(long at, CellFault? fault, double part)
    {
        double throttled = fault is { Throttled: > 0 } ? fault.Throttled * part : at < _throttleUntil ? 0.5 : 0;
        if (throttled > 0 && _draws.Next() < throttled) return AnswerKind.Throttled;
        if (_draws.Next() < nature.Unanswered) return AnswerKind.Unanswered;
        double refused = _shares.RefusedUnder(fault, part);
        if (_clump > 0)
        {
            _clump--;
            if (_draws.Next() < 0.7) return AnswerKind.Refused;
        }

        if (_draws.Next() >= refused) return AnswerKind.Accepted;
        if (_draws.Next() < nature.Clumps) _clump = 4;
        return AnswerKind.Refused;
    }

    private void Answer(in WheelEvent what)
    {
        _waiting--;
        var kind = (AnswerKind)what.Outcome;
        if (what.At < _dropUntil && what.At >= _dropUntil - (long)(DropSeconds * Second)) kind = AnswerKind.Unanswered;
        detector.Answered(kind, kind == AnswerKind.Refused ? what.Status : 0, what.Took, what.At);
        if (kind == AnswerKind.Accepted) Send(what.At);
    }

    private void Send(long at)
    {
        detector.Sent(at);
        CellFault? fault = Active(at);
        MessageFate fate = _shares.Fate(nature, fault, fault?.PartAfter((at - _faultAt) / Second) ?? 0, ref _draws);
        if (fate.IsConfirmed) Add(new(WheelKind.Confirmation, 1, 0, at + (long)(fate.ConfirmedAfter * Second), 0));
        if (!fate.HasReceipt) return;
        long due = at + (long)(fate.ReceiptAfter * Second);
        if (_fault is { IsStalled: true } && Active(due) is not null) return;
        Add(new(WheelKind.Receipt, fate.SaysDelivered ? (byte)1 : (byte)0, 0, due, due - at));
    }

    private void Add(in WheelEvent what) => wheel.Add(_now / EventWheel.SlotMicros, in what);

    private CellFault? Active(long at) => _fault is { } fault && at >= _faultAt && (fault.Lasts <= 0 || at < _faultAt + (fault.Lasts * Second)) ? fault : null;

    private bool Is(Func<CellFault, bool> fits) => Active(_now) is { } fault && fits(fault);
}
