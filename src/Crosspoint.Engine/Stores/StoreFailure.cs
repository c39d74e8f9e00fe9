namespace Crosspoint.Engine.Stores;

/// <summary>Why a transition was not committed, as far as is known.</summary>
public enum StoreFailure
{
    /// <summary>No space on the device. The journal resumes by itself when space returns.</summary>
    DiskFull,

    /// <summary>
    /// The journal can no longer vouch for anything (a failed write or fsync). The process must end. Of this nothing was written.
    /// </summary>
    Broken,

    /// <summary>
    /// As <see cref="Broken"/>, and it broke while this was being committed: the next start may find it done. Nobody may be told that it was
    /// not.
    /// </summary>
    Unknown,

    /// <summary>The journal is closed or closing.</summary>
    Closed,

    /// <summary>The transition itself threw: a fault of the program. Nothing of it was kept.</summary>
    Rejected,
}
