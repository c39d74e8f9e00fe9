namespace Crosspoint.Simulator.Carriers;

/// <summary>A counter that any thread may raise.</summary>
internal sealed class Tally
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);

    public void Reset() => Interlocked.Exchange(ref _value, 0);
}

/// <summary>What a carrier counts.</summary>
internal sealed class Tallies
{
    public readonly Tally Connections = new();
    public readonly Tally Binds = new();
    public readonly Tally BindsRefused = new();
    public readonly Tally Disconnects = new();
    public readonly Tally Submits = new();
    public readonly Tally Accepted = new();
    public readonly Tally Refused = new();
    public readonly Tally Delivered = new();
    public readonly Tally Throttled = new();
    public readonly Tally Unanswered = new();
    public readonly Tally Ignored = new();
    public readonly Tally Queries = new();
    public readonly Tally Cancels = new();
    public readonly Tally Replaces = new();
    public readonly Tally EnquireLinks = new();
    public readonly Tally InvalidPdus = new();
    public readonly Tally GarbageSent = new();
    public readonly Tally ReceiptsSent = new();
    public readonly Tally ReceiptsTaken = new();
    public readonly Tally ReceiptsMissing = new();
    public readonly Tally ReceiptsDuplicated = new();
    public readonly Tally InboundSent = new();
    public readonly Tally InboundTaken = new();
    public readonly Tally Redelivered = new();
    public readonly Tally DeliveriesRefused = new();
    public readonly Tally DeliveriesDropped = new();

    public void Reset()
    {
        foreach (Tally tally in All) tally.Reset();
    }

    private Tally[] All =>
    [
        Connections, Binds, BindsRefused, Disconnects, Submits, Accepted, Refused, Delivered, Throttled, Unanswered, Ignored, Queries, Cancels,
        Replaces, EnquireLinks, InvalidPdus, GarbageSent, ReceiptsSent, ReceiptsTaken, ReceiptsMissing, ReceiptsDuplicated, InboundSent,
        InboundTaken, Redelivered, DeliveriesRefused, DeliveriesDropped,
    ];

    public CarrierCounters Snapshot() => new()
    {
        Connections = Connections.Value,
        Binds = Binds.Value,
        BindsRefused = BindsRefused.Value,
        Disconnects = Disconnects.Value,
        Submits = Submits.Value,
        Accepted = Accepted.Value,
        Refused = Refused.Value,
        Delivered = Delivered.Value,
        Throttled = Throttled.Value,
        Unanswered = Unanswered.Value,
        Ignored = Ignored.Value,
        Queries = Queries.Value,
        Cancels = Cancels.Value,
        Replaces = Replaces.Value,
        EnquireLinks = EnquireLinks.Value,
        InvalidPdus = InvalidPdus.Value,
        GarbageSent = GarbageSent.Value,
        ReceiptsSent = ReceiptsSent.Value,
        ReceiptsTaken = ReceiptsTaken.Value,
        ReceiptsMissing = ReceiptsMissing.Value,
        ReceiptsDuplicated = ReceiptsDuplicated.Value,
        InboundSent = InboundSent.Value,
        InboundTaken = InboundTaken.Value,
        Redelivered = Redelivered.Value,
        DeliveriesRefused = DeliveriesRefused.Value,
        DeliveriesDropped = DeliveriesDropped.Value,
    };
}
