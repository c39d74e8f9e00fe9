namespace Crosspoint.Engine.Health.Detection;

// Answers that come, but late: the segments that wait for them hold the in-flight slots of the connection.
public sealed partial class CellDetector
{
    private const double SlowShare = 0.5;

    // No fewer are what is usual from now on.
    private const int LeastLateSteps = 10;

    // The run of steps in which most answers were late.
    private long _slowFrom = -1;
    private int _slowSteps;
    private int _slowAnswers;
    private double _slowTook;

    // Since when no step has been as usual: a cell whose messages go elsewhere is probed now and then, and none of its runs lasts.
    private long _lateSince = -1;
    private int _lateSteps;

    // Of these, those of the present step.
    private int _slowInStep;

    private void AddSlow(long took)
    {
        _slow++;
        _slowInStep++;
        _slowAnswers++;
        _slowTook += took;
    }

    // A step in which most answers are late begins a run, or goes on with it; one in which they are not ends it. One without answers says nothing.
    private void LookAtSlowAnswers(in WindowStep step, long from)
    {
        if (step.Answered == 0) return;
        bool isSlow = _slowInStep > SlowShare * step.Answered;
        int inStep = _slowInStep;
        _slowInStep = 0;
        if (!isSlow)
        {
            EndSlow();
            return;
        }

        if (_lateSince < 0) _lateSince = from;
        _lateSteps++;

        // What was late long ago, with a pause since, is another matter.
        int steps = (int)((from - _slowFrom) / WindowStepMicros) + 1;
        bool isOther = _slowFrom >= 0 && (steps - _slowSteps) * WindowStepMicros > Math.Max(InMicros(_options.ResponsesSlowFor), WindowSteps * WindowStepMicros);
        if (isOther) (_slowAnswers, _slowTook) = (inStep, _slowTook / _slowAnswers * inStep);
        if (_slowFrom < 0 || isOther) (_slowFrom, steps) = (from, 1);
        _slowSteps = steps;
    }

    private void LookForSlowAnswers(long now, List<HealthSignal> signals)
    {
        double mean = _slowTook / _slowAnswers;
        if (now - _lateSince > _adoptAfter && _lateSteps >= LeastLateSteps)
        {
            // So late is what is usual from now on.
            _responses.Clear();
            _stallLimit = LimitOf(2 * mean);
            EndSlow();
            return;
        }

        if (_slowSteps * WindowStepMicros < InMicros(_options.ResponsesSlowFor) || _slowAnswers < LeastThrottled) return;
        if (IsDue(SignalKind.ResponsesSlow, now))
            signals.Add(Signal(SignalKind.ResponsesSlow, SignalSource.Rule, mean / Micros, _stallLimit / (double)Micros, _slowAnswers, _slowFrom));
    }

    private void EndSlow()
    {
        (_slowFrom, _slowAnswers, _slowTook) = (-1, 0, 0);
        (_lateSince, _lateSteps) = (-1, 0);
        Set(SignalKind.ResponsesSlow, false);
    }
}
