namespace Crosspoint.Engine.Health.Detection;

/// <summary>What one look at a cell says for and against a rise, by one of its tests. Nothing where something is wrong with the cell already.</summary>
/// <param name="Gain">Logarithm of how much better a raised share explains what was seen than the usual one does.</param>
/// <param name="All">Messages or segments that were looked at.</param>
/// <param name="Bad">Of these, those that went badly.</param>
/// <param name="Expected">So many would usually have gone badly.</param>
public readonly record struct Evidence(float Gain, float All, float Bad, float Expected);

/// <summary>What one look at a cell says to those who look at all cells of its connection: see <see cref="ConnectionWatch"/>.</summary>
public record struct CellEvidence
{
    public Evidence Errors { get; set; }

    public Evidence Timeouts { get; set; }

    public Evidence Delivery { get; set; }

    /// <summary>Receipts that were due and did not come.</summary>
    public Evidence Silence { get; set; }

    /// <summary>Microseconds for which receipts of the cell must be missing at least.</summary>
    public long LeastSilence { get; set; }

    /// <summary>Microseconds without an answer that are a stall of the cell.</summary>
    public long StallLimit { get; set; }

    /// <summary>The cell is stalled by itself.</summary>
    public bool IsStalled { get; set; }
}
