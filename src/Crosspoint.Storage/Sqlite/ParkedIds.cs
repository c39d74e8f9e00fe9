namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Says for certain that no receipt is parked under a vendor id, or that one may be: a Bloom filter that counts, so that what is taken out
/// leaves it. Nearly every answer of a vendor is thus spared a query. 2 MiB at most, however much is parked; up to 100,000 entries about
/// 1 in 50 of the ids that are not there "may be".
/// </summary>
/// <param name="keepMicros">How long a receipt is offered.</param>
internal sealed class ParkedIds(long keepMicros)
{
    // What is never taken must leave as well. Those that arrived before this time are in the older generation, which is dropped whole when
    // the last of them is offered no more.
    private long _since;
    private long _latest;
    private Generation _younger = new();
    private Generation _older = new();

    public bool IsEmpty => _younger.Entries + _older.Entries == 0;

    /// <summary>To be called between groups.</summary>
    public void Advance(long now)
    {
        if (now - _since <= keepMicros) return;

        // A clock that was set back may have left arrivals ahead of now.
        _since = Math.Max(now, _latest + 1);
        (_younger, _older) = (_older, _younger);
        _younger.Clear();
    }

    /// <param name="hash">See <see cref="VendorIds.Hash"/>.</param>
    /// <param name="at">Microseconds of the receipt's arrival.</param>
    public void Add(ulong hash, long at)
    {
        _latest = Math.Max(_latest, at);
        GenerationOf(at).Add(hash);
    }

    /// <summary>Takes back one <see cref="Add"/> with the same values.</summary>
    public void Remove(ulong hash, long at) => GenerationOf(at).Remove(hash);

    public bool MayHold(ulong hash) => _younger.MayHold(hash) || _older.MayHold(hash);

    private Generation GenerationOf(long at) => at >= _since ? _younger : _older;

    private sealed class Generation
    {
        private const int IndexBits = 20;
        private const int Probes = 3;

        // One that is full stays so until its generation is dropped: nobody knows how many it stands for.
        private const byte Full = byte.MaxValue;

        private byte[]? _counts;

        public long Entries { get; private set; }

        public void Add(ulong hash)
        {
            Entries++;
            _counts ??= new byte[1 << IndexBits];
            for (int i = 0; i < Probes; i++)
            {
                ref byte count = ref _counts[Index(hash, i)];
                if (count < Full) count++;
            }
        }

        public void Remove(ulong hash)
        {
            // A row that was too old at the start to be noted, and is not after the clock was set back.
            if (!MayHold(hash)) return;
            Entries--;
            for (int i = 0; i < Probes; i++)
            {
                ref byte count = ref _counts![Index(hash, i)];
                if (count is > 0 and < Full) count--;
            }
        }

        public bool MayHold(ulong hash)
        {
            if (Entries == 0) return false;
            for (int i = 0; i < Probes; i++)
            {
                if (_counts![Index(hash, i)] == 0) return false;
            }

            return true;
        }

        public void Clear()
        {
            Entries = 0;
            if (_counts is not null) Array.Clear(_counts);
        }

        private static int Index(ulong hash, int probe) => (int)(hash >> (probe * IndexBits)) & ((1 << IndexBits) - 1);
    }
}
