using System.Buffers.Binary;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>
/// A delivery receipt, read from the text of a deliver_sm (SMPP v3.4 appendix B, "vendor specific, typical") and its TLVs.
/// Fields may stand in any order and may be missing; a date that cannot be read is null. Nothing is copied or allocated.
/// </summary>
public ref partial struct DeliveryReceipt
{
    /// <summary>The id in the text; empty when the text has none.</summary>
    public ReadOnlySpan<byte> TextId { get; private set; }

    /// <summary>TLV receipted_message_id without its null; empty when there is none.</summary>
    public ReadOnlySpan<byte> TlvId { get; private set; }

    /// <summary>
    /// The state: TLV message_state before the text. <see cref="MessageState.Unknown"/> for a word that the standard does not name.
    /// </summary>
    public MessageState State { get; private set; }

    /// <summary>The word behind <c>stat:</c> as it stands; empty when the text has none.</summary>
    public ReadOnlySpan<byte> StateText { get; private set; }

    /// <summary>The field <c>err:</c> as it stands, often not a number; empty when the text has none.</summary>
    public ReadOnlySpan<byte> ErrorCode { get; private set; }

    /// <summary>TLV network_error_code: three octets, network type (3 is GSM) and a 16-bit code; empty when there is none.</summary>
    public ReadOnlySpan<byte> NetworkErrorCode { get; private set; }

    /// <summary><c>submit date:</c> taken as UTC; null when missing, zero or not a date.</summary>
    public DateTimeOffset? SubmitDate { get; private set; }

    /// <summary><c>done date:</c> taken as UTC; null when missing, zero or not a date.</summary>
    public DateTimeOffset? DoneDate { get; private set; }

    /// <summary>The field <c>sub:</c> as it stands; empty when missing.</summary>
    public ReadOnlySpan<byte> Submitted { get; private set; }

    /// <summary>The field <c>dlvrd:</c> as it stands; empty when missing.</summary>
    public ReadOnlySpan<byte> Delivered { get; private set; }

    /// <summary>The start of the message behind <c>text:</c>, to the end of the receipt; empty when missing.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The code of the network as a number from TLV network_error_code; null when there is none.</summary>
    public readonly int? NetworkErrorNumber =>
        NetworkErrorCode.Length == 3 ? BinaryPrimitives.ReadUInt16BigEndian(NetworkErrorCode[1..]) : null;

    /// <summary>Reads a receipt.</summary>
    /// <param name="text">The text of the message, GSM, ASCII or Latin-1; may be empty when the TLVs say all.</param>
    /// <param name="tlvs">The TLVs of the message.</param>
    /// <param name="receipt">What was found.</param>
    /// <returns>True when there is an id and a state, each from the text or from the TLVs.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, TlvReader tlvs, out DeliveryReceipt receipt)
    {
        receipt = default;
        receipt.State = MessageState.Unknown;
        receipt.ReadText(text);
        var hasState = false;
        if (!receipt.StateText.IsEmpty)
        {
            receipt.State = ParseState(receipt.StateText);
            hasState = true;
        }

        if (tlvs.TryGetText(TlvTag.ReceiptedMessageId, out ReadOnlySpan<byte> id)) receipt.TlvId = id;
        if (tlvs.TryGet(TlvTag.NetworkErrorCode, out ReadOnlySpan<byte> code) && code.Length == 3) receipt.NetworkErrorCode = code;
        if (tlvs.TryGetByte(TlvTag.MessageState, out byte state))
        {
            receipt.State = state <= (byte)MessageState.Skipped ? (MessageState)state : MessageState.Unknown;
            hasState = true;
        }

        return hasState && (!receipt.TextId.IsEmpty || !receipt.TlvId.IsEmpty);
    }

    /// <summary>Writes the text of a receipt: ten-digit dates in UTC, three-digit counts, the first 20 octets of the text.</summary>
    /// <param name="destination">Where the text goes; 160 octets are enough for ids of up to 20.</param>
    /// <param name="id">The message id.</param>
    /// <param name="submitted">Parts submitted, 0 to 999.</param>
    /// <param name="delivered">Parts delivered, 0 to 999.</param>
    /// <param name="submitDate">When the message was submitted.</param>
    /// <param name="doneDate">When it reached its state.</param>
    /// <param name="state">The state.</param>
    /// <param name="error">The error, three characters by custom, for example <c>000</c>.</param>
    /// <param name="text">The start of the message; cut to 20 octets.</param>
    /// <returns>The octets written; 0 when the room does not do.</returns>
    public static int Write(
        Span<byte> destination,
        ReadOnlySpan<byte> id,
        int submitted,
        int delivered,
        DateTimeOffset submitDate,
        DateTimeOffset doneDate,
        MessageState state,
        ReadOnlySpan<byte> error,
        ReadOnlySpan<byte> text)
    {
        if (text.Length > 20) text = text[..20];
        Span<byte> number = stackalloc byte[3];
        Span<byte> date = stackalloc byte[10];
        var writer = new BodyWriter(destination);
        writer.Octets("id:"u8);
        writer.Octets(id);
        writer.Octets(" sub:"u8);
        WriteCount(number, submitted);
        writer.Octets(number);
        writer.Octets(" dlvrd:"u8);
        WriteCount(number, delivered);
        writer.Octets(number);
        writer.Octets(" submit date:"u8);
        WriteDate(date, submitDate);
        writer.Octets(date);
        writer.Octets(" done date:"u8);
        WriteDate(date, doneDate);
        writer.Octets(date);
        writer.Octets(" stat:"u8);
        writer.Octets(StateName(state));
        writer.Octets(" err:"u8);
        writer.Octets(error);
        writer.Octets(" text:"u8);
        writer.Octets(text);
        return writer.Finish(out int written) ? written : 0;
    }

    /// <summary>The word of a state as receipts spell it, for example <c>DELIVRD</c>.</summary>
    public static ReadOnlySpan<byte> StateName(MessageState state) => state switch
    {
        MessageState.Scheduled => "SCHEDULED"u8,
        MessageState.Enroute => "ENROUTE"u8,
        MessageState.Delivered => "DELIVRD"u8,
        MessageState.Expired => "EXPIRED"u8,
        MessageState.Deleted => "DELETED"u8,
        MessageState.Undeliverable => "UNDELIV"u8,
        MessageState.Accepted => "ACCEPTD"u8,
        MessageState.Rejected => "REJECTD"u8,
        MessageState.Skipped => "SKIPPED"u8,
        _ => "UNKNOWN"u8,
    };

    private static void WriteCount(Span<byte> destination, int value)
    {
        value = Math.Clamp(value, 0, 999);
        destination[2] = (byte)('0' + (value % 10));
        destination[1] = (byte)('0' + (value / 10 % 10));
        destination[0] = (byte)('0' + (value / 100));
    }

    private static void WriteDate(Span<byte> destination, DateTimeOffset value)
    {
        DateTime utc = value.UtcDateTime;
        SmppTime.TwoDigits(destination, utc.Year % 100);
        SmppTime.TwoDigits(destination[2..], utc.Month);
        SmppTime.TwoDigits(destination[4..], utc.Day);
        SmppTime.TwoDigits(destination[6..], utc.Hour);
        SmppTime.TwoDigits(destination[8..], utc.Minute);
    }
}
