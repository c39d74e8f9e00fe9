namespace Crosspoint.Engine.Stores;

/// <summary>How a wish about revisions ended.</summary>
public enum RevisionOutcome
{
    Done,

    /// <summary>There is no such resource or revision.</summary>
    NotFound,

    /// <summary>Another revision was activated meanwhile than the caller knew of. Nothing was changed.</summary>
    Conflict,

    /// <summary>The revision's state does not allow that. Nothing was changed.</summary>
    WrongState,

    /// <summary>No space, or the file is locked. Nothing was changed; it may be tried again.</summary>
    Unavailable,

    /// <summary>The disk failed while this was written: the next start may find it done. Until then no change is taken.</summary>
    Unknown,
}

/// <summary>The end of a wish about revisions.</summary>
/// <param name="Revision">The revision as it is now, when the wish was fulfilled.</param>
/// <param name="LastActivated">The revision activated last, so that a conflict can be understood.</param>
/// <param name="Detail">What was expected, for people.</param>
public readonly record struct RevisionChange(RevisionOutcome Outcome, Revision? Revision = null, long LastActivated = 0, string Detail = "")
{
    public bool IsDone => Outcome == RevisionOutcome.Done;
}

/// <summary>Who wants a change, and what they say of it.</summary>
/// <param name="By">1 to <see cref="MostByCharacters"/> characters.</param>
/// <param name="Note">Up to <see cref="MostNoteCharacters"/> characters.</param>
public readonly record struct RevisionAuthor(string By, string Note = "")
{
    public const int MostByCharacters = 100;
    public const int MostNoteCharacters = 500;
}
