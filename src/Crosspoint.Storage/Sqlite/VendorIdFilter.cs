namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Says for certain that a vendor id is not in a file, or that it may be (a Bloom filter; about 1 in 300 of the ids that are not there "may be").
/// It saves the look-up in each of many files for receipts that match nothing, and the check for an earlier use of an id.
/// One thread adds and reads; others may read one that no longer grows.
/// </summary>
internal sealed class VendorIdFilter
{
    private const int WordsPerBlock = 8;
    private const int BitsPerEntry = 16;
    private const int FirstCapacity = 1 << 14;
    private const int Probes = 6;

    private readonly List<ulong[]> _layers = [];
    private int _room;

    public void Add(ulong hash)
    {
        if (_room == 0)
        {
            int capacity = FirstCapacity << Math.Min(_layers.Count, 10);
            _layers.Add(new ulong[capacity * BitsPerEntry / 64]);
            _room = capacity;
        }

        _room--;
        ulong[] layer = _layers[^1];
        int block = Block(layer, hash);
        for (int i = 0; i < Probes; i++)
        {
            int bit = (int)(hash >> (i * 9)) & 511;
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
                int bit = (int)(hash >> (i * 9)) & 511;
                isThere = (layer[block + (bit >> 6)] & 1UL << (bit & 63)) != 0;
            }

            if (isThere) return true;
        }

        return false;
    }

    /// <summary>Of a connection group and a canonical id. Not stable between versions: never stored.</summary>
    public static ulong Hash(string group, string id)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char character in group) hash = (hash ^ character) * 1_099_511_628_211;
        hash = (hash ^ 0xFFFF) * 1_099_511_628_211;
        foreach (char character in id) hash = (hash ^ character) * 1_099_511_628_211;

        // The last step of MurmurHash3 spreads every bit over all others.
        hash = (hash ^ hash >> 33) * 0xFF51_AFD7_ED55_8CCD;
        hash = (hash ^ hash >> 33) * 0xC4CE_B9FE_1A85_EC53;
        return hash ^ hash >> 33;
    }

    // Other bits than the probes use, mixed once more.
    private static int Block(ulong[] layer, ulong hash) => (int)((hash * 0x9E37_79B9_7F4A_7C15 >> 40) % (uint)(layer.Length / WordsPerBlock)) * WordsPerBlock;
}
