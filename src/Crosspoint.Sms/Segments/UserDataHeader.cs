namespace Crosspoint.Sms.Segments;

/// <summary>What a user data header says (3GPP TS 23.040 §9.2.3.24); read by <see cref="UserDataHeaders.TryParse"/>.</summary>
public readonly record struct UserDataHeader
{
    /// <summary>Octets of the header, its length octet included: the text begins after them.</summary>
    public int HeaderLength { get; init; }

    /// <summary>Reference that the parts of one message share; meaningful when <see cref="IsConcatenated"/>.</summary>
    public ushort Reference { get; init; }

    /// <summary>Number of parts, 1 to 255; 0 when the message is not one of several parts.</summary>
    public byte Total { get; init; }

    /// <summary>Number of this part, 1 to <see cref="Total"/>; 0 when the message is not one of several parts.</summary>
    public byte Part { get; init; }

    /// <summary>True when the reference has 16 bits: the widths number their messages apart from each other.</summary>
    public bool Is16Bit { get; init; }

    /// <summary>True when the header names a sound part of a longer message.</summary>
    public bool IsConcatenated => Total != 0;

    /// <summary>True when a concatenation element was there but not sound (part 0, part above total, wrong length) and was ignored.</summary>
    public bool HasInvalidConcatenation { get; init; }

    /// <summary>True when application ports are named.</summary>
    public bool HasPorts { get; init; }

    /// <summary>Port at the receiver; 0 when none is named.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>Port at the sender; 0 when none is named.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>National language of element 0x24; 0 when absent. See <see cref="Text.GsmLanguage"/>.</summary>
    public byte SingleShift { get; init; }

    /// <summary>National language of element 0x25; 0 when absent. See <see cref="Text.GsmLanguage"/>.</summary>
    public byte LockingShift { get; init; }

    /// <summary>The national tables as <see cref="Text.GsmAlphabet"/> takes them.</summary>
    public Text.GsmShiftTables ShiftTables => new((Text.GsmLanguage)LockingShift, (Text.GsmLanguage)SingleShift);
}
