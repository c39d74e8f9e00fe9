using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A parked receipt that has no row yet.</summary>
/// <param name="number">Its place among those of its slice.</param>
internal sealed class PendingReceipt(ParkedReceipt receipt, Slice slice, int number)
{
    public ParkedReceipt Receipt { get; } = receipt;

    public Slice Slice { get; } = slice;

    public int Number { get; } = number;

    public bool IsTaken { get; set; }
}
