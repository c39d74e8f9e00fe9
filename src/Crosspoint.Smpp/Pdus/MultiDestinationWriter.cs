using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>Builds the destinations of a submit_multi in a caller's span. Writes a destination whole or not at all.</summary>
/// <param name="destination">Where they go: an address takes at most 24 octets, the name of a list 22.</param>
public ref struct MultiDestinationWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _length;

    /// <summary>Destinations written so far.</summary>
    public int Count { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly MultiDestinations Written => new(_destination[.._length], Count);

    /// <summary>Adds an address.</summary>
    /// <returns>False when it does not fit, there are 255 already, or a field is too long or holds a null.</returns>
    public bool Add(scoped SmppAddress address)
    {
        var writer = new BodyWriter(_destination[_length..]);
        MultiDestinations.WriteOne(ref writer, address);
        return Keep(writer);
    }

    /// <summary>Adds the name of a distribution list: at most 20 octets.</summary>
    /// <returns>False when it does not fit, there are 255 already, or it is too long or holds a null.</returns>
    public bool AddDistributionList(scoped ReadOnlySpan<byte> name)
    {
        var writer = new BodyWriter(_destination[_length..]);
        MultiDestinations.WriteOne(ref writer, name);
        return Keep(writer);
    }

    private bool Keep(scoped BodyWriter writer)
    {
        if (Count == MultiDestinations.MaxCount || !writer.Finish(out int written)) return false;
        _length += written;
        Count++;
        return true;
    }
}
