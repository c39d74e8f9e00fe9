using System.Buffers.Binary;
using System.Numerics;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What was counted in the steps that are over, the oldest first, as octets: nothing is kept of what did not happen. Each record: the number of the step,
/// the cost, how many counts there are, and of each what is counted and how often. Not thread-safe.
/// </summary>
internal struct StepLog()
{
    /// <summary>Octets before the cost.</summary>
    private const int NumberBytes = 4;
    private const int FirstRoom = 96;

    private byte[] _bytes = [];
    private int _end;

    /// <summary>The oldest record.</summary>
    public int Start { get; private set; }

    /// <summary>The oldest record of a shorter interval over the same steps.</summary>
    public int Middle { get; set; }

    public readonly int Room => _bytes.Length;

    /// <summary>Whether there is a record at a place, and of which step it is.</summary>
    public readonly bool TryNumber(int at, out uint number)
    {
        number = 0;
        if (at >= _end) return false;
        number = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));
        return true;
    }

    /// <summary>Octets of the head of a record.</summary>
    public static int HeadOctets(long cost, int entries) => NumberBytes + Octets((ulong)cost) + Octets((uint)entries);

    /// <summary>Octets of an entry.</summary>
    public static int EntryOctets(uint count) => 1 + Octets(count);

    /// <summary>Makes room for a record. False when it would take more than the log may hold: then the oldest has to go.</summary>
    public bool TryMakeRoom(int needed, int most)
    {
        if (_bytes.Length - _end >= needed) return true;
        int live = _end - Start;
        int size = Math.Max(_bytes.Length, FirstRoom);
        while (size < most && (live + needed) * 4 > size * 3) size *= 2;
        size = Math.Min(size, most);
        if (live + needed > size) return false;
        byte[] bytes = size > _bytes.Length ? new byte[size] : _bytes;
        Buffer.BlockCopy(_bytes, Start, bytes, 0, live);
        Middle -= Start;
        (_bytes, Start, _end) = (bytes, 0, live);
        return true;
    }

    public void Begin(uint number, long cost, int entries)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_end), number);
        _end += NumberBytes;
        Write((ulong)cost);
        Write((uint)entries);
    }

    public void Add(byte id, uint count)
    {
        _bytes[_end++] = id;
        Write(count);
    }

    /// <summary>Reads the head of a record.</summary>
    public readonly int ReadHead(ref int at, out long cost)
    {
        at += NumberBytes;
        cost = (long)Read(ref at);
        return (int)Read(ref at);
    }

    public readonly byte ReadEntry(ref int at, out uint count)
    {
        byte id = _bytes[at++];
        count = (uint)Read(ref at);
        return id;
    }

    /// <summary>Drops the oldest record, which ends at a place.</summary>
    public void DropTo(int at)
    {
        Start = at;
        if (Middle < at) Middle = at;
    }

    /// <summary>What was counted as one is counted as another from now on.</summary>
    public readonly void Rename(byte from, byte to)
    {
        for (int at = Start; at < _end;)
        {
            for (int left = ReadHead(ref at, out _); left > 0; left--)
            {
                int place = at;
                if (ReadEntry(ref at, out _) == from) _bytes[place] = to;
            }
        }
    }

    private static int Octets(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Write(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes[_end++] = (byte)(value | 0x80);
        _bytes[_end++] = (byte)value;
    }

    private readonly ulong Read(ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = _bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
