namespace Crosspoint.Smpp.Explain;

/// <summary>One field of an explained PDU.</summary>
/// <param name="Offset">The first octet of the field, counted from the start of the input.</param>
/// <param name="Depth">0 for a field of the PDU, 1 for a part of one, such as a TLV's value or an element of a user data header.</param>
/// <param name="Name">The name as the standard spells it.</param>
/// <param name="Value">The value as a person reads it; control characters are escaped.</param>
/// <param name="Section">Where the field is specified, for example <c>3.4 §5.2.12</c>; null when it follows from the field above.</param>
/// <param name="Fault">What is wrong with it; null when nothing is.</param>
public sealed record PduField(int Offset, int Depth, string Name, string Value, string? Section, string? Fault);
