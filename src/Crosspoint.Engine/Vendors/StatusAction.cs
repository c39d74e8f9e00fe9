namespace Crosspoint.Engine.Vendors;

/// <summary>What a sender does with the <c>command_status</c> of a <c>submit_sm_resp</c>.</summary>
public enum StatusAction : byte
{
    /// <summary>The carrier has the segment: ESME_ROK, and nothing else.</summary>
    Accept,

    /// <summary>The carrier asks us to slow down: the message stays, the whole connection pauses and sends slower.</summary>
    SlowDown,

    /// <summary>Try again here after a back-off, to a limit; then the next candidate.</summary>
    Retry,

    /// <summary>
    /// The session's own trouble, which says nothing about the message: the session binds again after a back-off, the message goes out again.
    /// </summary>
    Suspend,

    /// <summary>This connection will never take it: to the next candidate.</summary>
    Next,

    /// <summary>Nobody will ever take it: the message ends at once, whatever other candidates there are.</summary>
    Fail,
}
