using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

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

    /// <summary>The number behind the message id.</summary>
    public long Id;

    /// <summary>What its deliveries carry; another one after a replacement.</summary>
    public long Ticket;

    public ReadOnlySpan<byte> ServiceType => Body.AsSpan(0, Math.Max(Body.AsSpan(0, Length).IndexOf((byte)0), 0));

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
        Id = Id,
        Ticket = Ticket,
    };

    /// <summary>Whether a customer means this submission: the addresses must be those of the submission, digits and types.</summary>
    /// <param name="destination">Empty is not compared.</param>
    public bool Is(string systemId, ReadOnlySpan<byte> messageId, in SmppAddress source, in SmppAddress destination)
    {
        if (Status != CommandStatus.Ok || SystemId != systemId) return false;
        if (!messageId.IsEmpty && !messageId.SequenceEqual(MessageId.AsSpan(0, MessageIdLength))) return false;
        return SubmitFacts.TryRead(CommandId, Body.AsSpan(0, Length), out SubmitFacts facts).IsOk && IsSame(facts.Source, source)
            && (destination.Digits.IsEmpty || IsSame(facts.Destination, destination));
    }

    private static bool IsSame(in SmppAddress a, in SmppAddress b) => (a.Ton, a.Npi) == (b.Ton, b.Npi) && a.Digits.SequenceEqual(b.Digits);
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
        DateTimeOffset finalAt,
        long id,
        long ticket)
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
            entry.Id = id;
            entry.Ticket = ticket;
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

    /// <summary>The newest accepted entry that a customer means by an id; a copy.</summary>
    public SubmitEntry? Find(string systemId, ReadOnlySpan<byte> messageId, in SmppAddress source)
    {
        lock (_gate)
        {
            for (long n = _last; n >= First; n--)
            {
                if (_entries[Index(n)]!.Is(systemId, messageId, source, default)) return _entries[Index(n)]!.Copy();
            }
        }

        return null;
    }

    /// <summary>The receipt went before the answer: the end has come.</summary>
    public void EndNow(long ticket, DateTimeOffset now)
    {
        lock (_gate)
        {
            for (long n = _last; n >= First; n--)
            {
                if (_entries[Index(n)]!.Ticket != ticket) continue;
                _entries[Index(n)]!.FinalAt = now;
                return;
            }
        }
    }

    /// <summary>
    /// Ends what is still on its way: the newest with an id or, without one, all of the two addresses and the service_type. Gives copies of
    /// them, as they were.
    /// </summary>
    public List<SubmitEntry> Cancel(string systemId, in CancelSm pdu, byte state, DateTimeOffset now)
    {
        var found = new List<SubmitEntry>();
        lock (_gate)
        {
            for (long n = _last; n >= First; n--)
            {
                SubmitEntry entry = _entries[Index(n)]!;
                if (entry.FinalAt <= now || !entry.Is(systemId, pdu.MessageId, pdu.SourceAddr, pdu.DestinationAddr)) continue;
                if (pdu.MessageId.IsEmpty && !pdu.ServiceType.SequenceEqual(entry.ServiceType)) continue;
                found.Add(entry.Copy());
                entry.FinalState = state;
                entry.FinalAt = now;
                if (!pdu.MessageId.IsEmpty) break;
            }
        }

        return found;
    }

    /// <summary>Gives another body and ticket to a submission that is still on its way. False when it is not, or has gone.</summary>
    public bool Replace(SubmitEntry old, ReadOnlySpan<byte> body, long ticket, DateTimeOffset now)
    {
        lock (_gate)
        {
            SubmitEntry? entry = old.Number >= First ? _entries[Index(old.Number)] : null;
            if (entry is null || entry.Ticket != old.Ticket || entry.FinalAt <= now) return false;
            entry.Body = body.ToArray();
            entry.Length = body.Length;
            entry.Ticket = ticket;
            return true;
        }
    }

    private long First => Math.Max(_last - _entries.Length + 1, 1);

    private int Index(long number) => (int)((number - 1) % _entries.Length);
}
