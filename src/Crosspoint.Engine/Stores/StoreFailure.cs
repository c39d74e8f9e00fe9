namespace Crosspoint.Engine.Stores;

/// <summary>Why a transition was not committed.</summary>
public enum StoreFailure
{
    /// <summary>No space on the device. The journal resumes by itself when space returns.</summary>
    DiskFull,

    /// <summary>The journal can no longer vouch for anything (a failed write or fsync). The process must end.</summary>
    Broken,

    /// <summary>The journal is closed or closing.</summary>
    Closed,

    /// <summary>The transition itself threw: a fault of the program. Nothing of it was kept.</summary>
    Rejected,
}
