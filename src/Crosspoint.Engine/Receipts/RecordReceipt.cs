using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Stores a receipt: on its segment when it is known, else parked until its segment's answer comes. The carrier is answered only after the
/// commit.
/// </summary>
internal sealed class RecordReceipt(
    Notices notices, IRerouter? rerouter, LearnedIdFormats learned, SmppSession session, PduHeader header, ParkedReceipt receipt,
    ReceiptParts parts) : Transition
{
    private NoticeList _notices;
    private string _found = "";
    private long _sentAt;
    private long _now;
    private VendorIdFormat? _learned;
    private string? _doubled;

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        _sentAt = 0;
        _learned = null;
        _doubled = null;
        _now = transaction.Now;
        if (TryApply(transaction, receipt.VendorId) || (receipt.TextId is not null && TryApply(transaction, receipt.TextId))) return;
        transaction.Park(receipt);
        _found = "parked";
    }

    public override void Committed()
    {
        session.Respond(header, CommandStatus.Ok, default);
        notices.Metrics.Receipt(receipt.Connection, receipt.State, _found);
        if (_sentAt > 0) notices.Metrics.ReceiptAfter(receipt.Connection, (_now - _sentAt) / (double)Micros.PerSecond);
        if (_doubled is not null) notices.Metrics.PossibleDuplicate(_doubled);
        if (_learned is { } format) learned.Note(receipt.Connection, format);
        notices.Publish(ref _notices);
    }

    // The carrier keeps it and sends it again.
    public override void Failed(StoreFailure failure) => session.Respond(header, CommandStatus.ReceiverTemporaryError, default);

    private bool TryApply(IJournalTransaction transaction, string vendorId)
    {
        if (vendorId.Length == 0) return false;
        if (receipt.Format != VendorIdFormat.Auto) return TryApply(transaction, vendorId, receipt.Format);

        // Most carriers write an id always the same: its other forms are worked out only for a receipt that finds no message by the first.
        return TryApply(transaction, vendorId, VendorIdFormat.Same) || TryApply(transaction, vendorId, VendorIdFormat.Auto);
    }

    private bool TryApply(IJournalTransaction transaction, string vendorId, VendorIdFormat format)
    {
        IReadOnlyList<CorrelationHit> hits = transaction.FindCorrelated(receipt.Group, vendorId, format);
        for (int i = 0; i < hits.Count; i++)
        {
            CorrelationHit hit = hits[i];
            Message? message = transaction.Find(hit.Key);
            SupersededCopy? copy = null;
            if (message?.FindSegment(hit.Segment, out copy) is not { } segment || !ReceiptRules.IsRecipient(message.Head.To, receipt.Recipient))
                continue;
            long sentAt = message.SentAt;
            bool isNews = copy is null
                ? ReceiptRules.Apply(message, segment, receipt, parts, transaction.Now, rerouter, notices, ref _notices)
                : ReceiptRules.ApplyToSuperseded(message, copy, segment, receipt, parts, transaction.Now, notices, ref _notices, out _doubled);
            if (receipt.Format == VendorIdFormat.Auto)
                _learned = format == VendorIdFormat.Same ? format : LearnedIdFormats.Compare(segment.VendorId, vendorId);
            _found = isNews ? "matched" : "duplicate";
            if (isNews && copy is null && ReceiptRules.IsFinal(receipt.State)) _sentAt = sentAt;
            if (_notices.Count > 0) transaction.Save(message);
            return true;
        }

        return false;
    }
}
