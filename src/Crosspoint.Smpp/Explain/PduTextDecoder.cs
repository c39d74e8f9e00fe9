namespace Crosspoint.Smpp.Explain;

/// <summary>Reads the text of a message in the alphabet of its data_coding, for an explanation.</summary>
/// <param name="userData">The octets of the message, its user data header included.</param>
/// <param name="dataCoding">data_coding (SMPP v3.4 §5.2.19).</param>
/// <param name="headerBytes">Octets of the user data header at the start, its length octet included; 0 for none.</param>
/// <returns>The text behind the header; null for content without an alphabet, which is then shown as hex.</returns>
public delegate string? PduTextDecoder(ReadOnlySpan<byte> userData, byte dataCoding, int headerBytes);
