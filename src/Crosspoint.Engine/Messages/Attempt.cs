namespace Crosspoint.Engine.Messages;

/// <summary>What became of one attempt. The numbers are stored.</summary>
public enum AttemptOutcome : byte
{
    /// <summary>On record, not answered for all its segments.</summary>
    Pending = 0,
    Sent = 1,

    /// <summary>Refused for now: to be tried again on the same connection.</summary>
    Retry = 2,

    /// <summary>Refused for good by this connection, and another may try.</summary>
    NextCandidate = 3,
    Failed = 4,

    /// <summary>Written without an answer.</summary>
    Unknown = 5,

    /// <summary>Nothing left this process: the session was gone before the first byte.</summary>
    NotSent = 6,

    /// <summary>Taken, and reported as undeliverable: the message went on to another connection.</summary>
    Rerouted = 7,
}

/// <summary>One try of one message at one connection.</summary>
public sealed class Attempt
{
    /// <summary>1 for the first.</summary>
    public int Number { get; init; }

    public required string Connection { get; init; }

    public required RouteDecision Decision { get; set; }

    public long StartedAt { get; init; }

    /// <summary>0 while it is pending.</summary>
    public long EndedAt { get; set; }

    public AttemptOutcome Outcome { get; set; }

    /// <summary>The vendor's <c>command_status</c> that decided the outcome; 0 when none did.</summary>
    public uint CommandStatus { get; set; }

    /// <summary>Reference number that joins the segments on the handset; the same in every attempt on one connection.</summary>
    public ushort Reference { get; init; }

    /// <summary>It repeats segments whose earlier outcome is unknown.</summary>
    public bool PossibleDuplicate { get; init; }
}
