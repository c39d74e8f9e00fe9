using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>The unsuccess_sme list of submit_multi_resp as it stands on the wire, to walk over with foreach. Nothing is copied.</summary>
public readonly ref struct UnsuccessfulDestinations
{
    private readonly ReadOnlySpan<byte> _area;

    internal UnsuccessfulDestinations(ReadOnlySpan<byte> area, int count)
    {
        _area = area;
        Count = count;
    }

    /// <summary>no_unsuccess.</summary>
    public int Count { get; }

    internal int WireBytes => 1 + _area.Length;

    /// <summary>Walks over the destinations.</summary>
    public Enumerator GetEnumerator() => new(_area, Count);

    internal static UnsuccessfulDestinations Read(scoped ref BodyReader reader)
    {
        int count = reader.Byte();
        ReadOnlySpan<byte> area = reader.Rest;
        for (var i = 0; i < count && reader.Status == CommandStatus.Ok; i++) ReadOne(ref reader);
        return reader.Status == CommandStatus.Ok ? new UnsuccessfulDestinations(area[..^reader.Rest.Length], count) : default;
    }

    internal void Write(scoped ref BodyWriter writer)
    {
        writer.Byte((byte)Count);
        writer.Octets(_area);
    }

    private static UnsuccessfulDestination ReadOne(scoped ref BodyReader reader) => new(
        SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidDestinationAddress), (CommandStatus)reader.UInt32());

    /// <summary>Walks over destinations.</summary>
    public ref struct Enumerator
    {
        private BodyReader _reader;
        private UnsuccessfulDestination _current;
        private int _left;

        internal Enumerator(ReadOnlySpan<byte> area, int count)
        {
            _reader = new BodyReader(area);
            _current = default;
            _left = count;
        }

        /// <summary>The destination at hand.</summary>
        public readonly UnsuccessfulDestination Current => _current;

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
