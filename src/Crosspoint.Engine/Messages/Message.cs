namespace Crosspoint.Engine.Messages;

/// <summary>
/// A message and how far it has come: the aggregate that the journal stores in one row.
/// A live instance is owned by the journal's sequencer and touched only inside a transition; readers get private copies.
/// </summary>
public sealed class Message
{
    // Receipts that repeat and refusals that go on for hours must not make a message grow without bound: its first and its last events tell
    // the story.
    private const int MostEvents = 120;

    // A message has at most 255 segments.
    private const int CopyShift = 8;

    public required MessageHead Head { get; set; }

    public MessageState State { get; private set; }

    /// <summary>Public error code of the final state (the codes of the Twilio-shaped API); 0 for none.</summary>
    public int ErrorCode { get; set; }

    /// <summary>Microseconds of the last change.</summary>
    public long UpdatedAt { get; private set; }

    /// <summary>Microseconds at which the vendor had taken every segment; 0 before.</summary>
    public long SentAt { get; set; }

    public List<SegmentProgress> Segments { get; init; } = [];

    public List<Attempt> Attempts { get; init; } = [];

    /// <summary>Copies that a carrier took and could not deliver, oldest first: the message then went another way.</summary>
    public IReadOnlyList<SupersededCopy> Superseded { get; set; } = [];

    /// <summary>The decision that ended it without an attempt: a denial, or no connection that may take it; null for none.</summary>
    public RouteDecision? Unrouted { get; set; }

    /// <summary>The copy of it that was made for a test connection; null for none.</summary>
    public MessageId? CopiedAs { get; set; }

    /// <summary>Refusals on the present connection that count.</summary>
    public int Tries { get; set; }

    /// <summary>Microseconds before which a rule allows no further try; 0 for none.</summary>
    public long NotBefore { get; set; }

    public List<MessageEvent> Events { get; init; } = [];

    public List<WebhookDelivery> Deliveries { get; init; } = [];

    /// <summary>What the customer's binds are owed.</summary>
    public List<BindDelivery> BindDeliveries { get; init; } = [];

    /// <summary>The application's word on whether the recipient acted: null until told, else true for confirmed.</summary>
    public bool? FeedbackConfirmed { get; set; }

    public bool IsRedacted { get; set; }

    /// <summary>Nothing more is waited for although the state is not final: <c>sent</c> at a carrier that was asked for no receipt.</summary>
    public bool IsSettled { get; set; }

    public MessageId Id => Head.Id;

    /// <summary>Something is still to be done: a try, a receipt that may come, a webhook, or a deliver_sm to a customer.</summary>
    public bool IsOpen => (!MessageTransitions.IsFinal(State) && !IsSettled) || HasPendingDelivery;

    public bool HasPendingDelivery
    {
        get
        {
            foreach (WebhookDelivery delivery in Deliveries)
            {
                if (delivery.State == DeliveryState.Pending) return true;
            }

            foreach (BindDelivery delivery in BindDeliveries)
            {
                if (delivery.State == DeliveryState.Pending) return true;
            }

            return false;
        }
    }

    public bool IsPossibleDuplicate
    {
        get
        {
            foreach (SegmentProgress segment in Segments)
            {
                if (segment.PossibleDuplicate) return true;
            }

            return false;
        }
    }

    public Attempt? LastAttempt => Attempts.Count == 0 ? null : Attempts[^1];

    /// <summary>It was sent another way after a negative receipt.</summary>
    public bool IsRerouted => Superseded.Count > 0;

    /// <summary>0 before the first.</summary>
    public int LastEventNumber => Events.Count == 0 ? 0 : Events[^1].Number;

    /// <summary>Puts the present copy aside: the next attempt sends all of the message anew.</summary>
    public void Supersede()
    {
        Superseded = [.. Superseded, new SupersededCopy { Attempt = LastAttempt?.Number ?? 0, Segments = [.. Segments] }];
        Segments.Clear();
    }

    /// <summary>What stands in correlations for a segment (from 0) of the present copy: with it, the number of copies before.</summary>
    public int CorrelationOf(int segment) => segment + (Superseded.Count << CopyShift);

    /// <summary>The segment that a correlation means; null when there is none. <paramref name="superseded"/>: its copy, unless it is the present one.</summary>
    public SegmentProgress? FindSegment(int correlation, out SupersededCopy? superseded)
    {
        int copy = correlation >> CopyShift;
        int segment = correlation & ((1 << CopyShift) - 1);
        superseded = copy < Superseded.Count ? Superseded[copy] : null;
        List<SegmentProgress> segments = superseded?.Segments ?? Segments;
        return copy <= Superseded.Count && segment < segments.Count ? segments[segment] : null;
    }

    /// <summary>A new message in its first state, with its first event.</summary>
    public static Message Create(MessageHead head, MessageState state, EventKind kind, string? detail = null)
    {
        var message = new Message { Head = head };
        message.State = state;
        message.Note(head.CreatedAt, kind, detail: detail);
        return message;
    }

    /// <summary>Rebuilds a message from its stored form.</summary>
    public static Message Restore(MessageHead head, MessageState state, long updatedAt) =>
        new() { Head = head, State = state, UpdatedAt = updatedAt };

    /// <summary>Microseconds at which an event happened; of the last change when the timeline no longer holds it.</summary>
    public long TimeOf(int eventNumber)
    {
        foreach (MessageEvent entry in Events)
        {
            if (entry.Number == eventNumber) return entry.At;
        }

        return UpdatedAt;
    }

    /// <summary>Moves to another state and writes the event; returns null and changes nothing when the table does not allow it.</summary>
    public MessageEvent? TryMove(MessageState to, long at, EventKind kind, string? connection = null, uint code = 0, string? detail = null)
    {
        if (!MessageTransitions.IsAllowed(State, to)) return null;
        State = to;
        return Note(at, kind, connection, code, detail);
    }

    /// <summary>Writes an event that leaves the state as it is.</summary>
    public MessageEvent Note(long at, EventKind kind, string? connection = null, uint code = 0, string? detail = null)
    {
        // The clock may step back between two events; the timeline never does.
        UpdatedAt = Math.Max(at, UpdatedAt);
        if (Events.Count >= MostEvents) Events.RemoveAt(MostEvents / 2);
        var entry = new MessageEvent(LastEventNumber + 1, UpdatedAt, kind, State, connection, code, detail);
        Events.Add(entry);
        return entry;
    }
}
