using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Stores an inbound message, or one part of it; the part that completes a message makes it whole. The carrier is answered only after the
/// commit.
/// </summary>
internal sealed class RecordInbound(
    Notices notices, InboundParts partial, CompletedParts completed, SmppSession session, PduHeader header, Account account, OwnedNumber number,
    InboundPart part) : Transition
{
    private NoticeList _notices;
    private bool _isWhole;
    private bool _isAgain;
    private long _now;
    private IReadOnlyList<InboundPart> _parts = [];

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        _isWhole = false;
        _parts = [];
        _now = transaction.Now;
        if (_isAgain) completed.RollBack();
        _isAgain = true;
        if (part.Total == 1)
        {
            Insert(transaction, notices, account, number, part, part.Text, part.Total, errorCode: 0, ref _notices);
            _isWhole = true;
            return;
        }

        if (completed.Contains(part, _now)) return;
        _parts = transaction.AddInboundPart(part);
        if (_parts.Count < part.Total) return;
        Insert(transaction, notices, account, number, part, string.Concat(_parts.Select(known => known.Text)), part.Total, errorCode: 0, ref _notices);
        transaction.RemoveInboundParts(part.PartKey);
        completed.Propose(_parts);
        _isWhole = true;
    }

    public override void Committed()
    {
        session.Respond(header, CommandStatus.Ok, default);
        if (!_isWhole)
        {
            if (_parts.Count > 0) partial.Stored(account, number, part);
            return;
        }

        if (part.Total > 1) partial.Ended(account, part);
        foreach (InboundPart known in _parts) completed.Add(known, _now);
        notices.Metrics.Inbound(part.Connection);
        notices.Publish(ref _notices);
    }

    // The carrier keeps it and sends it again.
    public override void Failed(StoreFailure failure)
    {
        if (_isWhole) completed.Withdraw(_parts);
        session.Respond(header, CommandStatus.ReceiverTemporaryError, default);
    }

    internal static void Insert(
        IJournalTransaction transaction, Notices notices, Account account, OwnedNumber number, InboundPart part, string text, int segments,
        int errorCode, ref NoticeList list)
    {
        var head = new MessageHead
        {
            Id = transaction.NextId(),
            AccountSid = account.Sid,
            Direction = MessageDirection.Inbound,
            From = part.From,
            To = number.Number,
            Body = text,
            Encoding = EncodingChoice.Cheapest(text),
            SegmentCount = segments,
            CreatedAt = transaction.Now,
            ValidUntil = transaction.Now,
            CallbackUrl = number.InboundUrl,
            CallbackForm = number.Form,
            Connection = part.Connection,
            SystemId = number.SystemId,
        };
        Message message = Message.Create(head, MessageState.Received, EventKind.Received, errorCode == 0 ? null : "parts are missing");
        message.ErrorCode = errorCode;
        notices.Collect(ref list, message, message.Events[0], stateChanged: true);
        transaction.Insert(message);
    }
}
