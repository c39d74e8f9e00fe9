namespace Crosspoint.Engine.Quality;

/// <summary>What applications said about whether recipients acted on messages of one key. Not thread-safe.</summary>
internal sealed class FeedbackCell
{
    private DecayingSum _confirmed;
    private DecayingSum _all;
    private DecayingSum _promised;

    /// <summary>How far receipts are borne out: 1 when as many act on messages as elsewhere.</summary>
    public double Trust { get; set; } = 1;

    /// <summary>Messages with feedback, as they count now; 0 while there is nothing to compare them with.</summary>
    public double Weight { get; set; }

    /// <summary>The sums as they counted when trust was worked out.</summary>
    public (double Confirmed, double Promised, double All) Sum { get; set; }

    public bool IsSuspect { get; set; }

    /// <param name="promised">Delivery probability of the message by what receipts say.</param>
    public void Add(bool isConfirmed, double promised, long at, long halfLife)
    {
        _all.Add(1, at, halfLife);
        _promised.Add(promised, at, halfLife);
        if (isConfirmed) _confirmed.Add(1, at, halfLife);
    }

    public (double Confirmed, double Promised, double All) SumAt(long now, long halfLife) =>
        (_confirmed.At(now, halfLife), _promised.At(now, halfLife), _all.At(now, halfLife));
}
