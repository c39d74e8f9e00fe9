namespace Crosspoint.Engine.Health.Failover;

/// <summary>The state of a cell, for people.</summary>
/// <param name="Cell">Of all classes.</param>
/// <param name="IsWide">It stands for all networks of the country, or for all of the connection.</param>
/// <param name="Share">What it takes of its usual messages, 0 to 1.</param>
/// <param name="Since">Wall time in microseconds.</param>
/// <param name="Hold">How long it is left alone, or was the last time.</param>
/// <param name="HoldLeft">What is left of that; zero when it is over.</param>
/// <param name="Relapses">Since it was last healthy for long.</param>
/// <param name="Rate">Messages a second that it carried before.</param>
/// <param name="Order">The order that holds; null for none.</param>
/// <param name="Last">Its last changes, the newest first.</param>
public sealed record FailoverRow(
    HealthCell Cell, bool IsWide, CellState State, double Share, string Reason, long Since, TimeSpan Hold, TimeSpan HoldLeft, int Relapses, double Rate,
    HealthOrder? Order, IReadOnlyList<HealthChange> Last)
{
    /// <summary>Of a whole connection: the networks that are not meant, as all is as usual there.</summary>
    public IReadOnlyList<HealthCell> Except { get; init; } = [];
}
