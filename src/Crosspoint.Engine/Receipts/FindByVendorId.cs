using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Finds the messages that carriers know by an id, as a receipt with it would, and changes nothing. A transition, for the newest ids are known to the
/// sequencer alone.
/// </summary>
internal sealed class FindByVendorId(IReadOnlyList<string> groups, string vendorId) : Transition
{
    private readonly TaskCompletionSource<IReadOnlyList<long>?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long[] _keys = [];

    /// <summary>Keys, the newest first; null when the store is closed or broken.</summary>
    public ValueTask<IReadOnlyList<long>?> WaitAsync() => new(_done.Task);

    public override void Apply(IJournalTransaction transaction)
    {
        var keys = new HashSet<long>();
        foreach (string group in groups)
        {
            foreach (CorrelationHit hit in transaction.FindCorrelated(group, vendorId)) keys.Add(hit.Key);
        }

        _keys = [.. keys.OrderDescending()];
    }

    public override void Committed() => _done.SetResult(_keys);

    public override void Failed(StoreFailure failure) => _done.SetResult(null);
}
