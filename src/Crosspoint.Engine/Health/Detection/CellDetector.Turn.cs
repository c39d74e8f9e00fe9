namespace Crosspoint.Engine.Health.Detection;

// What is looked at in a turn.
public sealed partial class CellDetector
{
    private const int WindowSteps = 6;
    private const long WindowStepMicros = 10 * Micros;
    private const long LookMicros = Micros;

    // A default rule: what it stands for, how many times the usual it must be at least.
    private const double UsualErrors = 0.03;
    private const double UsualThrottled = 0.2;
    private const double UsualMessages = 50;
    private const double TimesUsual = 2;

    // A rule looks at every minute anew, and at refusals that come in clusters: it asks for more than the test does.
    private const double RuleEvidence = 1.5;
    private const double ThrottledPart = 0.002;
    private const long LeastThrottled = 10;

    // Statuses that blame the message come in batches, as a list with bad numbers does.
    private const int MessageFaultTimes = 4;

    private long _nextLook;
    private long _hour = -1;
    private long _throttledSince = -1;
    private long _throttledLast;
    private int _throttledAll;
    private int _throttledBad;
    private double _usualThrottled;

    /// <inheritdoc />
    public void Turn(long now, List<HealthSignal> signals, out CellEvidence evidence)
    {
        now = Tell(now);
        if (_waiting >= _options.StalledWaiting) LookForStall(now, signals);
        bool isFrozen = IsFrozen;
        bool isNew = now - _since < _adoptAfter;
        evidence = new() { IsStalled = _isStalled, StallLimit = _stallLimit, LeastSilence = LeastSilence };
        evidence.Errors = _errors.Step(now, isFrozen, isNew, _adoptAfter);
        evidence.Timeouts = _timeouts.Step(now, isFrozen, isNew, _adoptAfter);
        if (now >= _cohortEnd) Advance(now);
        evidence.Delivery = _delivery.Step(now, isFrozen, isNew, _adoptAfter);
        _fast.Step(now, isFrozen, isNew, _adoptAfter);
        _same.Step(now, isFrozen, isNew, _adoptAfter);
        if (_errors.IsOn || IsOn(SignalKind.Errors) || now >= _nextLook) LookAtErrors(now, signals);
        Follow(SignalKind.Timeouts, ref _timeouts, isOfGood: false, now, signals);
        Follow(SignalKind.Delivery, ref _delivery, isOfGood: true, now, signals);
        LookAtFakes(now, signals);
        if (now >= _nextLook)
        {
            long hour = now / (3600 * Micros);
            if (hour != _hour) EnterHour(hour);
            LookAtMinute(now, signals);
            evidence.Silence = LookAtReceipts(now, signals);
            _nextLook = now + LookMicros;
        }

        // What is wrong with it alone says nothing of others.
        if (isFrozen || IsFrozen) (evidence.Errors, evidence.Timeouts, evidence.Delivery, evidence.Silence) = (default, default, default, default);
    }

    /// <summary>The same for who looks at no other cells.</summary>
    public void Turn(long now, List<HealthSignal> signals) => Turn(now, signals, out _);

    private bool IsOn(SignalKind kind) => (_on & BitOf(kind)) != 0;

    private void Set(SignalKind kind, bool isOn) => _on = isOn ? _on | BitOf(kind) : _on & ~BitOf(kind);

    // Notes that something is so; true when it is to be told: at its beginning, and then now and again.
    private bool IsDue(SignalKind kind, long now)
    {
        Set(kind, true);
        if (now - _saidAt[(int)kind] < _repeat) return false;
        _saidAt[(int)kind] = now;
        return true;
    }

    private HealthSignal Signal(SignalKind kind, SignalSource source, double seen, double expected, double messages, long since, uint status = 0) => new()
    {
        Kind = kind,
        Source = source,
        Cell = _cell,
        Seen = seen,
        Expected = expected,
        Messages = (long)Math.Round(messages),
        Over = TimeSpan.FromMicroseconds(Math.Max(0, _now - since)),
        Status = status,
        At = _now,
    };

    private void LookForStall(long now, List<HealthSignal> signals)
    {
        long silent = now - _waitingSince;
        if (silent < _stallLimit) return;
        _isStalled = true;
        if (IsDue(SignalKind.Stalled, now))
            signals.Add(Signal(SignalKind.Stalled, SignalSource.Sign, silent / (double)Micros, _stallLimit / (double)Micros, _waiting, _waitingSince));
    }

    private void EndStall(long now)
    {
        _isStalled = false;
        _stallEndedAt = now;
        _saidAt[(int)SignalKind.Stalled] = Never;
        Set(SignalKind.Stalled, false);
    }

    private long LimitOf(double p99) => (long)Math.Max(InMicros(_options.StalledAfter), _options.StalledFactor * p99);

    // A test that is on is told of for as long as what was seen since it was last told of bears it out.
    private void Follow(SignalKind kind, ref ShareTest test, bool isOfGood, long now, List<HealthSignal> signals)
    {
        if (!test.IsOn)
        {
            if (IsOn(kind)) Set(kind, false);
            return;
        }

        if (IsOn(kind) && !test.IsRunBad) return;
        if (!IsDue(kind, now)) return;
        double seen = test.RunBad / test.RunAll;
        signals.Add(Signal(
            kind, SignalSource.Statistic, isOfGood ? 1 - seen : seen, isOfGood ? 1 - test.Usual : test.Usual, test.RunAll, test.RunSince));
        test.StartRun();
    }

    // The rule and the test about refused segments are one kind: whoever is first speaks.
    private void LookAtErrors(long now, List<HealthSignal> signals)
    {
        bool isRule = IsErrorRule(out double limit);
        if (isRule && !_errors.IsOn)
        {
            if (IsDue(SignalKind.Errors, now))
            {
                double share = _minute.Refused / (double)_minute.Judged;
                signals.Add(Signal(SignalKind.Errors, SignalSource.Rule, share, limit, _minute.Judged, now - Math.Min(now, WindowSteps * WindowStepMicros)));
            }

            return;
        }

        Follow(SignalKind.Errors, ref _errors, isOfGood: false, now, signals);
    }

    private bool IsErrorRule(out double limit)
    {
        limit = _rules.Errors ?? Math.Max(UsualErrors, TimesUsual * _errors.Usual);
        int messages = _minute.Judged;
        if (messages < (_rules.Messages ?? UsualMessages) || _minute.Refused <= limit * messages) return false;
        if (_rules.Errors is not null) return true;
        double share = _minute.Refused / (double)messages;
        return _errors.Weight >= FewAnswers && messages * Divergence(share, _errors.Allowed) >= RuleEvidence * _errors.Clumping * _errors.Threshold;
    }

    private void LookAtFakes(long now, List<HealthSignal> signals)
    {
        if (!_fast.IsOn && !_same.IsOn)
        {
            if (IsOn(SignalKind.ReceiptsSuspect)) Set(SignalKind.ReceiptsSuspect, false);
            return;
        }

        Follow(SignalKind.ReceiptsSuspect, ref (_fast.IsOn ? ref _fast : ref _same), isOfGood: false, now, signals);
    }

    private void LookAtMinute(long now, List<HealthSignal> signals)
    {
        if (now >= _windowEnd) Rotate(now / WindowStepMicros);
        if (_statuses.HasNew) LookForNewError(now, signals);
        else if (IsOn(SignalKind.NewError)) Set(SignalKind.NewError, false);
        if (_slowFrom >= 0) LookForSlowAnswers(now, signals);
        if (_throttledSince < 0) return;
        long lasted = now - _throttledSince;
        double limit = ThrottledLimit;
        if (lasted > _adoptAfter && _rules.Throttled is null)
        {
            (_usualThrottled, _throttledSince) = (_throttledBad / (double)_throttledAll, -1);
            Set(SignalKind.Throttled, false);
            return;
        }

        // The last step that was bad counts, not the silence after it.
        long bad = _throttledLast + WindowStepMicros - _throttledSince;
        if (bad < InMicros(_options.ThrottledFor) || _throttledAll < LeastThrottled) return;
        if (IsDue(SignalKind.Throttled, now))
        {
            double share = _throttledBad / (double)_throttledAll;
            signals.Add(Signal(SignalKind.Throttled, SignalSource.Rule, share, limit, _throttledAll, _throttledSince));
        }
    }

    private double ThrottledLimit => _rules.Throttled ?? Math.Max(UsualThrottled, TimesUsual * _usualThrottled);

    private void Rotate(long step)
    {
        _windowEnd = (step + 1) * WindowStepMicros;
        if (_responses.Total >= FewTimes && !IsFrozen) _stallLimit = LimitOf(_responses.Quantile(0.99));
        if (_windowStep > 0)
        {
            ref WindowStep last = ref _window[(int)(_windowStep % WindowSteps)];
            LookAtThrottling(in last, _windowStep * WindowStepMicros);
            LookAtSlowAnswers(in last, _windowStep * WindowStepMicros);
        }

        if (step - _windowStep > WindowSteps)
        {
            _window = default;
            _minute = default;
            _windowStep = step;
            return;
        }

        while (_windowStep < step)
        {
            ref WindowStep oldest = ref _window[(int)(++_windowStep % WindowSteps)];
            _minute.Remove(in oldest);
            oldest = default;
        }
    }

    private void LookAtThrottling(in WindowStep step, long from)
    {
        bool isLong = _throttledSince >= 0 && from - _throttledLast > Math.Max(InMicros(_options.ThrottledFor), WindowSteps * WindowStepMicros);
        if (step.Answered == 0 && !isLong) return;
        double share = step.Answered == 0 ? 0 : step.Throttled / (double)step.Answered;
        if (share > ThrottledLimit)
        {
            if (_throttledSince < 0) (_throttledSince, _throttledAll, _throttledBad) = (from, 0, 0);
            _throttledLast = from;
            _throttledAll += step.Answered;
            _throttledBad += step.Throttled;
            return;
        }

        _throttledSince = -1;
        Set(SignalKind.Throttled, false);
        if (!IsFrozen && step.Answered > 0) _usualThrottled += (share - _usualThrottled) * ThrottledPart;
    }

    private void LookForNewError(long now, List<HealthSignal> signals)
    {
        uint status = _statuses.Worst(now, _adoptAfter, out int count);
        int least = _options.NewErrorCount * (BlamesMessage(status) ? MessageFaultTimes : 1);
        if (count < least || count <= _options.NewErrorShare * _minute.Judged)
        {
            if (count == 0) Set(SignalKind.NewError, false);
            return;
        }

        _statuses.Tell(status);
        if (!IsDue(SignalKind.NewError, now)) return;
        int judged = Math.Max(_minute.Judged, count);
        signals.Add(Signal(
            SignalKind.NewError, SignalSource.Rule, count / (double)judged, _options.NewErrorShare, judged, now - Math.Min(now, WindowSteps * WindowStepMicros), status));
    }

    // Lengths, addresses, dates and parameters (SMPP 3.4, section 5.1.3).
    private static bool BlamesMessage(uint status) =>
        status is 0x01 or 0x02 or 0x06 or 0x07 or 0x0A or 0x0B or 0x33 or 0x34 or 0x40 or 0x42 or 0x43 or 0x44 or 0x48 or 0x49 or 0x50 or 0x51
            or 0x61 or 0x62 or 0x63 or (>= 0xC0 and <= 0xC4);

    // Of a share seen above one expected, for one draw (Kullback and Leibler, 1951).
    private static double Divergence(double seen, double expected)
    {
        if (seen <= expected) return 0;
        double sum = seen * Math.Log(seen / expected);
        return seen >= 1 ? sum : sum + ((1 - seen) * Math.Log((1 - seen) / (1 - expected)));
    }

    // What counts less with time. Hours without a turn count too.
    private void EnterHour(long hour)
    {
        if (_hour >= 0)
        {
            double keep = Math.Pow(2, -(hour - _hour) / 48.0);
            _responses.Scale(keep);
            _delays.Scale(keep);
            _receiptsSent *= keep;
            _receiptsCame *= keep;
        }

        _hour = hour;
    }
}
