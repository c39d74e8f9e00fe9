using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>How far the event log is committed, and who is told. Moved by the sequencer, read by everybody.</summary>
internal sealed class EventNumbers
{
    private long _last;
    private long _inFiles;
    private volatile Action<CommittedEvents>? _follower;

    /// <summary>The newest event that is committed, with all before it.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>The newest event that is in its file, with all before it.</summary>
    public long InFiles => Volatile.Read(ref _inFiles);

    public bool IsFollowed => _follower is not null;

    /// <summary>Numbers up to this one were given out by an earlier process.</summary>
    public void StartAfter(long sequence) => Volatile.Write(ref _last, Math.Max(_last, sequence));

    /// <summary>All that is committed is in the files now.</summary>
    public void NoteInFiles() => Volatile.Write(ref _inFiles, _last);

    /// <summary>What is committed beyond the <see cref="Last"/> that is read after it is told to the follower.</summary>
    public void Follow(Action<CommittedEvents>? follower)
    {
        _follower = follower;
        Interlocked.MemoryBarrier();
    }

    public void Publish(CommittedEvents events)
    {
        Volatile.Write(ref _last, events.Last);

        // After the number: whoever begins to follow at this moment sees it, or is told.
        Interlocked.MemoryBarrier();
        _follower?.Invoke(events);
    }
}
