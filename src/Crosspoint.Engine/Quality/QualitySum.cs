namespace Crosspoint.Engine.Quality;

/// <summary>Messages and how many of them were delivered, older ones counting less.</summary>
internal readonly record struct QualitySum(double Trials, double Delivered)
{
    /// <summary>Without a part of it.</summary>
    public QualitySum Without(in QualitySum part)
    {
        double trials = Math.Max(0, Trials - part.Trials);
        return new(trials, Math.Clamp(Delivered - part.Delivered, 0, trials));
    }

    /// <summary>The share delivered, where something is borrowed to begin with.</summary>
    public double Share((double Probability, double Weight) borrowed) =>
        (Delivered + (borrowed.Probability * borrowed.Weight)) / (Trials + borrowed.Weight);
}
