using System.Text;
using Crosspoint.Simulator.Carriers;

namespace Crosspoint.Simulator.Handsets;

/// <summary>
/// The phones: what each number received lately. Parts are kept as octets in buffers that are used again, and become text only
/// when somebody looks.
/// </summary>
public sealed class HandsetStore
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards = new Shard[ShardCount];

    internal HandsetStore(HandsetOptions options)
    {
        // Every shard holds at least one number, so that a small limit still holds what it says.
        int perShard = options.Numbers == 0 ? 0 : Math.Max(options.Numbers / ShardCount, 1);
        for (var i = 0; i < ShardCount; i++) _shards[i] = new Shard(options.Messages, perShard);
    }

    /// <summary>What the phone shows, oldest first. A plus sign before the number makes no difference.</summary>
    public IReadOnlyList<HandsetMessage> Messages(string number)
    {
        ReadOnlySpan<char> digits = number.AsSpan();
        if (digits.StartsWith("+")) digits = digits[1..];
        Span<byte> bytes = stackalloc byte[64];
        if (digits.IsEmpty || digits.Length > bytes.Length) return [];
        bytes = bytes[..Encoding.Latin1.GetBytes(digits, bytes)];
        ulong key = Key(bytes);
        return _shards[key % ShardCount].Read(key);
    }

    public void Clear()
    {
        foreach (Shard shard in _shards) shard.Clear();
    }

    /// <summary>Gives a part to a phone; returns the text of the message when it is wanted and the part completes it.</summary>
    internal string? Add(string carrier, DateTimeOffset time, in SubmitFacts facts, bool wantsText)
    {
        ulong key = Key(facts.Destination.Digits);
        return _shards[key % ShardCount].Add(key, carrier, time, facts, wantsText);
    }

    /// <summary>Takes a part from a phone: its submission was withdrawn before it came there.</summary>
    internal void Remove(string carrier, DateTimeOffset time, in SubmitFacts facts)
    {
        ulong key = Key(facts.Destination.Digits);
        _shards[key % ShardCount].Remove(key, carrier, time, facts);
    }

    /// <summary>FNV-1a over the digits, without a plus sign.</summary>
    private static ulong Key(ReadOnlySpan<byte> digits)
    {
        if (!digits.IsEmpty && digits[0] == (byte)'+') digits = digits[1..];
        ulong hash = 14695981039346656037;
        foreach (byte digit in digits) hash = (hash ^ digit) * 1099511628211;
        return hash ^ (hash >> 32);
    }

    private sealed class Shard(int messages, int numbers)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<ulong, Handset> _handsets = [];
        private readonly Queue<Handset> _order = [];

        public string? Add(ulong key, string carrier, DateTimeOffset time, in SubmitFacts facts, bool wantsText)
        {
            if (numbers == 0) return wantsText && facts.Total <= 1 ? HandsetText.Decode(facts) : null;
            lock (_gate)
            {
                if (!_handsets.TryGetValue(key, out Handset? handset))
                {
                    handset = _handsets.Count < numbers ? new Handset() : Evict();
                    handset.Key = key;
                    _handsets.Add(key, handset);
                    _order.Enqueue(handset);
                }

                handset.WasUsed = true;
                StoredMessage message = handset.Add(messages, carrier, time, facts);
                return wantsText && message.IsComplete ? message.Read().Text : null;
            }
        }

        public void Remove(ulong key, string carrier, DateTimeOffset time, in SubmitFacts facts)
        {
            lock (_gate)
            {
                if (_handsets.TryGetValue(key, out Handset? handset)) handset.Remove(carrier, time, facts);
            }
        }

        public List<HandsetMessage> Read(ulong key)
        {
            lock (_gate) return _handsets.TryGetValue(key, out Handset? handset) ? handset.Read() : [];
        }

        public void Clear()
        {
            lock (_gate)
            {
                _handsets.Clear();
                _order.Clear();
            }
        }

        /// <summary>Takes the phone that has waited longest: those that were used since the last round get a second one.</summary>
        private Handset Evict()
        {
            while (true)
            {
                Handset oldest = _order.Dequeue();
                if (oldest.WasUsed)
                {
                    oldest.WasUsed = false;
                    _order.Enqueue(oldest);
                    continue;
                }

                _handsets.Remove(oldest.Key);
                oldest.Forget();
                return oldest;
            }
        }
    }

    private sealed class Handset
    {
        private StoredMessage?[] _ring = new StoredMessage?[2];
        private int _head;
        private int _count;

        public ulong Key { get; set; }

        public bool WasUsed { get; set; }

        public void Forget() => _count = 0;

        public StoredMessage Add(int most, string carrier, DateTimeOffset time, in SubmitFacts facts)
        {
            for (int i = _count - 1; facts.Total > 1 && i >= 0; i--)
            {
                StoredMessage known = _ring[(_head + i) % _ring.Length]!;
                if (!known.Fits(facts)) continue;
                known.Add(facts);
                return known;
            }

            if (_count == _ring.Length && _count < most) Grow(Math.Min(_count * 2, most));
            if (_count >= most || _count == _ring.Length)
            {
                _head = (_head + 1) % _ring.Length;
                _count--;
            }

            StoredMessage message = _ring[(_head + _count) % _ring.Length] ??= new StoredMessage();
            _count++;
            message.Begin(carrier, time, facts);
            message.Add(facts);
            return message;
        }

        public void Remove(string carrier, DateTimeOffset time, in SubmitFacts facts)
        {
            for (int i = _count - 1; i >= 0; i--)
            {
                StoredMessage message = _ring[(_head + i) % _ring.Length]!;
                if (!message.TryRemove(carrier, time, facts)) continue;
                if (!message.IsEmpty) return;
                for (int j = i; j < _count - 1; j++) _ring[(_head + j) % _ring.Length] = _ring[(_head + j + 1) % _ring.Length];
                _ring[(_head + --_count) % _ring.Length] = message;
                return;
            }
        }

        public List<HandsetMessage> Read()
        {
            var messages = new List<HandsetMessage>(_count);
            for (var i = 0; i < _count; i++) messages.Add(_ring[(_head + i) % _ring.Length]!.Read());
            return messages;
        }

        private void Grow(int size)
        {
            var larger = new StoredMessage?[size];
            for (var i = 0; i < _count; i++) larger[i] = _ring[(_head + i) % _ring.Length];
            _ring = larger;
            _head = 0;
        }
    }
}
