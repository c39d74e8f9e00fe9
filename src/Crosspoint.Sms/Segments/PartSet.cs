namespace Crosspoint.Sms.Segments;

/// <summary>What <see cref="PartSet.Add"/> made of a part.</summary>
public enum PartAddition : byte
{
    /// <summary>The part is new.</summary>
    Added = 0,

    /// <summary>The part was there already: carriers repeat.</summary>
    Duplicate = 1,

    /// <summary>The part's number is 0 or above the total.</summary>
    Invalid = 2,
}

/// <summary>Which parts of a long message have come, in any order. Not safe for use by several threads at once.</summary>
/// <param name="total">Number of parts, 1 to 255. With 0 every part is invalid and the set is never complete.</param>
public sealed class PartSet(byte total)
{
    private readonly ulong[] _bits = new ulong[(total >> 6) + 1];

    /// <summary>Number of parts of the whole message.</summary>
    public byte Total => total;

    /// <summary>Number of different parts that have come.</summary>
    public int Received { get; private set; }

    /// <summary>True when every part has come.</summary>
    public bool IsComplete => total != 0 && Received == total;

    /// <summary>Takes a part.</summary>
    /// <param name="part">Its number, from 1.</param>
    public PartAddition Add(byte part)
    {
        if (part == 0 || part > total)
            return PartAddition.Invalid;
        if (Contains(part))
            return PartAddition.Duplicate;
        _bits[part >> 6] |= 1UL << (part & 63);
        Received++;
        return PartAddition.Added;
    }

    /// <summary>Tells whether a part has come.</summary>
    public bool Contains(byte part) => part <= total && (_bits[part >> 6] & (1UL << (part & 63))) != 0;
}
