namespace Crosspoint.Smpp.Sessions;

/// <summary>What became of a request given to a session.</summary>
public enum SendResult
{
    /// <summary>Written to the output: a response, a time-out or the close of the session will follow, exactly one of them.</summary>
    Sent,

    /// <summary>The session is not bound for it, or closing: nothing left the process and the slot is released.</summary>
    NotSent,

    /// <summary>A field is longer than the standard allows, or the peer speaks SMPP 3.3 and the text, or its place in a long message,
    /// needs a TLV: nothing left the process and the slot is released. Trying again cannot help.</summary>
    NotEncodable,
}
