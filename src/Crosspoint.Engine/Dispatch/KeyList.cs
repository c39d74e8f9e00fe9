namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Journal keys, first in first out, at two to four octets each: neighbours differ little, so only differences are kept. Ten million of them
/// take about 30 MB. Not thread-safe.
/// </summary>
internal sealed class KeyList
{
    private const int FirstBlock = 64;
    private const int LargestBlock = 8_192;

    // Seven bits an octet: the longest form of a 64-bit number.
    private const int LongestEntry = 10;

    private Queue<Block> _blocks = new();
    private Block? _last;

    public int Count { get; private set; }

    public void Add(long key)
    {
        if (_last is null || _last.Octets.Length - _last.Written < LongestEntry) AddBlock();
        _last!.Add(key);
        Count++;
    }

    /// <summary>Takes out the first key.</summary>
    /// <exception cref="InvalidOperationException">The list is empty.</exception>
    public long Take()
    {
        Block block = _blocks.Peek();
        long key = block.Take();
        Count--;
        if (!block.IsEmpty) return key;
        _blocks.Dequeue();
        if (_blocks.Count == 0) _last = null;
        return key;
    }

    /// <summary>Moves all keys of another list behind these.</summary>
    public void Append(KeyList other)
    {
        if (other.Count == 0) return;
        if (_blocks.Count == 0) (_blocks, other._blocks) = (other._blocks, _blocks);
        else while (other._blocks.TryDequeue(out Block? block)) _blocks.Enqueue(block);
        _last = other._last;
        other._last = null;
        Count += other.Count;
        other.Count = 0;
    }

    private void AddBlock()
    {
        int size = _last is null ? FirstBlock : Math.Min(LargestBlock, _last.Octets.Length * 2);
        _last = new Block(size);
        _blocks.Enqueue(_last);
    }

    private sealed class Block(int size)
    {
        private long _lastAdded;
        private long _lastTaken;
        private int _read;

        public byte[] Octets { get; } = new byte[size];

        public int Written { get; private set; }

        public bool IsEmpty => _read == Written;

        public void Add(long key)
        {
            // Differences may be negative (what was routed anew joins late): the sign goes into the lowest bit.
            long difference = key - _lastAdded;
            _lastAdded = key;
            ulong left = (ulong)(difference << 1) ^ (ulong)(difference >> 63);
            while (left >= 0x80)
            {
                Octets[Written++] = (byte)(left | 0x80);
                left >>= 7;
            }

            Octets[Written++] = (byte)left;
        }

        public long Take()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte octet = Octets[_read++];
                value |= (ulong)(octet & 0x7F) << shift;
                if (octet < 0x80) break;
            }

            _lastTaken += (long)(value >> 1) ^ -(long)(value & 1);
            return _lastTaken;
        }
    }
}
