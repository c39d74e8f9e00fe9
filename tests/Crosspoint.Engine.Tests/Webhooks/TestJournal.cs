using System.Threading.Channels;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>
/// A journal in memory: one sequencer, groups, and readers that get copies. What is committed can be read before anybody is told of it.
/// </summary>
internal sealed class TestJournal : IJournal
{
    private readonly Channel<Transition> _queue = Channel.CreateUnbounded<Transition>();
    private readonly SortedDictionary<long, Message> _messages = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> _waits = [];
    private readonly Lock _gate = new();
    private readonly TestTransaction _transaction;
    private readonly Task _loop;
    private volatile TaskCompletionSource _open = Opened();

    public TestJournal(TimeProvider time)
    {
        _transaction = new(this, time);
        _loop = Task.Run(RunAsync);
    }

    public int QueueDepth => _queue.Reader.Count;

    public JournalHealth Health => JournalHealth.Ready;

    public IEventLog Events => throw new NotSupportedException();

    public Task Broken { get; } = new TaskCompletionSource().Task;

    /// <summary>Runs between the commit of a group and the telling of it.</summary>
    public Func<Task>? BeforeTelling { get; set; }

    /// <summary>Runs after a page was read and before it is handed over.</summary>
    public Func<Task>? AfterPageRead { get; set; }

    /// <summary>A second dispatcher over the same marks is a restart.</summary>
    public SortedDictionary<string, long> Marks { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Transitions that recorded tries.</summary>
    public int TriesRecorded { get; private set; }

    public int PagesRead { get; private set; }

    public void Enqueue(Transition transition)
    {
        if (!_queue.Writer.TryWrite(transition)) transition.Failed(StoreFailure.Closed);
    }

    /// <summary>Commits nothing until <see cref="Resume"/>, as on a full disk.</summary>
    public void Hold() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _open.TrySetResult();

    public Message Read(MessageId id)
    {
        lock (_gate) return Copy(_messages[id.Key]);
    }

    public List<Message> ReadAll()
    {
        lock (_gate) return [.. _messages.Values.Select(Copy)];
    }

    public void Delete(MessageId id)
    {
        lock (_gate) _messages.Remove(id.Key);
    }

    /// <summary>Completes once a condition over the stored messages holds after a commit.</summary>
    public Task WhenAsync(Func<IEnumerable<Message>, bool> condition)
    {
        lock (_gate)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (condition(_messages.Values)) done.SetResult();
            else _waits.Add((() => condition(_messages.Values), done));
            return done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken)
    {
        List<Message> page = [];
        lock (_gate)
        {
            PagesRead++;
            foreach ((long key, Message message) in _messages)
            {
                if (page.Count == limit) break;
                if (key > afterKey && message.IsOpen) page.Add(Copy(message));
            }
        }

        if (AfterPageRead is { } pause) await pause();
        return page;
    }

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (_gate) return new([.. Marks.Where(mark => mark.Value != 0 && mark.Key.StartsWith(prefix, StringComparison.Ordinal))]);
    }

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CloseAsync(CancellationToken cancellationToken)
    {
        Resume();
        _queue.Writer.TryComplete();
        return _loop;
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None);

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private static Message Copy(Message message)
    {
        Message copy = Message.Restore(message.Head, message.State, message.UpdatedAt);
        copy.ErrorCode = message.ErrorCode;
        copy.Events.AddRange(message.Events);
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            copy.Deliveries.Add(new WebhookDelivery
            {
                EventNumber = delivery.EventNumber,
                Status = delivery.Status,
                State = delivery.State,
                Tries = delivery.Tries,
                NextAt = delivery.NextAt,
                LastAt = delivery.LastAt,
                LastStatus = delivery.LastStatus,
                LastTookMicros = delivery.LastTookMicros,
                LastError = delivery.LastError,
                Earlier = delivery.Earlier is null ? null : [.. delivery.Earlier],
            });
        }

        return copy;
    }

    private async Task RunAsync()
    {
        List<Transition> group = [];
        while (await _queue.Reader.WaitToReadAsync())
        {
            await _open.Task;
            group.Clear();
            while (group.Count < 1_000 && _queue.Reader.TryRead(out Transition? transition)) group.Add(transition);
            List<TaskCompletionSource> met = [];
            lock (_gate)
            {
                foreach (Transition transition in group)
                {
                    transition.Apply(_transaction);
                    if (transition is RecordWebhookTry) TriesRecorded++;
                }

                for (int i = _waits.Count - 1; i >= 0; i--)
                {
                    if (!_waits[i].Condition()) continue;
                    met.Add(_waits[i].Done);
                    _waits.RemoveAt(i);
                }
            }

            if (BeforeTelling is { } pause) await pause();
            foreach (Transition transition in group) transition.Committed();
            foreach (TaskCompletionSource done in met) done.SetResult();
        }
    }

    private sealed class TestTransaction(TestJournal journal, TimeProvider time) : IJournalTransaction
    {
        private readonly MessageIdSource _ids = new(time);

        public long Now => time.GetUtcMicros();

        public MessageId NextId() => _ids.Next();

        public Message? Find(long key) => journal._messages.GetValueOrDefault(key);

        public void Insert(Message message) => journal._messages.Add(message.Id.Key, message);

        public void Save(Message message)
        {
        }

        public void Delete(Message message) => journal._messages.Remove(message.Id.Key);

        public void Correlate(string group, string vendorId, long key, int segment) => throw new NotSupportedException();

        public IReadOnlyList<CorrelationHit> FindCorrelated(string group, string vendorId, VendorIdFormat format) =>
            throw new NotSupportedException();

        public void Park(ParkedReceipt receipt) => throw new NotSupportedException();

        public IReadOnlyList<ParkedReceipt> TakeParked(string group, string vendorId) => throw new NotSupportedException();

        public void KeepOrphan(OrphanPdu orphan) => throw new NotSupportedException();

        public IdempotencyRecord? FindIdempotent(string account, string idempotencyKey) => throw new NotSupportedException();

        public void PutIdempotent(IdempotencyRecord record) => throw new NotSupportedException();

        public void PutMark(string name, long value) => journal.Marks[name] = value;

        public IReadOnlyList<InboundPart> AddInboundPart(InboundPart part) => throw new NotSupportedException();

        public void RemoveInboundParts(string partKey) => throw new NotSupportedException();

        public void PutPosition(string name, long sequence) => throw new NotSupportedException();
    }
}
