namespace Crosspoint.Engine.Stores;

/// <summary>Writes marks (<see cref="IJournalTransaction.PutMark"/>).</summary>
internal sealed class PutMarks(params KeyValuePair<string, long>[] marks) : Transition
{
    private readonly TaskCompletionSource<StoreFailure?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null once they are on disk.</summary>
    public Task<StoreFailure?> Done => _done.Task;

    public override void Apply(IJournalTransaction transaction)
    {
        foreach ((string name, long value) in marks) transaction.PutMark(name, value);
    }

    public override void Committed() => _done.SetResult(null);

    public override void Failed(StoreFailure failure) => _done.SetResult(failure);
}
