namespace Crosspoint.Engine.Stores;

/// <summary>
/// One atomic change of the journal. The sequencer applies transitions one after another, commits everything that was waiting as one group
/// (fsync included), and only then tells each of them. Two transitions never run at once, so no other locking of messages exists.
/// </summary>
public abstract class Transition
{
    /// <summary>
    /// True when the work that it records has happened and cannot be taken back (a vendor's answer): while the disk is full the journal
    /// keeps it and tries again.
    /// False when whoever asked can be refused (a new message).
    /// </summary>
    public virtual bool IsRequired => false;

    /// <summary>
    /// Applies the change. Runs on the sequencer; must not block. It may run again after a rolled-back group, on messages in their
    /// committed state,
    /// so it sets its results anew each time and has no effect outside the transaction.
    /// </summary>
    public abstract void Apply(IJournalTransaction transaction);

    /// <summary>The group is on disk. Called once, in the order of application, on the journal's completion loop; must not block.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>
    /// The change was not made and will not be, but with <see cref="StoreFailure.Unknown"/>, where that is not known. Called at most once, instead
    /// of <see cref="Committed"/>.
    /// </summary>
    public virtual void Failed(StoreFailure failure)
    {
    }
}
