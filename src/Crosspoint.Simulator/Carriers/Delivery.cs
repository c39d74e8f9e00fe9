using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Carriers;

internal enum DeliveryKind
{
    Receipt,
    Inbound,
}

/// <summary>A deliver_sm or data_sm on its way to a customer, encoded already; pooled.</summary>
internal sealed class Delivery : WheelEvent
{
    public Customer? To;
    public DeliveryKind Kind;
    public CommandId CommandId;
    public byte[] Body = new byte[256];
    public int Length;

    /// <summary>Of the submission that it tells of; 0 for none.</summary>
    public long Ticket;

    /// <summary>The connection that submitted; receipts prefer it, or shun it.</summary>
    public CarrierConnection? Origin;

    public bool ShunsOrigin;

    /// <summary>Tries so far.</summary>
    public int Attempts;

    /// <summary>Timestamp of the last try.</summary>
    public long SentAt;

    public Span<byte> Room(int bytes)
    {
        if (Body.Length < bytes) Body = new byte[bytes];
        return Body;
    }

    public ReadOnlySpan<byte> Encoded => Body.AsSpan(0, Length);

    public override void Fire() => To!.OnDue(this);

    public void Clear()
    {
        // A long inbound message must not pin its buffer in the pool for ever.
        if (Body.Length > 1024) Body = new byte[256];
        To = null;
        Origin = null;
        ShunsOrigin = false;
        Attempts = 0;
        Ticket = 0;
        Length = 0;
    }
}
