namespace Crosspoint.Engine.Stores;

/// <summary>What became of a write to the store of health.</summary>
/// <param name="Failure">Null when it is on the disk.</param>
/// <param name="Detail">For people; empty when it is done.</param>
public readonly record struct HealthWrite(StoreFailure? Failure, string Detail = "")
{
    public static readonly HealthWrite Done = new(null);

    public bool IsDone => Failure is null;
}
