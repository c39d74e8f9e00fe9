using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Customers;

/// <summary>One deliver_sm that a customer is owed, in memory: made with its event and handed over after the commit, or read back.</summary>
/// <param name="EventNumber">The event that it tells.</param>
/// <param name="Part">See <see cref="BindDelivery.Part"/>.</param>
/// <param name="Status">The state that a receipt tells.</param>
/// <param name="At">Microseconds of the event.</param>
/// <param name="CarrierState">message_state of the carrier's receipt that decided; <see cref="SegmentProgress.NoReceipt"/> for none.</param>
/// <param name="Error">The carrier's own error code, or null.</param>
public sealed record BindJob(
    MessageHead Head, int EventNumber, int Part, MessageState Status, long At, byte CarrierState, string? Error)
{
    /// <summary>Times it was written to a bind.</summary>
    public int Tries { get; set; }

    /// <summary>The next job of the same event.</summary>
    public BindJob? Next { get; set; }

    /// <summary>Delivered or given up; the record is on its way.</summary>
    internal bool IsDone { get; set; }

    internal BindJobId Id => new(Head.Id.Key, EventNumber, Part);

    /// <summary>The job of a delivery as the journal holds it.</summary>
    public static BindJob From(Message message, BindDelivery delivery)
    {
        long at = message.TimeOf(delivery.EventNumber);
        SegmentProgress? speaker = SpeakerOf(message.Segments, delivery.Status);
        for (int i = message.Superseded.Count - 1; i >= 0; i--) speaker ??= SpeakerOf(message.Superseded[i].Segments, delivery.Status);
        byte state = speaker?.ReceiptState ?? SegmentProgress.NoReceipt;
        return new(message.Head, delivery.EventNumber, delivery.Part, delivery.Status, at, state, speaker?.ReceiptError)
        {
            Tries = delivery.Tries,
        };
    }

    // A segment that did not arrive tells why the whole did not.
    private static SegmentProgress? SpeakerOf(List<SegmentProgress> segments, MessageState status)
    {
        SegmentState speaks = status == MessageState.Undelivered ? SegmentState.Undelivered : SegmentState.Delivered;
        foreach (SegmentProgress segment in segments)
        {
            if (segment.State == speaks && segment.ReceiptState != SegmentProgress.NoReceipt) return segment;
        }

        return null;
    }
}

/// <summary>What makes a delivery one of its kind.</summary>
internal readonly record struct BindJobId(long Key, int EventNumber, int Part);
