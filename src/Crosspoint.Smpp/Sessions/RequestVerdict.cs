namespace Crosspoint.Smpp.Sessions;

/// <summary>What the table of states says to a request.</summary>
internal enum RequestVerdict : byte
{
    /// <summary>The sender may send it in this state.</summary>
    Legal,

    /// <summary>Answered with RINVBNDSTS in the request's own response.</summary>
    WrongState,

    /// <summary>A second bind: answered with RALYBND, and the session stays.</summary>
    AlreadyBound,

    /// <summary>Out of place, and the operation has no response: nothing is said.</summary>
    Ignored,

    /// <summary>No operation of the standard: answered with generic_nack, RINVCMDID.</summary>
    Unknown,
}
