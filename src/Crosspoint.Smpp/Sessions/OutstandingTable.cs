using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>A request that was written and not answered.</summary>
internal readonly record struct OutstandingRequest(
    uint SequenceNumber,
    CommandId CommandId,
    object? State,
    long WrittenAt,
    bool UsesWindow);

/// <summary>The outstanding requests of a session by sequence number. Allocated once; the session's lock guards it.</summary>
internal sealed class OutstandingTable
{
    private readonly Slot[] _slots;
    private readonly int[] _buckets;
    private readonly int _mask;
    private int _free;

    public OutstandingTable(int capacity)
    {
        _slots = new Slot[capacity];
        var buckets = 16;
        while (buckets < capacity * 2) buckets *= 2;
        _buckets = new int[buckets];
        _mask = buckets - 1;
        Array.Fill(_buckets, -1);
        for (var i = 0; i < capacity; i++) _slots[i].Next = i + 1 < capacity ? i + 1 : -1;
    }

    public int Count { get; private set; }

    /// <summary>False when the table is full.</summary>
    public bool TryAdd(in OutstandingRequest request)
    {
        int index = _free;
        if (index < 0) return false;
        ref Slot slot = ref _slots[index];
        _free = slot.Next;
        ref int bucket = ref _buckets[(int)request.SequenceNumber & _mask];
        slot.Request = request;
        slot.InUse = true;
        slot.Next = bucket;
        bucket = index;
        Count++;
        return true;
    }

    public bool Contains(uint sequenceNumber) => Find(sequenceNumber) >= 0;

    /// <summary>Takes out the request that a response answers: the sequence number decides, and the operation must fit.</summary>
    public bool TryTake(uint sequenceNumber, CommandId response, out OutstandingRequest request)
    {
        int index = Find(sequenceNumber);
        if (index < 0 || (response != CommandId.GenericNack && _slots[index].Request.CommandId.ToResponse() != response))
        {
            request = default;
            return false;
        }

        request = _slots[index].Request;
        Remove(index);
        return true;
    }

    /// <summary>Takes out one request that was written before a moment.</summary>
    /// <param name="before">Timestamp; requests of this moment or earlier are taken.</param>
    /// <param name="from">Where to look from; moves on. Start with 0.</param>
    /// <param name="request">The request taken.</param>
    public bool TryTakeOlder(long before, ref int from, out OutstandingRequest request)
    {
        for (; from < _slots.Length; from++)
        {
            if (!_slots[from].InUse || _slots[from].Request.WrittenAt > before) continue;
            request = _slots[from].Request;
            Remove(from++);
            return true;
        }

        request = default;
        return false;
    }

    public bool HasOlder(long before)
    {
        if (Count == 0) return false;
        foreach (ref Slot slot in _slots.AsSpan())
        {
            if (slot.InUse && slot.Request.WrittenAt <= before) return true;
        }

        return false;
    }

    private int Find(uint sequenceNumber)
    {
        int index = _buckets[(int)sequenceNumber & _mask];
        while (index >= 0 && _slots[index].Request.SequenceNumber != sequenceNumber) index = _slots[index].Next;
        return index;
    }

    private void Remove(int index)
    {
        ref Slot slot = ref _slots[index];
        ref int link = ref _buckets[(int)slot.Request.SequenceNumber & _mask];
        while (link != index) link = ref _slots[link].Next;
        link = slot.Next;
        slot.Request = default;
        slot.InUse = false;
        slot.Next = _free;
        _free = index;
        Count--;
    }

    private struct Slot
    {
        public OutstandingRequest Request;
        public int Next;
        public bool InUse;
    }
}
