using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Schedules messages whose send windows are closed for when they open. Where no validity was asked for and nothing was tried yet, that counts from then, for
/// a week at most; else the message ends when it was to end. What is open again, or may be at a carrier, goes on.
/// </summary>
/// <param name="keys">Messages that nobody holds.</param>
internal sealed class HoldForWindow(Dispatcher dispatcher, IReadOnlyList<long> keys) : Transition
{
    // Where no moment suits, it is looked at again.
    private static readonly TimeSpan LookAgain = TimeSpan.FromDays(1);

    private readonly TaskCompletionSource<StoreFailure?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Key, long At)> _held = [];
    private readonly List<OutboundWork> _goOn = [];
    private NoticeList _list;

    /// <summary>Null once it is on disk.</summary>
    public Task<StoreFailure?> Done => _done.Task;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _held.Clear();
        _goOn.Clear();
        foreach (long key in keys)
        {
            // Ended meanwhile, or on its way by another work.
            if (transaction.Find(key) is { } message && AttemptRules.MayBegin(message, hasBegun: false)) Hold(transaction, message);
        }
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _list);
        foreach ((long key, long at) in _held) dispatcher.Schedule(key, at);
        foreach (OutboundWork work in _goOn) dispatcher.Accept(work);
        _done.SetResult(null);
    }

    public override void Failed(StoreFailure failure) => _done.SetResult(failure);

    private void Hold(IJournalTransaction transaction, Message message)
    {
        long now = transaction.Now;
        if (dispatcher.IsOver(message, now, ref _list))
        {
            if (AttemptRules.Expire(message, now, dispatcher.Notices, ref _list)) transaction.Save(message);
            return;
        }

        // By the clock that sends: see SendWindowTable.OpensAt.
        long opens = dispatcher.OpensAt(message.Head);
        if (opens == 0 || !AttemptRules.Waits(message))
        {
            _goOn.Add(OutboundWork.From(message));
            transaction.Save(message);
            return;
        }

        long at = opens == SendWindowTable.Never ? now + Micros.From(LookAgain) : opens;
        MessageHead head = message.Head with { SendAt = at };
        if (head.ValiditySeconds == 0 && message.Attempts.Count == 0)
        {
            long most = head.CreatedAt + Micros.From(AttemptRules.MostHeld);
            long until = Math.Max(head.ValidUntil, Math.Min(at, most) + AttemptRules.DefaultValidity);
            head = head with { ValidUntil = dispatcher.EndOf(head, until) };
        }

        message.Head = head;
        string detail = opens == SendWindowTable.Never ? "no time of the next days suits all time zones of the recipient" : "its send window is closed";
        if (message.TryMove(MessageState.Scheduled, now, EventKind.Held, detail: detail) is not { } entry) return;
        dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
        transaction.Save(message);
        _held.Add((message.Id.Key, at));
    }
}
