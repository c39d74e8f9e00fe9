namespace Crosspoint.Engine.Health;

/// <summary>What happened.</summary>
internal enum CellEventKind : byte
{
    Submitted,
    Answered,
    Sent,
    Ended,
    Feedback,

    /// <summary>The message went to another connection: for those who count messages, it is not theirs any more, and not at its end.</summary>
    Left,
}

/// <summary>Something that happened in a cell. Times are steady microseconds.</summary>
internal readonly record struct CellEvent(CellEventKind Kind, long Now)
{
    public AnswerKind Answer { get; init; }

    /// <summary>The <c>command_status</c> of an answer, or the error code of a message that is not delivered.</summary>
    public uint Code { get; init; }

    /// <summary>Time to the answer, or to the receipt; negative where it is not known.</summary>
    public long Took { get; init; }

    /// <summary>The bin of <see cref="Took"/>, found once for all who count it.</summary>
    public byte Bin { get; init; }

    /// <summary>Of an accepted segment, in micro-units.</summary>
    public long Cost { get; init; }

    /// <summary>Delivered, or confirmed.</summary>
    public bool IsGood { get; init; }

    /// <summary>
    /// When the vendor had the message; 0 when it never had it, <see cref="SteadyClock.Unknown"/> where that is not known, and the negative wall time where
    /// that alone is known.
    /// </summary>
    public long SentAt { get; init; }
}
