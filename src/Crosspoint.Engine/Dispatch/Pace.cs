using Crosspoint.Engine.Limits;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// How fast a connection sends: never above the contracted rate, and below it at what the carrier is seen to take. When the carrier says
/// "slow down", sending pauses briefly and goes on at 0.7 of the rate that was accepted; a clean quarter of a second leads back to 0.95 of
/// it, and from there each clean second adds a step, each twice the last, so that a carrier that takes N a second gets close to N with few
/// refusals. Where cut after cut is refused a share of whole seconds, below what was taken before, the rate is not the reason: it goes back, and such a share
/// is borne. A carrier that took nothing at all is left alone for 1 s, doubling to 60 s. It belongs to the connection, so it outlives a
/// reconnect. Not thread-safe: its lane's lock guards it.
/// </summary>
/// <param name="contracted">Segments a second; 0 for what the carrier takes.</param>
/// <param name="burst">As for <see cref="TokenBucket"/>; of the contracted rate alone.</param>
public sealed class Pace(double contracted, double burst, TimeProvider time)
{
    private const double Cut = 0.7;
    private const double SafeShare = 0.95;
    private const double Step = 0.02;
    private const double BigStep = 0.25;
    private const double MostStep = 1;
    private const double LeastRate = 1;

    // Refusals that slower sending did not cure so many times in a row are not about the rate.
    private const int UselessCuts = 4;

    // So many times as many as lie between two refusals that come at any rate, and none of them refused: those have ended.
    private const int EnoughToForget = 8;

    // So many in a row without a refusal: slower sending has helped.
    private const int EnoughToForgive = 200;

    // Fewer are hard to tell from none; and how many in a row there is a reason to count.
    private const double LeastBackground = 0.02;
    private const int EnoughOfAll = 1_000;

    // Fewer answers show no share; fewer still, no rate.
    private const int EnoughForShare = 64;
    private const int EnoughToPause = 20;
    private const int EnoughToCut = 10;
    private const double MostOfASecond = 0.5;
    private const int StreakToPause = 10;
    private const int StreakAfterPause = 3;
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forgets = TimeSpan.FromMinutes(10);

    private readonly TokenBucket _contract = new(contracted, burst, time);
    private readonly TokenBucket _learned = new(0, 0, time);
    private readonly AcceptedMeter _meter = new(time);

    // The rate that the carrier was seen to take at the last cut.
    private double _ceiling;

    // The same at the last cut after a whole second, which is the surer word.
    private double _steady;
    private double _step = Step;
    private TimeSpan _rest = First;
    private long _pausedAt;
    private TimeSpan _pause;
    private bool _isJudged;
    private double _acceptedBefore;
    private long _throttledAt;
    private long _steppedAt;
    private long _resumedAt;
    private int _usedSinceStep;
    private bool _isCleanSinceStep;

    // Answers to what was sent in this epoch; refusals in a row, and acceptances; cuts in a row that helped nothing, and what was so before them.
    private int _accepted;
    private int _refused;
    private int _streak;
    private int _taken;
    private int _useless;
    private int _uselessAccepted;
    private int _uselessRefused;
    private double _limitBefore;

    // The share of refusals that comes at any rate.
    private double _background;

    /// <summary>0 to 1, for the spread of pauses; tests and simulations fix it.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>
    /// Rises when sending goes on after a pause. Answers to segments of an earlier epoch say nothing about the present rate.
    /// </summary>
    public int Epoch { get; private set; }

    /// <summary>Segments a second that the carrier is seen to take; 0 while nothing has shown a limit below the contracted rate.</summary>
    public double LearnedRate => _learned.Rate;

    /// <summary>Segments a second that an operator allows, below the contracted rate; 0 for no cap.</summary>
    public double Cap { get; private set; }

    public bool IsUnlimited => _contract.IsUnlimited && _learned.IsUnlimited;

    /// <summary>How long until a token may be had, or the pause is over; zero when it may be now.</summary>
    public TimeSpan Wait
    {
        get
        {
            TimeSpan pause = PauseLeft;
            if (pause > TimeSpan.Zero) return pause;
            TimeSpan contract = _contract.Wait;
            TimeSpan learned = _learned.Wait;
            return contract > learned ? contract : learned;
        }
    }

    /// <summary>What is left of the pause; zero when sending is allowed.</summary>
    public TimeSpan PauseLeft
    {
        get
        {
            if (_pause == TimeSpan.Zero) return TimeSpan.Zero;
            TimeSpan left = _pause - time.GetElapsedTime(_pausedAt);
            if (left > TimeSpan.Zero) return left;
            if (!_isJudged)
            {
                // The answers to what was in flight are in: they say how long the pause has to be, and what comes after it.
                Judge();
                left = _pause - time.GetElapsedTime(_pausedAt);
                if (left > TimeSpan.Zero) return left;
            }

            Resume();
            return TimeSpan.Zero;
        }
    }

    /// <summary>Begins with what was learned before; 0 for nothing.</summary>
    public void StartAt(double learnedRate)
    {
        if (learnedRate <= 0) return;
        _ceiling = _steady = learnedRate;
        _throttledAt = _steppedAt = time.GetTimestamp();
        Limit(learnedRate);
    }

    /// <summary>Caps it below the contracted rate; 0 takes the cap away. One that is not below it has no effect.</summary>
    public void ChangeCap(double perSecond)
    {
        Cap = contracted > 0 && perSecond >= contracted ? 0 : perSecond;
        _contract.ChangeRate(Cap > 0 ? Cap : contracted);
    }

    /// <summary>Takes the token of one segment. The caller has seen that there is no pause.</summary>
    public bool TryTake()
    {
        if (!_learned.TryTake()) return false;
        if (_contract.TryTake()) return true;
        _learned.Return();
        return false;
    }

    /// <summary>Gives back a token whose segment was not sent.</summary>
    public void Return()
    {
        _contract.Return();
        _learned.Return();
    }

    /// <summary>The carrier took a segment.</summary>
    public void Accepted(int epoch)
    {
        if (epoch != Epoch) return;
        _meter.Add();
        _streak = 0;
        if (_taken < EnoughOfAll) _taken++;
        if (_background > 0 && _taken * _background > EnoughToForget) _background = 0;
        if (_taken == EnoughToForgive) Forgive();
        Age();
        _accepted++;
        if (_learned.IsUnlimited || _pause != TimeSpan.Zero) return;
        _usedSinceStep++;
        Grow();
    }

    /// <summary>
    /// The carrier refused a segment with "slow down". Answers to what was in flight when a pause began do not lengthen it.
    /// </summary>
    /// <returns>True when a pause began.</returns>
    public bool Throttled(int epoch)
    {
        if (epoch != Epoch) return false;
        Age();
        _refused++;
        _streak++;
        _taken = 0;
        _isCleanSinceStep = false;
        _throttledAt = time.GetTimestamp();
        if (_pause != TimeSpan.Zero) return false;
        if (IsBearable)
        {
            if (_background > 0) _usedSinceStep++;
            return false;
        }

        _pausedAt = _throttledAt;
        _pause = Spread(Brief);
        _isJudged = false;
        _acceptedBefore = _meter.PerSecond;
        return true;
    }

    // A refusal after which sending goes on as before: too little is known of the present rate, or so many come at any rate.
    private bool IsBearable
    {
        get
        {
            if (_streak >= StreakToPause) return false;
            if (IsWorseThanUsual) return false;
            if (_background > 0) return _accepted > 0 || _streak < StreakAfterPause;
            if (_learned.IsUnlimited) return false;
            if (_accepted == 0) return _streak < StreakAfterPause;
            if (_accepted + _refused < EnoughToPause) return true;

            // A whole second at a slower rate shows whether that helps; one that is mostly refused shows it at once.
            return time.GetElapsedTime(_resumedAt) < StepInterval && Share(_accepted, _refused) < MostOfASecond;
        }
    }

    private bool IsWorseThanUsual =>
        _background > 0 && _accepted + _refused >= EnoughForShare && Share(_accepted, _refused) > _background + 0.2;

    private static double Share(int accepted, int refused) => accepted + refused == 0 ? 0 : refused / (double)(accepted + refused);

    private TimeSpan Spread(TimeSpan pause) => pause * (0.9 + (0.2 * Jitter()));

    // The counts tell of late: old answers fade out by halves.
    private void Age()
    {
        if (_accepted + _refused < 128) return;
        _accepted /= 2;
        _refused /= 2;
    }

    private void Judge()
    {
        _isJudged = true;
        double taken = Math.Max(_acceptedBefore, _meter.PerSecond);
        if (taken == 0)
        {
            _pause = Spread(_rest);
            _rest = _rest * 2 > Most ? Most : _rest * 2;
            if (!_learned.IsUnlimited && _background == 0) Limit(_learned.Rate / 2);
            return;
        }

        _rest = First;
        if (_accepted + _refused < EnoughToCut || (_background > 0 && !IsWorseThanUsual)) return;
        _background = 0;
        if (_useless == 0) _limitBefore = Math.Max(_limitBefore, _learned.IsUnlimited ? taken : _learned.Rate);
        if (!_learned.IsUnlimited && _learned.Rate <= _ceiling * (SafeShare + 0.01) && time.GetElapsedTime(_resumedAt) >= StepInterval)
        {
            _useless++;
            _uselessAccepted += _accepted;
            _uselessRefused += _refused;
        }

        if (_useless >= UselessCuts)
        {
            // Whatever these refusals mean, the rate is not their reason: it goes back to where it was.
            _background = Math.Max(LeastBackground, Share(_uselessAccepted, _uselessRefused));
            _ceiling = _limitBefore;
            Limit(_limitBefore);
            Forgive();
            return;
        }

        // Less than a second may have been the refused end of a second of a carrier that counts by the second: it proves no small rate.
        if (time.GetElapsedTime(_resumedAt) < StepInterval) taken = Math.Max(taken, _learned.Rate * Cut);
        else _steady = taken;
        _ceiling = taken;
        Limit(taken * Cut);
    }

    private void Forgive() => (_useless, _uselessAccepted, _uselessRefused, _limitBefore) = (0, 0, 0, 0);

    private void Resume()
    {
        _pause = TimeSpan.Zero;
        Epoch++;
        (_accepted, _refused, _streak, _isCleanSinceStep) = (0, 0, 0, true);
        _meter.Restart();
        _step = Step;
        _usedSinceStep = 0;
        _steppedAt = _resumedAt = time.GetTimestamp();
    }

    private void Grow()
    {
        bool isBelow = _learned.Rate < _ceiling * SafeShare;
        TimeSpan interval = isBelow ? Settling : StepInterval;
        TimeSpan passed = time.GetElapsedTime(_steppedAt);
        if (passed < interval) return;

        // A rate that is not used proves nothing.
        bool isUsed = _usedSinceStep >= 0.7 * _learned.Rate * passed.TotalSeconds;
        bool isClean = _isCleanSinceStep || _background > 0;
        (_usedSinceStep, _isCleanSinceStep) = (0, true);
        _steppedAt = time.GetTimestamp();
        if (time.GetElapsedTime(_throttledAt) >= Forgets)
        {
            Limit(0);
            return;
        }

        if (!isUsed) return;
        if (isBelow)
        {
            Limit(Math.Min(_ceiling * SafeShare, _learned.Rate * 2));
            return;
        }

        // Above what was taken only after a time without a refusal, but for those that come at any rate.
        if (!isClean) return;

        // The longer nothing is refused, the likelier the carrier takes far more than it did: the steps double.
        double step = _learned.Rate < _steady * SafeShare ? Math.Max(_step, BigStep) : _step;
        Limit(_learned.Rate + Math.Max(LeastRate, _learned.Rate * step));
        _step = Math.Min(MostStep, _step * 2);
    }

    private void Limit(double rate)
    {
        if (rate > 0) rate = Math.Max(LeastRate, rate);
        _learned.ChangeRate(contracted > 0 && rate >= contracted ? 0 : rate);
    }

    /// <summary>Accepted segments a second over the last second of the epoch.</summary>
    private sealed class AcceptedMeter(TimeProvider time)
    {
        private const int Slots = 10;
        private static readonly TimeSpan SlotTime = TimeSpan.FromMilliseconds(100);

        private readonly int[] _slots = new int[Slots];
        private readonly long _slotTicks = (long)(time.TimestampFrequency * SlotTime.TotalSeconds);
        private long _startedAt = time.GetTimestamp();
        private long _slot = time.GetTimestamp() / (long)(time.TimestampFrequency * SlotTime.TotalSeconds);
        private bool _isIdle = true;
        private int _sum;

        public double PerSecond
        {
            get
            {
                Turn(time.GetTimestamp());
                if (_sum == 0) return 0;

                // A carrier often takes the first tenth of a second's worth at once.
                double span = Math.Clamp(time.GetElapsedTime(_startedAt).TotalSeconds, SlotTime.TotalSeconds, Slots * SlotTime.TotalSeconds);
                return _sum / span;
            }
        }

        public void Add()
        {
            long now = time.GetTimestamp();
            Turn(now);
            if (_isIdle) (_isIdle, _startedAt) = (false, now);
            _slots[_slot % Slots]++;
            _sum++;
        }

        public void Restart()
        {
            Array.Clear(_slots);
            _sum = 0;
            _startedAt = time.GetTimestamp();
            _isIdle = false;
        }

        private void Turn(long now)
        {
            long slot = now / _slotTicks;
            if (slot == _slot) return;
            for (long i = Math.Max(_slot + 1, slot - Slots + 1); i <= slot; i++)
            {
                _sum -= _slots[i % Slots];
                _slots[i % Slots] = 0;
            }

            _slot = slot;

            // After a second without an answer the next burst is measured from its own start.
            _isIdle |= _sum == 0;
        }
    }
}
