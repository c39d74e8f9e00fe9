using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Receipts;

/// <summary>What a receipt does to a message. Pure: works on the aggregate alone, inside a transition.</summary>
internal static class ReceiptRules
{
    // SMPP 3.4 §5.2.28; 0 and 9 are SMPP 5.0. ACCEPTED (6) and UNKNOWN (7) are not final: carriers send both before the real end.
    private const byte Delivered = 2;

    // Two numbers are the same handset when one is written with a prefix that the other lacks (+, 00, a country code for a national form).
    private const int DigitsToMatch = 7;

    public static bool IsFinal(byte state) => state is 2 or 3 or 4 or 5 or 8 or 9;

    /// <summary>Applies a receipt to a segment and joins the result into the message.</summary>
    /// <param name="rerouter">Asked before a message ends as undelivered; null when it is to end.</param>
    /// <returns>False when it repeats or comes after what is known: noted, and nothing changes.</returns>
    public static bool Apply(
        Message message, SegmentProgress progress, ParkedReceipt receipt, ReceiptParts parts, long now, IRerouter? rerouter, Notices notices,
        ref NoticeList list)
    {
        bool isFinal = IsFinal(receipt.State);
        bool wasFinal = progress.State is SegmentState.Delivered or SegmentState.Undelivered;

        // The first final word stands, but for one case: two copies were on their way, and the other one arrived.
        bool isBetter = progress.State == SegmentState.Undelivered && receipt.State == Delivered && progress.PossibleDuplicate;
        if (!isFinal || (wasFinal && !isBetter))
        {
            if (wasFinal && isFinal && receipt.State == progress.ReceiptState) return false;
            if (!wasFinal) progress.ReceiptState = receipt.State;
            string detail = wasFinal
                ? $"after the final receipt: {StateNames.OfReceipt(receipt.State)}"
                : StateNames.OfReceipt(receipt.State);
            MessageEvent noted = message.Note(now, EventKind.ReceiptNoted, receipt.Connection, receipt.State, detail);
            notices.Collect(ref list, message, noted, stateChanged: false);
            return !wasFinal;
        }

        progress.ReceiptState = receipt.State;
        progress.ReceiptError = receipt.Error;
        progress.State = receipt.State == Delivered ? SegmentState.Delivered : SegmentState.Undelivered;
        if (TryJoin(message, parts, receipt.Connection, receipt.State, receipt.Error, now, rerouter, notices, ref list)) return true;
        MessageEvent entry = message.Note(now, EventKind.ReceiptNoted, receipt.Connection, receipt.State, receipt.Error);
        notices.Collect(ref list, message, entry, stateChanged: false);
        return true;
    }

    /// <summary>Joins receipts that overtook the answers to other parts, when the vendor has taken the last of them.</summary>
    public static void JoinEarly(Message message, ReceiptParts parts, string connection, long now, Notices notices, ref NoticeList list)
    {
        if (parts == ReceiptParts.Every || message.State != MessageState.Sent) return;
        TryJoin(message, parts, connection, Delivered, null, now, rerouter: null, notices, ref list);
    }

    /// <summary>
    /// Joins a segment that is lost, when its receipt overtook the answers to others and the attempt is over: the message goes another way, or
    /// ends.
    /// </summary>
    public static void JoinLost(
        Message message, ReceiptParts parts, string connection, long now, IRerouter rerouter, Notices notices, ref NoticeList list)
    {
        if (MessageTransitions.IsFinal(message.State)) return;
        SegmentProgress? lost = null;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.State == SegmentState.InFlight) return;
            if (segment.State == SegmentState.Undelivered) lost ??= segment;
        }

        if (lost is not null)
            TryJoin(message, parts, connection, lost.ReceiptState, lost.ReceiptError, now, rerouter, notices, ref list);
    }

    /// <summary>
    /// A late receipt for a copy that a carrier could not deliver, by its own word, before the message went another way. It is noted; and when
    /// it says that all of that copy arrived after all, the message is delivered, if it has not ended.
    /// </summary>
    /// <param name="doubled">The connection that has, or may have, another copy of a message which thereby is delivered; else null.</param>
    /// <returns>False when it repeats what is known.</returns>
    public static bool ApplyToSuperseded(
        Message message, SupersededCopy copy, SegmentProgress progress, ParkedReceipt receipt, ReceiptParts parts, long now, Notices notices,
        ref NoticeList list, out string? doubled)
    {
        doubled = null;
        bool isFinal = IsFinal(receipt.State);
        bool wasFinal = progress.State is SegmentState.Delivered or SegmentState.Undelivered;
        if (wasFinal && isFinal && receipt.State == progress.ReceiptState) return false;
        bool arrived = receipt.State == Delivered && !MessageTransitions.IsFinal(message.State);
        if (isFinal && (!wasFinal || arrived))
        {
            progress.ReceiptState = receipt.State;
            progress.ReceiptError = receipt.Error;
            progress.State = receipt.State == Delivered ? SegmentState.Delivered : SegmentState.Undelivered;
        }

        (bool whole, bool lost) = Sum(copy.Segments, parts);
        if (arrived && whole && !lost
            && message.TryMove(MessageState.Delivered, now, EventKind.Delivered, receipt.Connection, receipt.State, "the copy before the re-route") is { } entry)
        {
            message.ErrorCode = 0;
            foreach (SegmentProgress other in message.Segments)
            {
                if (other.State is SegmentState.Pending or SegmentState.Refused) continue;
                other.PossibleDuplicate = true;
                doubled = message.LastAttempt?.Connection;
            }

            // It says nothing of the connection that has the message now.
            notices.Collect(ref list, message, entry, stateChanged: true, teaches: false);
            return true;
        }

        string detail = $"of the copy before the re-route: {StateNames.OfReceipt(receipt.State)}";
        notices.Collect(
            ref list, message, message.Note(now, EventKind.ReceiptNoted, receipt.Connection, receipt.State, detail), stateChanged: false);
        return true;
    }

    /// <summary>
    /// Whether a receipt's handset is the message's recipient. Carriers write numbers with and without plus, 00 and country code; an empty
    /// one is taken for a match.
    /// </summary>
    public static bool IsRecipient(ReadOnlySpan<char> recipient, ReadOnlySpan<char> inReceipt)
    {
        Span<char> ours = stackalloc char[32];
        Span<char> theirs = stackalloc char[32];
        ReadOnlySpan<char> a = ours[..Digits(recipient, ours)];
        ReadOnlySpan<char> b = theirs[..Digits(inReceipt, theirs)];
        if (b.IsEmpty) return true;
        if (a.Length == b.Length) return a.SequenceEqual(b);
        ReadOnlySpan<char> shorter = a.Length < b.Length ? a : b;
        ReadOnlySpan<char> longer = a.Length < b.Length ? b : a;
        return shorter.Length >= DigitsToMatch && longer.EndsWith(shorter, StringComparison.Ordinal);
    }

    /// <summary>Joins what the segments say into the message's state. False when it says nothing yet, or the state does not allow it.</summary>
    private static bool TryJoin(
        Message message, ReceiptParts parts, string connection, byte receiptState, string? error, long now, IRerouter? rerouter,
        Notices notices, ref NoticeList list)
    {
        (bool whole, bool lost) = Sum(message.Segments, parts);
        bool isDelivered = whole && !lost;
        if (!isDelivered && !lost) return false;
        if (lost && rerouter is not null)
        {
            RerouteResult result = rerouter.Reroute(message, receiptState, error, now, ref list);
            if (result != RerouteResult.No) return result == RerouteResult.Done;
        }

        // The code goes on the record with the state, and only if the state is taken.
        int before = message.ErrorCode;
        message.ErrorCode = isDelivered ? 0 : DeliveryErrors.ForReceipt(receiptState);
        MessageEvent? entry = isDelivered
            ? message.TryMove(MessageState.Delivered, now, EventKind.Delivered, connection, receiptState, error)
            : message.TryMove(MessageState.Undelivered, now, EventKind.Undelivered, connection, receiptState, error);
        if (entry is null)
        {
            message.ErrorCode = before;
            return false;
        }

        notices.Collect(ref list, message, entry, stateChanged: true);
        return true;
    }

    /// <summary>Whether receipts say that all of a copy arrived, and whether that some of it will not.</summary>
    private static (bool Whole, bool Lost) Sum(List<SegmentProgress> segments, ReceiptParts parts)
    {
        bool every = true;
        bool any = false;
        bool lost = false;
        bool taken = true;
        foreach (SegmentProgress segment in segments)
        {
            every &= segment.State == SegmentState.Delivered;
            any |= segment.State == SegmentState.Delivered;
            lost |= segment.State == SegmentState.Undelivered;
            taken &= segment.State is SegmentState.Sent or SegmentState.Delivered or SegmentState.Undelivered;
        }

        bool whole = parts switch
        {
            ReceiptParts.Any => any,
            ReceiptParts.First => segments[0].State == SegmentState.Delivered,
            ReceiptParts.Last => segments[^1].State == SegmentState.Delivered,
            _ => every,
        };

        // One part speaks for the others only when the vendor has them.
        return (whole && taken, lost);
    }

    private static int Digits(ReadOnlySpan<char> text, Span<char> digits)
    {
        int count = 0;
        foreach (char c in text)
        {
            // Leading zeros are dialling prefixes, not part of the number.
            if (c is < '0' or > '9' || (count == 0 && c == '0')) continue;
            if (count == digits.Length) break;
            digits[count++] = c;
        }

        return count;
    }
}
