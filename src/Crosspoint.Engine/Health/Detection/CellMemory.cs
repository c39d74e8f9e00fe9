namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// What a detector has learned, kept while its cell carries nothing: some 300 octets, a tenth of the detector. Hours of the day are not among it, nor what
/// was going on.
/// </summary>
public sealed record CellMemory
{
    // As the detector itself forgets.
    private const double HalfLifeHours = 48;

    // A share for each half octave, of this.
    private const double Whole = ushort.MaxValue;

    /// <summary>Steady microseconds of the last that it was told, or at which it was aged.</summary>
    public required long At { get; init; }

    /// <summary>Microseconds that the cell was watched for.</summary>
    public required long Watched { get; init; }

    public required ShareMemory Errors { get; init; }

    public required ShareMemory Timeouts { get; init; }

    public required ShareMemory Delivery { get; init; }

    public required double ReceiptsSent { get; init; }

    public required double ReceiptsCame { get; init; }

    /// <summary>Times to a receipt: how many, and their shares by half octaves.</summary>
    public required double DelayCount { get; init; }

    public required IReadOnlyList<ushort> Delays { get; init; }

    /// <summary>99th percentile of the time to a response, in microseconds.</summary>
    public required long ResponseP99 { get; init; }

    /// <summary>The cell itself has shown it.</summary>
    public required bool IsResponseKnown { get; init; }

    public required double Throttled { get; init; }

    /// <summary>Those that it has shown, the latest first.</summary>
    public required IReadOnlyList<uint> Statuses { get; init; }

    /// <summary>The same at a later time: what is older counts less.</summary>
    public CellMemory Aged(long now)
    {
        double keep = Math.Pow(2, -Math.Max(0, now - At) / (HalfLifeHours * 3_600e6));
        return this with
        {
            At = Math.Max(At, now),
            Errors = Errors.Kept(keep),
            Timeouts = Timeouts.Kept(keep),
            Delivery = Delivery.Kept(keep),
            ReceiptsSent = ReceiptsSent * keep,
            ReceiptsCame = ReceiptsCame * keep,
            DelayCount = DelayCount * keep,
        };
    }

    internal static ushort[] SharesOf(ReadOnlySpan<float> bins, double total)
    {
        var shares = new ushort[bins.Length];
        for (int i = 0; i < bins.Length && total > 0; i++) shares[i] = (ushort)Math.Clamp(Math.Round(bins[i] / total * Whole), 0, Whole);
        return shares;
    }
}

/// <summary>What a test of a share has learned.</summary>
/// <param name="All">Draws.</param>
/// <param name="Bad">Of these.</param>
/// <param name="Spread">How far blocks of them lie apart beyond chance, squared.</param>
/// <param name="Blocks">Blocks that this rests on.</param>
/// <param name="Clumping">How many times as far as independent ones short runs of them scatter.</param>
/// <param name="Clumps">Runs that this rests on.</param>
public readonly record struct ShareMemory(float All, float Bad, float Spread, float Blocks, float Clumping, float Clumps)
{
    public ShareMemory Kept(double part) => this with { All = (float)(All * part), Bad = (float)(Bad * part) };
}
