using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Explain;

/// <summary>How PDUs are explained.</summary>
public sealed class PduExplainOptions
{
    /// <summary>True to show the passwords of binds; otherwise they read <c>********</c>, whatever their length. Default false.</summary>
    public bool ShowPasswords { get; init; }

    /// <summary>A longer PDU is a fault, in octets, header included. Default 70 000.</summary>
    public int MaxPduBytes { get; init; } = PduFrame.DefaultMaxBytes;

    /// <summary>
    /// Reads texts. The default knows ASCII, Latin-1 and UCS-2, and takes data_coding 0 for ASCII; whoever has the GSM alphabets gives them
    /// here.
    /// </summary>
    public PduTextDecoder? TextDecoder { get; init; }

    /// <summary>Names and kinds of vendors' TLVs; without one they are shown as hex. Default null.</summary>
    public TlvRegistry? Tlvs { get; init; }
}
