using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A message in memory and what the sequencer knows of its row.</summary>
internal sealed class LiveMessage(Message message, Slice slice)
{
    public Message Message { get; set; } = message;

    public Slice Slice { get; } = slice;

    public long Key { get; } = message.Id.Key;

    /// <summary>The head that the row holds; null while there is no row.</summary>
    public MessageHead? StoredHead { get; set; }

    /// <summary>The head that log or row hold; null before the first commit.</summary>
    public MessageHead? LoggedHead { get; set; }

    /// <summary>Changed since its row was written. It stays in memory until it is written.</summary>
    public bool IsPending { get; set; }

    /// <summary>Octets of progress that the row holds.</summary>
    public int Room { get; set; }

    /// <summary>Octets of progress that it holds once it is written.</summary>
    public int NextRoom { get; set; }

    /// <summary>The row has an entry among the open messages.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>Number of the last of its events that is in the event log, or is going there with this group.</summary>
    public int LoggedEvents { get; set; }

    /// <summary>To be committed at the end of the group.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Taken out; the row may still be there.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Found or made in this group: what it holds is not certain before the commit.</summary>
    public bool IsTouched { get; set; }

    public LiveCorrelation? Correlations { get; set; }

    public LiveMessage? Older { get; set; }

    public LiveMessage? Newer { get; set; }
}

/// <summary>A vendor id of a message in memory.</summary>
internal sealed class LiveCorrelation(ulong hash, LiveMessage owner, int segment)
{
    /// <summary>See <see cref="VendorIds.Hash"/>.</summary>
    public ulong Hash { get; } = hash;

    public LiveMessage Owner { get; } = owner;

    public int Segment { get; } = segment;

    /// <summary>
    /// No other row can carry this id, so memory knows the whole answer. Kept right in the newest of an id alone: nobody asks the others.
    /// </summary>
    public bool IsOnly { get; set; }

    public LiveCorrelation? NextOfOwner { get; set; }

    /// <summary>The next older one of the same id.</summary>
    public LiveCorrelation? NextOfId { get; set; }

    public LiveCorrelation? PreviousOfId { get; set; }
}
