using System.Threading.Channels;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Benchmarks.Webhooks;

/// <summary>A journal that commits at once and keeps nothing: what remains is the work of whoever writes to it.</summary>
internal sealed class ForgetfulJournal : IJournal, IJournalTransaction
{
    private readonly Channel<Transition> _queue = Channel.CreateUnbounded<Transition>();
    private readonly MessageIdSource _ids = new(TimeProvider.System);
    private readonly Task _loop;

    public ForgetfulJournal() => _loop = Task.Run(RunAsync);

    public IEventLog Events => throw new NotSupportedException();

    public int QueueDepth => _queue.Reader.Count;

    public JournalHealth Health => JournalHealth.Ready;

    public Task Broken { get; } = new TaskCompletionSource().Task;

    public long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    public void Enqueue(Transition transition) => _queue.Writer.TryWrite(transition);

    public MessageId NextId() => _ids.Next();

    public Message? Find(long key) => null;

    public void Insert(Message message)
    {
    }

    public void Save(Message message)
    {
    }

    public void Delete(Message message)
    {
    }

    public void PutMark(string name, long value)
    {
    }

    public void PutPosition(string name, long sequence) => throw new NotSupportedException();

    public ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken) => new((long?)null);

    public ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken) =>
        new([]);

    public Task CloseAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return _loop;
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None);

    public void Correlate(string group, string vendorId, long key, int segment) => throw new NotSupportedException();

    public IReadOnlyList<CorrelationHit> FindCorrelated(string group, string vendorId, VendorIdFormat format) =>
        throw new NotSupportedException();

    public void Park(ParkedReceipt receipt) => throw new NotSupportedException();

    public IReadOnlyList<ParkedReceipt> TakeParked(string group, string vendorId) => throw new NotSupportedException();

    public void KeepOrphan(OrphanPdu orphan) => throw new NotSupportedException();

    public IdempotencyRecord? FindIdempotent(string account, string idempotencyKey) => throw new NotSupportedException();

    public void PutIdempotent(IdempotencyRecord record) => throw new NotSupportedException();

    public IReadOnlyList<InboundPart> AddInboundPart(InboundPart part) => throw new NotSupportedException();

    public void RemoveInboundParts(string partKey) => throw new NotSupportedException();

    public ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (_queue.Reader.TryRead(out Transition? transition))
            {
                transition.Apply(this);
                transition.Committed();
            }
        }
    }
}
