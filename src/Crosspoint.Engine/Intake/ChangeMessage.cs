using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>A change that an account, or the operator, asks for: cancel, redact, delete, feedback, replay of a webhook.</summary>
/// <param name="account">Whose message it must be; null for the operator, who changes those of all.</param>
/// <param name="change">Changes the message, notes what it did and returns the verdict; runs inside the transition.</param>
internal sealed class ChangeMessage(Notices notices, string? account, MessageId id, ChangeMessage.Changer change) : Transition
{
    private readonly TaskCompletionSource<ChangeResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NoticeList _list;
    private ChangeOutcome _outcome;

    /// <returns>Done when the message was changed, or is to be removed (<see cref="Removal"/>).</returns>
    public delegate ChangeOutcome Changer(Message message, long now, ref NoticeList list);

    /// <summary>True to remove the message when the change is allowed.</summary>
    public bool Removal { get; init; }

    /// <summary>Runs after the commit of an allowed change.</summary>
    public Action? Then { get; init; }

    public Task<ChangeResult> WaitAsync() => _done.Task;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        Message? message = transaction.Find(id.Key);
        if (message is null || message.Id != id || (account is not null && message.Head.AccountSid != account))
        {
            _outcome = ChangeOutcome.NotFound;
            return;
        }

        _outcome = change(message, transaction.Now, ref _list);
        if (_outcome != ChangeOutcome.Done) return;
        if (message.CopiedAs is { } copy) ChangeCopy(transaction, copy, message.IsRedacted);
        if (Removal) transaction.Delete(message);
        else transaction.Save(message);
    }

    // What is removed for the account's sake must not live on in a copy.
    private void ChangeCopy(IJournalTransaction transaction, MessageId id, bool isRedacted)
    {
        if (transaction.Find(id.Key) is not { } copy || copy.Id != id) return;
        if (Removal)
        {
            transaction.Delete(copy);
        }
        else if (isRedacted && !copy.IsRedacted)
        {
            TestCopies.Redact(copy, transaction.Now, notices, ref _list);
            transaction.Save(copy);
        }
    }

    public override void Committed()
    {
        notices.Publish(ref _list);
        if (_outcome == ChangeOutcome.Done) Then?.Invoke();
        _done.SetResult(new(_outcome, null));
    }

    public override void Failed(StoreFailure failure) => _done.SetResult(
        new(failure == StoreFailure.Unknown ? ChangeOutcome.OutcomeUnknown : ChangeOutcome.StoreUnavailable, null));
}
