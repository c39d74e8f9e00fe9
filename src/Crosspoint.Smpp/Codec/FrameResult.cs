namespace Crosspoint.Smpp.Codec;

/// <summary>What <see cref="PduFrame"/> found at the start of the input.</summary>
public enum FrameResult
{
    /// <summary>One whole PDU.</summary>
    Complete,

    /// <summary>The start of a PDU: wait for more octets.</summary>
    NeedMoreData,

    /// <summary>A length that cannot be: the byte stream can no longer be trusted, the session must end.</summary>
    InvalidLength,
}
