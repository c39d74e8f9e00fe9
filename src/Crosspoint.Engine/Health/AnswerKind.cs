namespace Crosspoint.Engine.Health;

/// <summary>What an answer to a segment says of the path that it was sent by.</summary>
public enum AnswerKind : byte
{
    /// <summary>The carrier has it.</summary>
    Accepted,

    /// <summary>Refused: of a single message that may be its own fault, of many it is the path's.</summary>
    Refused,

    /// <summary>The carrier asks for less at a time.</summary>
    Throttled,

    /// <summary>Written, and no answer came in time, or the session was lost before it came.</summary>
    Unanswered,
}
