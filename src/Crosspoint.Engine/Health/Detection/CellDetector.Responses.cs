namespace Crosspoint.Engine.Health.Detection;

// Answers that come, but late: the segments that wait for them hold the in-flight slots of the connection.
public sealed partial class CellDetector
{
    private const double SlowShare = 0.5;

    private long _slowFrom = -1;
    private long _slowTo;
    private long _slowAnswers;
    private long _slowAll;
    private double _slowTook;

    // A step in which most answers are slow begins a run, or goes on with it; one in which they are not ends it. One without answers says nothing.
    private void LookAtSlowAnswers(in WindowStep step, long from)
    {
        if (step.Answered == 0) return;
        if (step.Slow <= SlowShare * step.Answered)
        {
            _slowFrom = -1;
            Set(SignalKind.ResponsesSlow, false);
            return;
        }

        // What was slow long ago and then idle is another matter.
        bool isOther = _slowFrom >= 0 && from - _slowTo > Math.Max(InMicros(_options.ResponsesSlowFor), WindowSteps * WindowStepMicros);
        if (_slowFrom < 0 || isOther) (_slowFrom, _slowAnswers, _slowAll, _slowTook) = (from, 0, 0, 0);
        _slowTo = from + WindowStepMicros;
        _slowAnswers += step.Slow;
        _slowAll += step.Answered;
        _slowTook += step.SlowTook;
    }

    private void LookForSlowAnswers(long now, List<HealthSignal> signals)
    {
        if (_slowTo - _slowFrom < InMicros(_options.ResponsesSlowFor) || _slowAll < LeastThrottled) return;
        double mean = _slowTook / _slowAnswers;
        if (now - _slowFrom > _adoptAfter)
        {
            // So slow is what it is from now on.
            _responses.Clear();
            _stallLimit = LimitOf(2 * mean);
            _slowFrom = -1;
            Set(SignalKind.ResponsesSlow, false);
            return;
        }

        if (IsDue(SignalKind.ResponsesSlow, now))
            signals.Add(Signal(SignalKind.ResponsesSlow, SignalSource.Rule, mean / Micros, _stallLimit / (double)Micros, _slowAnswers, _slowFrom));
    }
}
