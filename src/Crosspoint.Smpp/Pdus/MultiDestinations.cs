using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>The destinations of submit_multi as they stand on the wire, to walk over with foreach. Nothing is copied.</summary>
public readonly ref struct MultiDestinations
{
    /// <summary>The most that fit: number_of_dests is one octet.</summary>
    public const int MaxCount = 255;

    private const int MaxListBytes = 21;

    private readonly ReadOnlySpan<byte> _area;

    internal MultiDestinations(ReadOnlySpan<byte> area, int count)
    {
        _area = area;
        Count = count;
    }

    /// <summary>number_of_dests.</summary>
    public int Count { get; }

    internal int WireBytes => 1 + _area.Length;

    /// <summary>Walks over the destinations.</summary>
    public Enumerator GetEnumerator() => new(_area, Count);

    internal static MultiDestinations Read(scoped ref BodyReader reader)
    {
        int count = reader.Byte();
        if (reader.Status == CommandStatus.Ok && count == 0) reader.Fail(CommandStatus.InvalidNumberOfDestinations);
        ReadOnlySpan<byte> area = reader.Rest;
        for (var i = 0; i < count && reader.Status == CommandStatus.Ok; i++) ReadOne(ref reader);
        return reader.Status == CommandStatus.Ok ? new MultiDestinations(area[..^reader.Rest.Length], count) : default;
    }

    internal static void Write(scoped ref BodyWriter writer, scoped MultiDestinations destinations)
    {
        if (destinations.Count is 0 or > MaxCount)
        {
            writer.Fail();
            return;
        }

        writer.Byte((byte)destinations.Count);
        writer.Octets(destinations._area);
    }

    internal static void WriteOne(scoped ref BodyWriter writer, scoped SmppAddress address)
    {
        writer.Byte(MultiDestination.AddressFlag);
        SmppAddress.Write(ref writer, address, SmppAddress.MaxBytes);
    }

    internal static void WriteOne(scoped ref BodyWriter writer, scoped ReadOnlySpan<byte> distributionList)
    {
        writer.Byte(MultiDestination.ListFlag);
        writer.CString(distributionList, MaxListBytes);
    }

    private static MultiDestination ReadOne(scoped ref BodyReader reader)
    {
        switch (reader.Byte())
        {
            case MultiDestination.AddressFlag:
                return new MultiDestination(
                    SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidDestinationAddress));
            case MultiDestination.ListFlag:
                return new MultiDestination(reader.CString(MaxListBytes, CommandStatus.InvalidDistributionListName));
            default:
                reader.Fail(CommandStatus.InvalidDestinationFlag);
                return default;
        }
    }

    /// <summary>Walks over destinations.</summary>
    public ref struct Enumerator
    {
        private BodyReader _reader;
        private MultiDestination _current;
        private int _left;

        internal Enumerator(ReadOnlySpan<byte> area, int count)
        {
            _reader = new BodyReader(area);
            _current = default;
            _left = count;
        }

        /// <summary>The destination at hand.</summary>
        public readonly MultiDestination Current => _current;

        /// <summary>Goes on to the next destination.</summary>
        public bool MoveNext()
        {
            if (_left <= 0) return false;
            _left--;
            _current = ReadOne(ref _reader);
            return _reader.Status == CommandStatus.Ok;
        }
    }
}
