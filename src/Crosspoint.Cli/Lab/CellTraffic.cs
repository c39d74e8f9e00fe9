using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab;

/// <summary>
/// Plays the traffic of one cell straight into its detector, in simulated time: messages at random times, day curves, bursts and pauses, answers,
/// receipts that are late or held back, shares that wander and drift. Turns come every quarter of a second while there is something to look at.
/// </summary>
internal sealed class CellTraffic(CellNature nature, ulong seed, CellDetector detector, EventWheel wheel)
{
    private const double Second = 1_000_000;
    private const double Day = 86_400;
    private const long BlockMicros = 300_000_000;
    private const double DropSeconds = 0.3;
    private const double MostWander = 0.01;
    private const int MostWaiting = 50;
    private const double ResponseTimeout = 30;

    // A Monday, 1 January 2024, 00:00 UTC.
    private const long Start = 1_704_067_200_000_000;
    private const uint KnownStatus = 0x0B;
    private const uint RareStatus = 0x45;

    // Turns where nothing happens: a receipt may be missed, and a minute may end.
    private const long IdleSlots = 20;
    private const long EmptySlots = 1_200;

    private static readonly double[] Normals = MakeNormals();

    private readonly List<HealthSignal> _signals = [];
    private Draws _draws = new(seed);
    private CellFault? _fault;
    private long _faultAt;
    private long _now = Start;
    private long _blockEnd = Start;
    private double _rate;
    private double _refused;
    private double _undelivered;
    private double _slower = 1;
    private double _driftRefused;
    private double _driftUndelivered;
    private double _driftDelay;
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
        double blockDays = BlockMicros / Second / Day;
        double angle = ((at / Second % Day) - (nature.Noon * 3600)) / Day * 2 * Math.PI;
        double wave = Math.Cos(angle);
        _rate = nature.Rate * Math.Max(0.02, 1 + (nature.DayDepth * wave)) * Math.Exp((nature.Burst * Normal()) - (nature.Burst * nature.Burst / 2));
        if (_draws.Next() < nature.Campaigns * blockDays)
        {
            _rate *= nature.CampaignFactor;
            _throttleUntil = at + (long)(15 * Second);
        }

        if (_draws.Next() < nature.Pauses * blockDays) _pauseUntil = at + (long)(3600 * Second * _draws.Next());
        if (_draws.Next() < nature.Drops * blockDays) _dropUntil = at + (long)(DropSeconds * Second);
        if (_draws.Next() < nature.Hiccups * blockDays) (_holdFrom, _holdUntil) = (at, at + (long)((5 + (15 * _draws.Next())) * Second));
        double sway = 1 + (nature.DayOfShares * Math.Sin(angle));
        double walk = nature.Drift * Math.Sqrt(blockDays);
        double back = blockDays / 7;
        _driftRefused += (walk * Normal()) - (back * _driftRefused);
        _driftUndelivered += (walk * Normal()) - (back * _driftUndelivered);
        _driftDelay += (walk * Normal()) - (back * _driftDelay);
        _refused = nature.Refused * sway * Math.Exp((Math.Min(nature.Wander, MostWander / nature.Refused) * Normal()) + _driftRefused);
        _undelivered = nature.Undelivered * sway * Math.Exp((Math.Min(nature.Wander, MostWander / nature.Undelivered) * Normal()) + _driftUndelivered);
        _slower = sway * Math.Exp((nature.Wander * Normal() / 2) + _driftDelay);
    }

    private void Submit(long at, long slot)
    {
        Messages++;
        CellFault? fault = Active(at);
        double part = fault is null ? 0 : fault.Ramp > 0 ? Math.Min(1, (at - _faultAt) / Second / fault.Ramp) : 1;
        detector.Submitted(at);
        _waiting++;
        double took = nature.ResponseMedian * Math.Exp(nature.ResponseDeviation * Normal());
        AnswerKind kind = Judge(at, fault, part);
        if (fault is { IsStalled: true } || took > ResponseTimeout) (kind, took) = (AnswerKind.Unanswered, ResponseTimeout);
        uint status = kind != AnswerKind.Refused ? 0 : _draws.Next() < 0.02 ? RareStatus : KnownStatus;
        long answerAt = at + (long)(took * Second);
        wheel.Add(slot, new(WheelKind.Answer, (byte)kind, status, answerAt, answerAt - at, 0));
    }

    private AnswerKind Judge(long at, CellFault? fault, double part)
    {
        double throttled = fault is { Throttled: > 0 } ? fault.Throttled * part : at < _throttleUntil ? 0.5 : 0;
        if (throttled > 0 && _draws.Next() < throttled) return AnswerKind.Throttled;
        if (_draws.Next() < nature.Unanswered) return AnswerKind.Unanswered;
        double refused = fault is { Refused: > 0 } ? _refused + ((fault.Refused - _refused) * part) : _refused;
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
        double part = fault is null ? 0 : fault.Ramp > 0 ? Math.Min(1, (at - _faultAt) / Second / fault.Ramp) : 1;
        double undelivered = _undelivered + (fault is null ? 0 : fault.Undelivered * part);
        bool isDelivered = _draws.Next() >= undelivered;
        double median = nature.ReceiptMedian * _slower * (fault is null ? 1 : 1 + ((fault.Slower - 1) * part));
        double delay = median * Math.Exp(nature.ReceiptDeviation * Normal());
        if (!isDelivered)
        {
            // Some are known at once to be impossible, some are given up late.
            double how = _draws.Next();
            delay *= how < 0.3 ? 0.3 : how < 0.6 ? 8 : 1;
        }

        if (isDelivered && nature.Confirmed > 0 && _draws.Next() < nature.Confirmed)
            Add(new(WheelKind.Confirmation, 1, 0, at + (long)((delay + 10 + (20 * _draws.Next())) * Second), 0, 0));
        if (fault is { FakedAfter: > 0 }) (isDelivered, delay) = (true, fault.FakedAfter + (fault.FakedSpread * ((2 * _draws.Next()) - 1)));
        else if (_draws.Next() < nature.NoReceipt) return;
        if (fault is { IsSilent: true }) return;
        long due = at + (long)(delay * Second);
        if (_fault is { IsStalled: true } && Active(due) is not null) return;
        Add(new(WheelKind.Receipt, isDelivered ? (byte)1 : (byte)0, 0, due, due - at, 0));
    }

    private void Add(in WheelEvent what) => wheel.Add(_now / EventWheel.SlotMicros, in what);

    private CellFault? Active(long at) => _fault is { } fault && at >= _faultAt && (fault.Lasts <= 0 || at < _faultAt + (fault.Lasts * Second)) ? fault : null;

    private bool Is(Func<CellFault, bool> fits) => Active(_now) is { } fault && fits(fault);

    private double Normal()
    {
        double place = _draws.Next() * (Normals.Length - 1);
        int index = (int)place;
        return Normals[index] + ((Normals[index + 1] - Normals[index]) * (place - index));
    }

    // Quantiles of the normal distribution, by halving; its ends are those of one in 8,192.
    private static double[] MakeNormals()
    {
        double[] normals = new double[4097];
        for (int i = 0; i < normals.Length; i++)
        {
            double share = Math.Clamp(i / 4096.0, 1.0 / 8192, 1 - (1.0 / 8192));
            double low = -5;
            double high = 5;
            while (high - low > 1e-9)
            {
                double middle = (low + high) / 2;
                if (Cumulative(middle) < share) low = middle;
                else high = middle;
            }

            normals[i] = low;
        }

        return normals;
    }

    // Abramowitz and Stegun (1964), 26.2.17.
    private static double Cumulative(double x)
    {
        double t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x >= 0 ? 1 - tail : tail;
    }
}
