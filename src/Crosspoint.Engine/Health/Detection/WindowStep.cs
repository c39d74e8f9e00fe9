namespace Crosspoint.Engine.Health.Detection;

/// <summary>Answers of ten seconds, or of the last six times ten.</summary>
internal struct WindowStep
{
    /// <summary>Accepted, refused and throttled.</summary>
    public int Answered;
    public int Refused;
    public int Throttled;
    public int Unanswered;

    public readonly int Judged => Answered - Throttled;

    public void Remove(in WindowStep step)
    {
        Answered -= step.Answered;
        Refused -= step.Refused;
        Throttled -= step.Throttled;
        Unanswered -= step.Unanswered;
    }
}
