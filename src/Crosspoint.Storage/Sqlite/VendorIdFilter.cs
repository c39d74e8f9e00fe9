namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Says for certain that a vendor id is not in a file, or that it may be (a Bloom filter; about 1 in 100 of the ids
/// that are not there "may be").
/// It saves the look-up in each of many files for receipts that match nothing, and the check for an earlier use of an id.
/// One thread adds and reads; others may read one that no longer grows.
/// </summary>
/// <param name="capacity">Ids expected; more make it grow.</param>
internal sealed class VendorIdFilter(int capacity)
{
    private const int WordsPerBlock = 8;
    private const int BitsPerBlock = WordsPerBlock * 64;
    private const int BitsPerEntry = 11;
    private const int Probes = 6;

    private readonly List<ulong[]> _layers = [];
    private int _nextCapacity = Math.Max(capacity, 1024);
    private int _room;

    public void Add(ulong hash)
    {
        if (_room == 0)
        {
            int blocks = (int)((long)_nextCapacity * BitsPerEntry / BitsPerBlock) + 1;
            _layers.Add(new ulong[blocks * WordsPerBlock]);
            _room = _nextCapacity;
            _nextCapacity = Math.Min(_nextCapacity * 2, 1 << 24);
        }

        _room--;
        ulong[] layer = _layers[^1];
        int block = Block(layer, hash);
        for (int i = 0; i < Probes; i++)
        {
            int bit = (int)(hash >> (i * 9)) & (BitsPerBlock - 1);
            layer[block + (bit >> 6)] |= 1UL << (bit & 63);
        }
    }

    public bool MayContain(ulong hash)
    {
        foreach (ulong[] layer in _layers)
        {
            int block = Block(layer, hash);
            bool isThere = true;
            for (int i = 0; i < Probes && isThere; i++)
            {
                int bit = (int)(hash >> (i * 9)) & (BitsPerBlock - 1);
                isThere = (layer[block + (bit >> 6)] & 1UL << (bit & 63)) != 0;
            }

            if (isThere) return true;
        }

        return false;
    }

    // Mixed once more, so that the block does not depend on the bits that are probed within it.
    private static int Block(ulong[] layer, ulong hash) =>
        (int)((hash * 0x9E37_79B9_7F4A_7C15 >> 32) * (uint)(layer.Length / WordsPerBlock) >> 32) * WordsPerBlock;
}
