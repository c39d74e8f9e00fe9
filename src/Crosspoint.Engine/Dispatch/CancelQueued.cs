using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>A message that is to end because its account's queue, or its batch, was canceled.</summary>
/// <param name="Work">The message in the hands of dispatch; null where it was found in the journal.</param>
internal readonly record struct QueuedCancel(long Key, TrafficControl By, OutboundWork? Work);

/// <summary>Ends some messages whose queue is canceled, and counts them on record. What may be at a carrier goes on.</summary>
internal sealed class CancelQueued(Dispatcher dispatcher, IReadOnlyList<QueuedCancel> messages) : Transition
{
    private readonly TaskCompletionSource<StoreFailure?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<TrafficControl, long> _counts = [];
    private readonly bool[] _goesOn = new bool[messages.Count];
    private NoticeList _list;

    /// <summary>Null once it is on disk.</summary>
    public Task<StoreFailure?> Done => _done.Task;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _counts.Clear();
        for (int i = 0; i < messages.Count; i++)
        {
            (long key, TrafficControl by, OutboundWork? work) = messages[i];
            _goesOn[i] = false;
            if (transaction.Find(key) is not { } message) continue;
            string detail = by.Key.IsAccount ? "the account's queue was canceled" : "its batch was canceled";
            if (AttemptRules.CancelQueued(message, detail, transaction.Now, dispatcher.Notices, ref _list))
            {
                transaction.Save(message);
                _counts[by] = _counts.GetValueOrDefault(by) + 1;
            }
            else
            {
                _goesOn[i] = work is not null && AttemptRules.MayBegin(message, work.HasBegun);
            }
        }

        // One of these is under way at a time, so what was counted before is on disk.
        foreach ((TrafficControl by, long count) in _counts) transaction.PutMark(by.Key.MarkOf(TrafficKey.CountPrefix), by.Canceled + count);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _list);
        foreach ((TrafficControl by, long count) in _counts) by.CountCanceled(count);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Work is not { } work) continue;
            if (_goesOn[i])
            {
                work.HasBegun = true;
                dispatcher.Route(work, first: false);
            }
            else
            {
                dispatcher.Forget(work);
            }
        }

        _done.SetResult(null);
    }

    public override void Failed(StoreFailure failure) => _done.SetResult(failure);
}
