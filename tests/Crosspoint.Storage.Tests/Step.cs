using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

/// <summary>A transition made of a delegate. <see cref="Result"/> tells what became of it: null for committed.</summary>
public sealed class Step(Action<IJournalTransaction> apply, bool isRequired = false) : Transition
{
    private readonly TaskCompletionSource<StoreFailure?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _applied;

    public Task<StoreFailure?> Result => _result.Task;

    public override bool IsRequired => isRequired;

    /// <summary>How often <see cref="Apply"/> ran.</summary>
    public int Applied => _applied;

    /// <summary>What the last run of <see cref="Apply"/> threw.</summary>
    public Exception? Thrown { get; private set; }

    /// <summary>Runs on the completion loop, in order.</summary>
    public Action<StoreFailure?>? Told { get; init; }

    public override void Apply(IJournalTransaction transaction)
    {
        _applied++;
        Thrown = null;
        try
        {
            apply(transaction);
        }
        catch (Exception exception)
        {
            Thrown = exception;
            throw;
        }
    }

    public override void Committed() => Tell(null);

    public override void Failed(StoreFailure failure) => Tell(failure);

    private void Tell(StoreFailure? failure)
    {
        Told?.Invoke(failure);
        if (!_result.TrySetResult(failure)) throw new InvalidOperationException("A transition was told twice.");
    }
}
