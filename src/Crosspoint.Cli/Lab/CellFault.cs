namespace Crosspoint.Cli.Lab;

/// <summary>What goes wrong with a simulated cell, from a moment on. Null and zero: as always.</summary>
internal sealed record CellFault
{
    public required string Name { get; init; }

    /// <summary>Nothing is answered, and no receipt comes.</summary>
    public bool IsStalled { get; init; }

    /// <summary>Share of the segments that is refused from then on, with a status that the cell knows.</summary>
    public double Refused { get; init; }

    /// <summary>Added to the share of messages that are not delivered.</summary>
    public double Undelivered { get; init; }

    public bool IsSilent { get; init; }

    /// <summary>How many times as long receipts take.</summary>
    public double Slower { get; init; } = 1;

    /// <summary>Receipts are made up: all say "delivered", after so many seconds, give or take the spread.</summary>
    public double FakedAfter { get; init; }

    public double FakedSpread { get; init; }

    public double Throttled { get; init; }

    /// <summary>Seconds until it is as bad as it gets, evenly; 0 for at once.</summary>
    public double Ramp { get; init; }

    /// <summary>Seconds that it lasts; 0 for ever.</summary>
    public double Lasts { get; init; }

    /// <summary>It keeps messages from their recipients, or makes them late: silent and made-up receipts alone do not.</summary>
    public bool HarmsDelivery => IsStalled || Refused > 0 || Undelivered > 0 || Throttled > 0 || Slower > 1;

    /// <summary>How bad it is after so many seconds, from 0 to 1.</summary>
    public double PartAfter(double seconds) => Ramp > 0 ? Math.Min(1, seconds / Ramp) : 1;
}
