using System.Collections.Concurrent;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Reads what carriers bring (deliver_sm and data_sm): receipts and inbound messages. Each is answered when it is on disk. While the journal
/// is far behind, carriers are asked to come again.
/// </summary>
internal sealed partial class DeliverIntake(
    QueueOptions queues, IJournal journal, Notices notices, AccountDirectory accounts, InboundParts parts, CompletedParts completed,
    TimeProvider time, ILogger<DeliverIntake> logger)
{
    // Two fifths of the transitions at which new messages are refused (20,000 of 50,000): a carrier keeps what it brings and a customer does
    // not, so carriers wait first, and the records of answers have room as well.
    private const double ShareOfJournal = 0.4;

    private readonly int _mostWaiting = (int)(queues.JournalTransitions * ShareOfJournal);
    private readonly ConcurrentDictionary<string, bool> _brokenHeaders = new(StringComparer.Ordinal);
    private readonly RareNote _deferred = new(time);

    /// <summary>Asked before a message ends as undelivered. Named once, before anything is received.</summary>
    public IRerouter? Rerouter { get; set; }

    /// <summary>What the automatic reading of message ids found out.</summary>
    public LearnedIdFormats Learned { get; } = new(logger);

    /// <summary>Takes one PDU. The spans are valid during the call only.</summary>
    public void Receive(ConnectionOptions connection, SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (journal.QueueDepth >= _mostWaiting)
        {
            // Nothing is stored, so the carrier keeps it. RMSGQFUL rather than RX_T_APPN: most senders slow down at it.
            notices.Metrics.Deferred(connection.Name);
            if (_deferred.IsDue()) Log.Deferred(logger, connection.Name, _mostWaiting);
            session.Respond(header, CommandStatus.MessageQueueFull, default);
            return;
        }

        Delivered pdu;
        DecodeResult result;
        if (header.CommandId == CommandId.DataSm)
        {
            result = DataSm.TryRead(body, out DataSm data);
            pdu = new() { EsmClass = data.EsmClass, DataCoding = data.DataCoding, Source = data.SourceAddr.Digits, Destination = data.DestinationAddr.Digits, Text = data.Text, Tlvs = data.Tlvs };
        }
        else
        {
            result = DeliverSm.TryRead(body, out DeliverSm deliver);
            pdu = new() { EsmClass = deliver.EsmClass, DataCoding = deliver.DataCoding, Source = deliver.SourceAddr.Digits, Destination = deliver.DestinationAddr.Digits, Text = deliver.Text, Tlvs = deliver.Tlvs };
        }

        if (!result.IsOk)
        {
            Log.Unreadable(logger, connection.Name, CommandStatuses.Name(result.Status));
            session.Respond(header, result.Status, default);
            return;
        }

        bool saysReceipt = EsmClass.IsReceipt(pdu.EsmClass) || EsmClass.IsIntermediate(pdu.EsmClass);
        if (saysReceipt || connection.Smpp.ReceiptsByText)
        {
            if (DeliveryReceipt.TryParse(pdu.Text, new TlvReader(pdu.Tlvs), out DeliveryReceipt receipt))
            {
                TakeReceipt(connection, session, header, receipt, Encoding.Latin1.GetString(pdu.Source));
                return;
            }

            if (saysReceipt)
            {
                // Nothing in it names a message. It is kept for people to look at: the carrier must not send it for ever.
                KeepOrphan(connection, session, header, body, "receipt without an id");
                return;
            }
        }

        TakeInbound(connection, session, header, body, pdu);
    }

    private void TakeReceipt(
        ConnectionOptions connection, SmppSession session, in PduHeader header, in DeliveryReceipt receipt, string recipient)
    {
        string tlvId = Encoding.Latin1.GetString(receipt.TlvId);
        string textId = receipt.TextId.SequenceEqual(receipt.TlvId) ? tlvId : Encoding.Latin1.GetString(receipt.TextId);
        string id = tlvId.Length > 0 ? tlvId : textId;
        string? other = tlvId.Length > 0 && textId.Length > 0 && !ReferenceEquals(tlvId, textId) ? textId : null;
        string? error = receipt.ErrorCode.Length > 0
            ? Encoding.Latin1.GetString(receipt.ErrorCode)
            : receipt.NetworkErrorNumber?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var record = new ParkedReceipt(
            connection.Group, id, other, TimeNow(), (byte)receipt.State, error, recipient, connection.Name, connection.Smpp.MessageIdFormat);
        journal.Enqueue(new RecordReceipt(notices, Rerouter, Learned, session, header, record, connection.Smpp.ReceiptParts));
    }

    private void TakeInbound(
        ConnectionOptions connection, SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, in Delivered pdu)
    {
        string from = NumberOf(pdu.Source);
        string to = NumberOf(pdu.Destination);
        ReadOnlySpan<byte> text = pdu.Text;
        var tlvs = new TlvReader(pdu.Tlvs);
        if (!accounts.TryFindNumber(to, out Account account, out OwnedNumber number) &&
            !accounts.TryFindNumber(Encoding.Latin1.GetString(pdu.Destination), out account, out number))
        {
            Log.UnknownNumber(logger, connection.Name);
            KeepOrphan(connection, session, header, body, "inbound for a number that no account owns");
            return;
        }

        DefaultAlphabet alphabet = connection.Smpp.Alphabet.DefaultAlphabet;
        UserDataHeader udh = default;
        int fillBits = 0;
        if (EsmClass.HasUdhi(pdu.EsmClass))
        {
            if (UserDataHeaders.TryParse(text, out udh))
            {
                text = text[udh.HeaderLength..];
                fillBits = GsmAlphabet.FillBits(udh.HeaderLength);
            }
            else
            {
                NoteBrokenHeader(connection.Name);
            }
        }

        string content = InboundText.Decode(text, pdu.DataCoding, alphabet, udh.ShiftTables, fillBits);
        int reference = udh.Reference, total = udh.Total, part = udh.Part;
        if (!udh.IsConcatenated && tlvs.TryGetUInt16(TlvTag.SarMsgRefNum, out ushort sarReference) &&
            tlvs.TryGetByte(TlvTag.SarTotalSegments, out byte sarTotal) && tlvs.TryGetByte(TlvTag.SarSegmentSeqnum, out byte sarPart))
        {
            (reference, total, part) = (sarReference, sarTotal, sarPart);
        }

        bool isPart = total > 1 && part >= 1 && part <= total;
        var inbound = new InboundPart(
            isPart ? $"{connection.Group}|{from}|{to}|{reference}|{total}|{(udh.Is16Bit ? 16 : 8)}" : "",
            isPart ? part : 1,
            isPart ? total : 1,
            TimeNow(),
            content,
            connection.Name,
            from,
            number.Number);
        journal.Enqueue(new RecordInbound(notices, parts, completed, session, header, account, number, inbound));
    }

    private void KeepOrphan(ConnectionOptions connection, SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, string reason)
    {
        byte[] pdu = new byte[PduHeader.Bytes + body.Length];
        header.Write(pdu);
        body.CopyTo(pdu.AsSpan(PduHeader.Bytes));
        journal.Enqueue(new KeepOrphan(session, header, new OrphanPdu(connection.Name, TimeNow(), reason, pdu)));
    }

    /// <summary>E.164 with "+" where it has that form; short codes and names as they are.</summary>
    private static string NumberOf(ReadOnlySpan<byte> digits)
    {
        string text = Encoding.Latin1.GetString(digits);
        return E164.TryNormalize(text, out E164 number) ? number.ToString() : text;
    }

    // One line for each connection: the metric tells how often.
    private void NoteBrokenHeader(string connection)
    {
        notices.Metrics.BrokenHeader(connection);
        if (_brokenHeaders.TryAdd(connection, true)) Log.BrokenHeader(logger, connection);
    }

    private long TimeNow() => Messages.Micros.GetUtcMicros(time);

    /// <summary>What deliver_sm and data_sm have in common.</summary>
    private ref struct Delivered
    {
        public byte EsmClass;
        public byte DataCoding;
        public ReadOnlySpan<byte> Source;
        public ReadOnlySpan<byte> Destination;
        public ReadOnlySpan<byte> Text;
        public ReadOnlySpan<byte> Tlvs;
    }

    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Debug, "Connection {Connection} sent a PDU that cannot be read: {Status}")]
        public static partial void Unreadable(ILogger logger, string connection, string status);

        [LoggerMessage(2202, LogLevel.Warning, "Connection {Connection} brought a message for a number that no account owns: it is kept as an orphan")]
        public static partial void UnknownNumber(ILogger logger, string connection);

        [LoggerMessage(2203, LogLevel.Warning, "The journal is behind by {Waiting} changes: carriers ({Connection} and perhaps others) are asked to send receipts and inbound messages again")]
        public static partial void Deferred(ILogger logger, string connection, int waiting);

        [LoggerMessage(2204, LogLevel.Warning, "Connection {Connection} brings messages that announce a user data header and have none that can be read: they are taken as text, and this is not said again")]
        public static partial void BrokenHeader(ILogger logger, string connection);
    }
}
