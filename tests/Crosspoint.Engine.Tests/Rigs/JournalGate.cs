using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>Stands between the gateway and its journal: holds commits back, refuses them, or loses them as a killed process
/// would.</summary>
internal sealed class JournalGate(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<Transition> _held = [];
    private bool _isHolding;
    private bool _isCut;
    private StoreFailure? _refusal;

    /// <summary>Added to the real depth, as if so much more were waiting.</summary>
    public int ExtraDepth { get; set; }

    public int QueueDepth => inner.QueueDepth + ExtraDepth;

    public JournalHealth Health => inner?.Health ?? JournalHealth.Ready;

    public Task Broken => inner.Broken;

    public IEventLog Events => inner.Events;

    public int HeldCount
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    /// <summary>Transitions handed over so far.</summary>
    public int EnqueuedCount { get; private set; }

    public void Hold()
    {
        lock (_gate) _isHolding = true;
    }

    /// <summary>Commits what was held, in order.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _isHolding = false;
            foreach (Transition transition in _held) inner.Enqueue(transition);
            _held.Clear();
        }
    }

    /// <summary>Transitions that may be refused fail from now on; null ends it.</summary>
    public void Refuse(StoreFailure? failure)
    {
        lock (_gate) _refusal = failure;
    }

    /// <summary>From now on nothing reaches the disk, and nobody is told: the process is dead and does not know it.</summary>
    public void Cut()
    {
        lock (_gate) _isCut = true;
    }

    public void Enqueue(Transition transition)
    {
        lock (_gate)
        {
            if (_isCut) return;
            EnqueuedCount++;
            if (_refusal is { } failure && !transition.IsRequired)
            {
                _ = Task.Run(() => transition.Failed(failure));
                return;
            }

            if (_isHolding) _held.Add(transition);
            else inner.Enqueue(transition);
        }
    }

    /// <summary>Past the gate, whatever it does.</summary>
    public void EnqueueInside(Transition transition) => inner.Enqueue(transition);

    public Task CloseAsync(CancellationToken cancellationToken) => inner.CloseAsync(cancellationToken);

    public ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) =>
        inner.FindManyAsync(keys, cancellationToken);

    public ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    public ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken) =>
        inner.ListAsync(query, cancellationToken);

    public ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken) =>
        inner.ReadPastAsync(fromMicros, beforeMicros, afterKey, page, cancellationToken);

    public ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken) =>
        inner.ListOpenAsync(afterKey, limit, cancellationToken);

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken) =>
        inner.ListOpenByValidityAsync(afterMicros, untilMicros, limit, cancellationToken);

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken) =>
        inner.ListStalePartsAsync(beforeMicros, limit, cancellationToken);

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListMarksAsync(prefix, cancellationToken);

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken) => inner.CountAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
