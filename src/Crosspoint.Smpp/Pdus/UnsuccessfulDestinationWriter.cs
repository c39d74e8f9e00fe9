using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>Builds the unsuccess_sme list of a submit_multi_resp in a caller's span. Writes a destination whole or not at all.</summary>
/// <param name="destination">Where they go: each takes at most 27 octets.</param>
public ref struct UnsuccessfulDestinationWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _length;

    /// <summary>Destinations written so far.</summary>
    public int Count { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly UnsuccessfulDestinations Written => new(_destination[.._length], Count);

    /// <summary>Adds a destination.</summary>
    /// <param name="address">The destination.</param>
    /// <param name="status">Why the message was not taken for it.</param>
    /// <returns>False when it does not fit, there are 255 already, or a field is too long or holds a null.</returns>
    public bool Add(scoped SmppAddress address, CommandStatus status)
    {
        var writer = new BodyWriter(_destination[_length..]);
        SmppAddress.Write(ref writer, address, SmppAddress.MaxBytes);
        writer.UInt32((uint)status);
        if (Count == MultiDestinations.MaxCount || !writer.Finish(out int written)) return false;
        _length += written;
        Count++;
        return true;
    }
}
