using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Customers;

/// <summary>Which events a customer's binds are told of (SMPP v3.4 §5.2.17).</summary>
public static class BindRules
{
    private const int Success = 1;
    private const int Failure = 2;
    private const byte Intermediate = 0x10;

    /// <summary>Puts what an event owes to the customer's binds on the message's record.</summary>
    /// <returns>The jobs to hand over after the commit, linked; null for none.</returns>
    public static BindJob? Collect(Message message, MessageEvent entry)
    {
        MessageHead head = message.Head;
        if (head.SystemId is null) return null;
        BindJob? first = null;
        if (head.IsInbound)
        {
            if (entry.State != MessageState.Received) return null;
            int pieces = PiecesOf(head);
            for (int i = pieces; i >= 1; i--) Add(message, entry, pieces == 1 ? 0 : i, ref first);
            return first;
        }

        if (head.Submit is not { } submit) return null;
        if (submit.PartCount == 0)
        {
            if (IsWanted(submit.RegisteredDelivery, entry.State)) Add(message, entry, 0, ref first);
            return first;
        }

        for (int i = submit.Parts.Count - 1; i >= 0; i--)
        {
            if (IsWanted(submit.Parts[i].RegisteredDelivery, entry.State)) Add(message, entry, submit.Parts[i].Number, ref first);
        }

        return first;
    }

    /// <summary>
    /// Whether registered_delivery asks to be told of a state: bits 1-0 of the end (1 both, 2 failure, 3 success), bit 4 of the way there.
    /// </summary>
    public static bool IsWanted(byte registeredDelivery, MessageState state)
    {
        int asked = (registeredDelivery & 0x03) switch
        {
            1 => Success | Failure,
            2 => Failure,
            3 => Success,
            _ => 0,
        };
        return state switch
        {
            MessageState.Delivered => (asked & Success) != 0,
            MessageState.Undelivered or MessageState.Failed or MessageState.Expired or MessageState.Canceled or MessageState.Unconfirmed =>
                (asked & Failure) != 0,
            MessageState.Sent => (registeredDelivery & Intermediate) != 0,
            _ => false,
        };
    }

    /// <summary>The deliver_sm that an inbound message takes in parts; one when it is longer than parts can be numbered.</summary>
    public static int PiecesOf(MessageHead inbound)
    {
        int pieces = Segmenter.Count(inbound.Body, inbound.Encoding, SegmentMethod.Udh8);
        return pieces is >= 1 and <= Segmenter.MaxSegments ? pieces : 1;
    }

    private static void Add(Message message, MessageEvent entry, int part, ref BindJob? first)
    {
        var delivery = new BindDelivery { EventNumber = entry.Number, Part = part, Status = entry.State };
        message.BindDeliveries.Add(delivery);
        BindJob job = BindJob.From(message, delivery);
        job.Next = first;
        first = job;
    }
}
