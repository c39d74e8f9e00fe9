using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Carriers;

/// <summary>An answer that waits for its latency; pooled.</summary>
internal sealed class PendingAnswer : WheelEvent
{
    public SimulatedCarrier? Carrier;
    public CarrierConnection? Connection;
    public CommandId CommandId;
    public CommandStatus Status;
    public uint Sequence;
    public byte[] MessageId = new byte[MessageIds.MaxBytes];
    public int MessageIdLength;
    public Delivery? Early;

    public override void Fire()
    {
        Connection!.Answer(CommandId, Status, Sequence, MessageId.AsSpan(0, MessageIdLength), Early);
        SimulatedCarrier carrier = Carrier!;
        Carrier = null;
        Connection = null;
        Early = null;
        carrier.Answers.Give(this);
    }
}
