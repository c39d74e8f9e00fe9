using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Carriers;

/// <summary>A submission as it is kept: the PDU's own octets, read again only when somebody asks.</summary>
internal sealed class SubmitEntry
{
    public long Number;
    public DateTimeOffset Time;
    public CommandId CommandId;
    public CommandStatus Status;
    public string SystemId = "";
    public byte[] Body = [];
    public int Length;
    public byte[] MessageId = new byte[MessageIds.MaxBytes];
    public int MessageIdLength;
    public byte FinalState;
    public DateTimeOffset FinalAt;

    public SubmitEntry Copy() => new()
    {
        Number = Number,
        Time = Time,
        CommandId = CommandId,
        Status = Status,
        SystemId = SystemId,
        Body = Body.AsSpan(0, Length).ToArray(),
        Length = Length,
        MessageId = MessageId.AsSpan(0, MessageIdLength).ToArray(),
        MessageIdLength = MessageIdLength,
        FinalState = FinalState,
        FinalAt = FinalAt,
    };
}

/// <summary>The last submissions of a carrier. Entries and their buffers are used again and again.</summary>
internal sealed class SubmitRing(int most)
{
    private readonly Lock _gate = new();
    private SubmitEntry?[] _entries = new SubmitEntry?[Math.Min(most, 256)];
    private long _last;

    /// <summary>Number of the newest entry, counted from 1.</summary>
    public long Last
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    public void Add(
        DateTimeOffset time,
        CommandId commandId,
        CommandStatus status,
        string systemId,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> messageId,
        byte finalState,
        DateTimeOffset finalAt)
    {
        if (most == 0) return;
        lock (_gate)
        {
            long number = ++_last;
            if (number > _entries.Length && _entries.Length < most) Array.Resize(ref _entries, (int)Math.Min(_entries.Length * 2L, most));
            SubmitEntry entry = _entries[Index(number)] ??= new SubmitEntry();
            entry.Number = number;
            entry.Time = time;
            entry.CommandId = commandId;
            entry.Status = status;
            entry.SystemId = systemId;
            if (entry.Body.Length < body.Length || entry.Body.Length > 4096) entry.Body = new byte[Math.Max(body.Length, 128)];
            body.CopyTo(entry.Body);
            entry.Length = body.Length;
            messageId.CopyTo(entry.MessageId);
            entry.MessageIdLength = messageId.Length;
            entry.FinalState = finalState;
            entry.FinalAt = finalAt;
        }
    }

    /// <summary>Copies of the entries after a number, oldest first.</summary>
    public List<SubmitEntry> After(long number, int limit)
    {
        var found = new List<SubmitEntry>();
        lock (_gate)
        {
            for (long n = Math.Max(number + 1, First); n <= _last && found.Count < limit; n++) found.Add(_entries[Index(n)]!.Copy());
        }

        return found;
    }

    /// <summary>The newest accepted entry with a message id.</summary>
    public SubmitEntry? Find(ReadOnlySpan<byte> messageId)
    {
        lock (_gate)
        {
            for (long n = _last; n >= First; n--)
            {
                SubmitEntry entry = _entries[Index(n)]!;
                bool isIt = entry.Status == CommandStatus.Ok && messageId.SequenceEqual(entry.MessageId.AsSpan(0, entry.MessageIdLength));
                if (isIt) return entry.Copy();
            }
        }

        return null;
    }

    private long First => Math.Max(_last - _entries.Length + 1, 1);

    private int Index(long number) => (int)((number - 1) % _entries.Length);
}
