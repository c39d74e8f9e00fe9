namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// Notices that a share has risen: a cumulative sum (Page, 1954) of the log-likelihood ratio of Bernoulli draws (Wald, 1945; Reynolds and
/// Stoumbos, 1999) of the share that is usual at this hour against a higher one. It learns what is usual only from draws that the test has
/// cleared: while the sum is above zero they wait, and when it passes the threshold they are dropped. Of a new cell no more counts as usual than its form says:
/// one that is ill from its first message on must not teach that. Not thread-safe.
/// </summary>
internal struct ShareTest
{
    private const int Hours = 24;
    private const long HourMicros = 3_600_000_000;

    // A mean counts half after two days, so that a decline over hours is no new usual, and one over days is. An hour of the day counts half
    // after a week of such hours.
    private const double MeanHalfLifeHours = 48;
    private const float HourKeep = 0.9057f;

    // Draws that the mean of the day is worth beside those of an hour.
    private const double HourWeight = 300;

    // How far an hour that is not known yet may be from the mean, as a part of it.
    private const double HourSpread = 0.3;

    // Below this many draws everything is learned, alarm or not far from it.
    private const double Young = 200;

    // Shares of blocks of five minutes deviate by more than independent draws would: learned, and added three times to the usual share.
    private const double BlockDraws = 50;
    private const float FewBlocks = 3;
    private const float ManyBlocks = 1_000;
    private const double MostSpread = 0.1;
    private const long BlockMicros = 300_000_000;

    // Draws that are looked at together for how far they come in clumps.
    private const int ClumpDraws = 60;
    private const float FewClumps = 5;
    private const double MostClumping = 25;

    // Evidence that the share is usual again, in natural logarithms: one error in four hundred.
    private const double EndEvidence = 6;

    // So many times as fast as it came what an alarm has lasted is forgotten when it is over: one that ended by chance goes on when it is back.
    private const int ForgetFactor = 4;

    // Draws from which on the hours of the day are told apart: fewer say nothing of an hour.
    private const double ManyDraws = 1_000;

    private readonly ShareTestForm _form;
    private float[]? _hours;

    private float _all;
    private float _bad;
    private float _spread;
    private float _blocks;
    private float _clumping;
    private float _clumps;
    private float _clumpAll;
    private float _clumpBad;
    private float _blockAll;
    private float _blockBad;
    private long _blockSince;
    private readonly float _evidence;
    private float _most;
    private int _hour = -1;

    private float _base;
    private float _up;
    private float _down;

    private int _stepAll;
    private int _stepBad;
    private float _sum;
    private float _back;
    private long _onSince;
    private long _offSince;
    private float _onAll;
    private float _onBad;
    private float _waitAll;
    private float _waitBad;
    private float _heldAll;
    private float _heldBad;
    private long _heldSince = -1;

    /// <param name="evidence">Threshold for one draw; it grows by the logarithm of the draws of some days.</param>
    public ShareTest(ShareTestForm form, double evidence, double share, double weight)
    {
        (_form, _evidence) = (form, (float)evidence);
        Reset(share, weight);
    }

    /// <summary>The share has risen.</summary>
    public bool IsOn { get; private set; }

    /// <summary>The share that is usual at this hour.</summary>
    public float Usual { get; private set; }

    /// <summary>The usual share with all that is to be allowed for.</summary>
    public readonly float Allowed => _base;

    /// <summary>Evidence that an alarm needs.</summary>
    public float Threshold { get; private set; }

    /// <summary>Part of the threshold that is reached.</summary>
    public readonly float Suspicion => IsOn ? 1 : _sum / Threshold;

    /// <summary>How many times as far as independent draws short runs scatter; evidence is worth so much less (McCullagh and Nelder, 1989).</summary>
    public readonly float Clumping => _form.IsClumpy ? Math.Max(1, _clumping) : 1;

    /// <summary>Draws that the usual share rests on.</summary>
    public readonly float Weight => _all;

    /// <summary>What it has learned, that which waits to be learned with it.</summary>
    public readonly ShareMemory Memory => new(_all + _heldAll, Math.Min(_bad + _heldBad, _most * (_all + _heldAll)), _spread, _blocks, _clumping, _clumps);

    /// <summary>Draws since the sum was last zero, or since <see cref="StartRun"/>.</summary>
    public float RunAll { get; private set; }

    public float RunBad { get; private set; }

    public long RunSince { get; private set; }

    /// <summary>The draws since the run began say that it goes on.</summary>
    public readonly bool IsRunBad => RunAll > 0 && RunBad / RunAll > _base;

    /// <summary>Forgets everything, and begins with a share.</summary>
    public void Reset(double share, double weight)
    {
        _all = (float)weight;
        _bad = (float)(share * weight);
        _spread = (float)Square(0.15 * share);
        _blocks = FewBlocks;
        (_clumping, _clumps) = (1, FewClumps);
        _clumpAll = _clumpBad = _blockAll = _blockBad = 0;
        if (_hours is not null) Array.Clear(_hours);
        // What is known, or was adopted, is no guess any more.
        _most = (float)Math.Max(share, _form.Most);
        IsOn = false;
        _onSince = _offSince = 0;
        _sum = 0;
        _waitAll = _waitBad = _heldAll = _heldBad = RunAll = RunBad = 0;
        Work();
    }

    /// <summary>Begins with what was learned before; where that is next to nothing any more, its share is a guess as any other.</summary>
    public void Take(in ShareMemory memory, double leastWeight)
    {
        double weight = Math.Max(memory.All, leastWeight);
        Reset(memory.All > 0 ? memory.Bad / memory.All : 0, weight);
        (_spread, _blocks, _clumping, _clumps) = (memory.Spread, memory.Blocks, memory.Clumping, memory.Clumps);
        Work();
    }

    public void Add(bool isBad)
    {
        _stepAll++;
        if (isBad) _stepBad++;
    }

    public void Add(int all, int bad)
    {
        _stepAll += all;
        _stepBad += bad;
    }

    /// <summary>Counts what was added since the last look.</summary>
    /// <param name="isFrozen">Nothing is learned, as something else is wrong with the cell.</param>
    /// <param name="isNew">The cell has not been watched for as long as an adoption takes: not all that it shows counts as usual.</param>
    /// <param name="adoptAfter">An alarm that lasts longer is what is usual from then on.</param>
    /// <returns>What they say; nothing while the share has risen.</returns>
    public Evidence Step(long now, bool isFrozen, bool isNew, long adoptAfter)
    {
        if (_stepAll == 0) return default;
        int hour = (int)(now / HourMicros);
        if (hour != _hour) EnterHour(hour);
        if (_most < 1 && !isNew && !IsOn && _all >= Young)
        {
            _most = 1;
            Work();
        }

        if (RunAll == 0) RunSince = now;
        RunAll += _stepAll;
        RunBad += _stepBad;
        float gain = Math.Clamp(((_stepBad * _up) + ((_stepAll - _stepBad) * _down)) / Clumping, -Threshold, Threshold / _form.Steps);
        Evidence evidence = IsOn ? default : new(gain, _stepAll, _stepBad, _stepAll * Usual);
        if (IsOn)
        {
            _onAll += _stepAll;
            _onBad += _stepBad;
            _back = Math.Max(0, _back - gain);
            if (_back >= EndEvidence) End(now);
            else if (now - _onSince > adoptAfter && _onAll >= BlockDraws) Reset(_onBad / _onAll, Math.Min(_onAll, 1_000));
        }
        else
        {
            _waitAll += _stepAll;
            _waitBad += _stepBad;
            _sum = Math.Max(0, _sum + gain);
            if (_sum >= Threshold && !(_form.NeedsOwn && _all < Young)) Begin(now);
            else if (_sum == 0 || _all < Young) Clear(now, isFrozen);
        }

        if (IsOn || isFrozen)
        {
            _clumpAll = _clumpBad = _blockAll = _blockBad = 0;
        }
        else
        {
            LearnClumping();
            LearnSpread(now);
        }

        _stepAll = _stepBad = 0;
        return evidence;
    }

    /// <summary>Begins to count the figures of the next signal.</summary>
    public void StartRun() => RunAll = RunBad = 0;

    private void Begin(long now)
    {
        IsOn = true;
        long lasted = Math.Max(0, _offSince - _onSince - (ForgetFactor * (now - _offSince)));
        _onSince = now - lasted;
        if (lasted == 0) _onAll = _onBad = 0;
        _back = _waitAll = _waitBad = 0;
    }

    private void End(long now)
    {
        IsOn = false;
        _offSince = now;
        _sum = 0;
        StartRun();
    }

    private void Clear(long now, bool isFrozen)
    {
        if (_heldAll == 0) _heldSince = now;
        if (!isFrozen)
        {
            _heldAll += _waitAll;
            _heldBad += _waitBad;
        }

        _waitAll = _waitBad = 0;
        if (_sum == 0) StartRun();
        long held = now - _heldSince;
        if (_heldAll > 0 && (_all < Young || (held >= BlockMicros && _heldAll >= BlockDraws) || held >= HourMicros)) Learn();
    }

    private void Learn()
    {
        _all += _heldAll;
        _bad += _heldBad;
        // Memory for the hours is taken once, by cells with traffic.
        if (_form.IsDaily && _all >= ManyDraws) _hours ??= new float[2 * Hours];
        if (_hours is not null)
        {
            int hour = _hour % Hours;
            _hours[hour] += _heldAll;
            _hours[hour + Hours] += _heldBad;
        }

        _heldAll = _heldBad = 0;
        Work();
    }

    // Runs of about as many draws, whatever the test says of them: those that it has cleared are as usual by their very choice.
    private void LearnClumping()
    {
        _clumpAll += _stepAll;
        _clumpBad += _stepBad;
        if (_clumpAll < ClumpDraws) return;
        double share = Math.Clamp(Usual, _form.Floor, 0.9);
        double scatter = Square((_clumpBad / _clumpAll) - share) * _clumpAll / (share * (1 - share));

        // Against a guess everything scatters, and what is that far off is no clump.
        if (_all >= ManyDraws && scatter <= MostClumping)
        {
            _clumps = Math.Min(_clumps + 1, ManyBlocks);
            _clumping += (float)((scatter - _clumping) / _clumps);
        }

        _clumpAll = _clumpBad = 0;
    }

    // Blocks of five minutes, whatever the test says of them.
    private void LearnSpread(long now)
    {
        if (_blockAll == 0) _blockSince = now;
        _blockAll += _stepAll;
        _blockBad += _stepBad;
        long lasted = now - _blockSince;
        if (lasted < BlockMicros || (_blockAll < BlockDraws && lasted < HourMicros)) return;

        // Not against a mean that is a guess still, nor against the most that one is taken for.
        if (_blockAll >= BlockDraws && _all >= ManyDraws && Usual < _most)
        {
            double share = Usual;
            double beyond = Square((_blockBad / _blockAll) - share) - (share * (1 - share) / _blockAll);
            _blocks = Math.Min(_blocks + 1, ManyBlocks);
            _spread = (float)Math.Clamp(_spread + ((Math.Min(beyond, Square(MostSpread)) - _spread) / _blocks), 0, Square(MostSpread));
        }

        _blockAll = _blockBad = 0;
    }

    private void EnterHour(int hour)
    {
        if (_heldAll > 0 && _hour >= 0) Learn();

        // While it is on nothing is learned, and what is known must not fade: the less it rests on the more is allowed for, and what lasts would end the
        // alarm and never be adopted.
        if (_hour >= 0 && !IsOn)
        {
            float keep = (float)Math.Pow(2, -(hour - _hour) / MeanHalfLifeHours);
            _all *= keep;
            _bad *= keep;
            if (_hours is not null)
            {
                _hours[hour % Hours] *= HourKeep;
                _hours[(hour % Hours) + Hours] *= HourKeep;
            }
        }

        _hour = hour;
        Work();
    }

    // The figures of the test, until something is learned or the hour ends.
    private void Work()
    {
        double usual = Math.Min(_most, (_bad + 0.01) / (_all + 1));
        double slack = 0;
        if (_hours is not null)
        {
            int hour = Math.Max(0, _hour) % Hours;
            usual = Math.Min(_most, (_hours[hour + Hours] + (HourWeight * usual)) / (_hours[hour] + HourWeight));
            slack = HourSpread * usual * Math.Sqrt(HourWeight / (_hours[hour] + HourWeight));
        }
        else if (_form.IsDaily)
        {
            slack = HourSpread * usual;
        }

        double share = Math.Clamp(usual, _form.Floor, 1);
        double few = 0.3 * 30 / (_all + 30);
        double allowed = Math.Min(0.9, share + slack + few + (2 * Math.Sqrt(share * (1 - share) / (_all + 30))) + (3 * Math.Sqrt(_spread)));
        double raised = Math.Min(0.98, allowed + Math.Max(_form.Shift, _form.RelativeShift * allowed));
        Usual = (float)usual;
        _base = (float)allowed;
        _up = (float)Math.Log(raised / allowed);
        _down = (float)Math.Log((1 - raised) / (1 - allowed));
        Threshold = _evidence + (float)Math.Log(_all + 1);
    }

    private static double Square(double value) => value * value;
}
