using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// Mobile networks, and which of them the range of a number was given to. Where the number was ported since, another serves it. Thread-safe.
/// </summary>
/// <remarks>
/// The table is made by <c>eng/generate-networks.mjs</c>, which describes the form of the file; docs/network-coverage.md says how much of
/// each country it knows.
/// </remarks>
public static class Networks
{
    private const ushort Magic = 0x574E;
    private const ushort Version = 1;
    private const int Digits = 11;

    // Ranges are found by their first four digits, then by halving.
    private const ulong BucketWidth = 10_000_000;
    private const int Buckets = 10_000;
    private const string ResourceName = "networks.bin";

    private static readonly NetworkTable Table = Load();

    /// <summary>All networks that the list knows, in order of MCC and MNC.</summary>
    public static IReadOnlyList<Network> All => Table.Networks;

    /// <summary>Finds a network.</summary>
    /// <returns>Null when the list does not know it.</returns>
    public static Network? Find(NetworkId id) => Table.ById.GetValueOrDefault(id);

    /// <summary>Gives the code that stands for a network's operator in its country. Allocates nothing.</summary>
    /// <returns>The network itself when it is the operator's only one, or not in the list.</returns>
    public static NetworkId MainOf(NetworkId id) => Table.ById.TryGetValue(id, out Network? network) ? network.Main : id;

    /// <summary>
    /// Finds a network by codes of which the network code may have a zero too many or too few: 604-001 for 604-01, as some services write.
    /// </summary>
    /// <returns>The network as the list has it; what was given where neither form is in the list.</returns>
    public static NetworkId Resolve(NetworkId id)
    {
        if (!id.IsKnown || id.Mnc > 99 || Table.ById.ContainsKey(id)) return id;
        NetworkId other = NetworkId.FromCodes(id.Mcc, id.Mnc, 5 - id.MncDigits);
        return Table.ById.ContainsKey(other) ? other : id;
    }

    /// <summary>Looks a number up by what ships with the library. Allocates nothing and refuses no number.</summary>
    /// <param name="number">The number; the default value is unknown in every respect.</param>
    /// <returns>
    /// What the number plan says, and the network that the range was given to; unknown where the plan says that no mobile phone has the
    /// number, where numbers do not tell (as in North America), and where the carrier of a range is known by a name alone.
    /// </returns>
    public static Destination Locate(E164 number)
    {
        NumberInfo info = NumberPlan.Lookup(number);
        NetworkId network = default;
        if (info.Type is NumberType.Mobile or NumberType.FixedLineOrMobile or NumberType.Pager or NumberType.Unknown) network = RangeOf(number);
        return new(number, info.Country, info.Type, network, network.IsKnown ? NetworkSource.Range : NetworkSource.None);
    }

    private static NetworkId RangeOf(E164 number)
    {
        ulong key = number.Digits;
        if (key == 0) return default;
        while (key >= BucketWidth * Buckets) key /= 10;
        while (key < BucketWidth * Buckets / 10) key *= 10;
        int bucket = (int)(key / BucketWidth);
        ReadOnlySpan<ulong> starts = Table.Starts;
        int low = Table.BucketFirst[bucket];
        int high = Table.BucketFirst[bucket + 1];
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= key) low = middle;
            else high = middle - 1;
        }

        return Table.RangeNetworks[low];
    }

    private static NetworkTable Load()
    {
        using Stream stream = typeof(Networks).Assembly.GetManifestResourceStream(typeof(Networks), ResourceName)
            ?? throw new InvalidDataException("The table of networks is not built in.");
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        return new NetworkReader(octets).Read();
    }

    private sealed record NetworkTable(
        Network[] Networks, FrozenDictionary<NetworkId, Network> ById, ulong[] Starts, NetworkId[] RangeNetworks, int[] BucketFirst);

    private sealed class NetworkReader(byte[] octets)
    {
        private readonly Dictionary<string, string> _countries = [];
        private int _at;

        public NetworkTable Read()
        {
            if (Take16() != Magic || Take16() != Version)
                throw new InvalidDataException("The table of networks is not in the form that this version reads.");
            int networkCount = Take16();
            int rangeCount = Take16() | (Take16() << 16);
            var ids = new NetworkId[networkCount];
            var rest = new (int Main, bool IsOperational, string[] Countries, string Name, string Operator)[networkCount];
            for (int i = 0; i < networkCount; i++)
            {
                int mcc = Take16();
                int mnc = Take16();
                ids[i] = NetworkId.FromCodes(mcc, mnc % 1000, mnc >= 1000 ? 3 : 2);
                int main = Take16();
                bool isOperational = octets[_at++] == 1;
                var countries = new string[octets[_at++]];
                for (int country = 0; country < countries.Length; country++) countries[country] = TakeCountry();
                rest[i] = (main, isOperational, countries, TakeText(), TakeText());
            }

            var networks = new Network[networkCount];
            for (int i = 0; i < networkCount; i++)
                networks[i] = new(ids[i], rest[i].Name, rest[i].Operator, rest[i].Countries, ids[rest[i].Main], rest[i].IsOperational);
            var starts = new ulong[rangeCount];
            var rangeNetworks = new NetworkId[rangeCount];
            ulong start = 0;
            for (int i = 0; i < rangeCount; i++)
            {
                start += TakeVariable();
                starts[i] = start;
                int place = (int)TakeVariable();
                rangeNetworks[i] = place == 0 ? default : ids[place - 1];
            }

            return new(networks, networks.ToFrozenDictionary(static network => network.Id), starts, rangeNetworks, FirstOfBuckets(starts));
        }

        // The range that a bucket's first number lies in.
        private static int[] FirstOfBuckets(ulong[] starts)
        {
            var first = new int[Buckets + 1];
            int range = 0;
            for (int bucket = 0; bucket <= Buckets; bucket++)
            {
                while (range + 1 < starts.Length && starts[range + 1] <= (ulong)bucket * BucketWidth) range++;
                first[bucket] = range;
            }

            return first;
        }

        private ushort Take16()
        {
            _at += sizeof(ushort);
            return BinaryPrimitives.ReadUInt16LittleEndian(octets.AsSpan(_at - sizeof(ushort)));
        }

        private ulong TakeVariable()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte octet = octets[_at++];
                value |= (ulong)(octet & 0x7F) << shift;
                if (octet < 0x80) return value;
            }
        }

        private string TakeText()
        {
            int length = octets[_at++];
            _at += length;
            return Encoding.UTF8.GetString(octets, _at - length, length);
        }

        private string TakeCountry()
        {
            string country = Encoding.ASCII.GetString(octets, _at, 2);
            _at += 2;
            if (_countries.TryGetValue(country, out string? known)) return known;
            _countries.Add(country, country);
            return country;
        }
    }
}
