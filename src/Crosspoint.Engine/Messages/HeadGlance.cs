namespace Crosspoint.Engine.Messages;

/// <summary>What a search compares of a stored head, read without making the message. The texts are octets of the row.</summary>
public readonly ref struct HeadGlance
{
    private readonly MessageBytes _tags;

    internal HeadGlance(
        MessageDirection direction, TrafficClass trafficClass, bool isCopy, ReadOnlySpan<byte> from, ReadOnlySpan<byte> connection, MessageBytes tags)
    {
        Direction = direction;
        Class = trafficClass;
        IsCopy = isCopy;
        From = from;
        Connection = connection;
        _tags = tags;
    }

    public MessageDirection Direction { get; }

    public TrafficClass Class { get; }

    public bool IsCopy { get; }

    public ReadOnlySpan<byte> From { get; }

    /// <summary>Empty for none.</summary>
    public ReadOnlySpan<byte> Connection { get; }

    public bool HasTag(ReadOnlySpan<byte> tag)
    {
        MessageBytes reader = _tags;
        for (int left = reader.ReadCount(); left > 0; left--)
        {
            reader.TryReadUtf8(out ReadOnlySpan<byte> text);
            if (text.SequenceEqual(tag)) return true;
        }

        return false;
    }
}
