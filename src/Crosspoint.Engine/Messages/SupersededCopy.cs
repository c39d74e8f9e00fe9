namespace Crosspoint.Engine.Messages;

/// <summary>A copy of a message that a carrier took, and that a receipt said would not arrive. Late receipts for it are still noted.</summary>
public sealed class SupersededCopy
{
    /// <summary>The last attempt (1, 2, …) that handed it over.</summary>
    public int Attempt { get; init; }

    public required List<SegmentProgress> Segments { get; init; }

    /// <summary>The segment whose receipt superseded it.</summary>
    public SegmentProgress? Lost
    {
        get
        {
            foreach (SegmentProgress segment in Segments)
            {
                if (segment.State == SegmentState.Undelivered) return segment;
            }

            return null;
        }
    }
}
