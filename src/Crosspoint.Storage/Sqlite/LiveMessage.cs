using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A message in memory and what the sequencer knows of its row.</summary>
internal sealed class LiveMessage(Message message, Slice slice)
{
    public Message Message { get; } = message;

    public Slice Slice { get; } = slice;

    public long Key => Message.Id.Key;

    /// <summary>The head that the row holds; null while there is no row.</summary>
    public MessageHead? StoredHead { get; set; }

    /// <summary>Octets that the changing part of the row takes: progress, its padding, and the two columns whose size changes.</summary>
    public int Room { get; set; }

    /// <summary>To be written at the end of the group.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Taken out in this group.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Found or made in this group: what it holds is not certain before the commit.</summary>
    public bool IsTouched { get; set; }

    public LiveCorrelation? Correlations { get; set; }

    public LiveMessage? Older { get; set; }

    public LiveMessage? Newer { get; set; }
}

/// <summary>A vendor id of a message in memory.</summary>
internal sealed class LiveCorrelation(string group, string id, LiveMessage owner, int segment)
{
    public string Group { get; } = group;

    /// <summary>Canonical.</summary>
    public string Id { get; } = id;

    public LiveMessage Owner { get; } = owner;

    public int Segment { get; } = segment;

    /// <summary>No other row can carry this id, so memory knows the whole answer.</summary>
    public bool IsOnly { get; set; }

    public LiveCorrelation? NextOfOwner { get; set; }

    public LiveCorrelation? NextOfId { get; set; }
}
