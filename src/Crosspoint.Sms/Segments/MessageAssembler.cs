namespace Crosspoint.Sms.Segments;

/// <summary>Collects the octets of a long message's parts and joins them. Not safe for use by several threads at once.</summary>
/// <param name="total">Number of parts, 1 to 255.</param>
public sealed class MessageAssembler(byte total)
{
    private readonly PartSet _parts = new(total);
    private readonly ReadOnlyMemory<byte>[] _octets = new ReadOnlyMemory<byte>[total];

    /// <summary>Which parts have come.</summary>
    public PartSet Parts => _parts;

    /// <summary>True when every part has come.</summary>
    public bool IsComplete => _parts.IsComplete;

    /// <summary>Takes a part; the first of repeated ones stands.</summary>
    /// <param name="part">Its number, from 1.</param>
    /// <param name="octets">Its user data without the header, septets unpacked. Kept as it is, not copied.</param>
    public PartAddition Add(byte part, ReadOnlyMemory<byte> octets)
    {
        var result = _parts.Add(part);
        if (result == PartAddition.Added)
            _octets[part - 1] = octets;
        return result;
    }

    /// <summary>Joins the parts that have come, in order of their numbers; a missing part leaves nothing.</summary>
    /// <returns>The octets. Decode them after joining: some senders cut inside a character.</returns>
    public byte[] Join()
    {
        var length = 0;
        foreach (var part in _octets)
            length += part.Length;
        var joined = new byte[length];
        var at = 0;
        foreach (var part in _octets)
        {
            part.Span.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }

        return joined;
    }
}
