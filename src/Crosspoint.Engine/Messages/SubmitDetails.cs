namespace Crosspoint.Engine.Messages;

/// <summary>An address as an SMPP customer wrote it.</summary>
/// <param name="Ton">Type of number (SMPP v3.4 §5.2.5).</param>
/// <param name="Npi">Numbering plan (§5.2.6).</param>
/// <param name="Digits">The address field as received.</param>
public readonly record struct SubmitAddress(byte Ton, byte Npi, string Digits);

/// <summary>One part of a long message that a customer cut itself.</summary>
/// <param name="Number">1 to the number of parts.</param>
/// <param name="RegisteredDelivery">registered_delivery of the part's own PDU (SMPP v3.4 §5.2.17).</param>
/// <param name="Content">The part's text, until all parts are there; then null.</param>
/// <param name="IsUcs2">
/// The content holds octets of UCS-2, one to a character, as a part may end between the halves of a surrogate pair.
/// </param>
public sealed record SubmittedPart(byte Number, byte RegisteredDelivery, string? Content, bool IsUcs2);

/// <summary>
/// What a customer's submit_sm, data_sm or submit_multi said besides the text: what its receipts must repeat, and what later operations
/// compare.
/// </summary>
public sealed record SubmitDetails
{
    /// <summary>service_type as received: cancel_sm and replace_if_present compare it.</summary>
    public string ServiceType { get; init; } = "";

    public SubmitAddress Source { get; init; }

    public SubmitAddress Destination { get; init; }

    /// <summary>registered_delivery of a message that came whole (SMPP v3.4 §5.2.17).</summary>
    public byte RegisteredDelivery { get; init; }

    /// <summary>protocol_id as received; 0 for none.</summary>
    public byte ProtocolId { get; init; }

    /// <summary>data_coding as received: the text of replace_sm, which names none, is in it too (SMPP v3.4 §4.10).</summary>
    public byte DataCoding { get; init; }

    /// <summary>TLV user_message_reference, which receipts repeat; null for none.</summary>
    public ushort? UserReference { get; init; }

    /// <summary>submit_multi: its first message, whose id stands for all of them; default for that one, and for any other message.</summary>
    public MessageId Group { get; init; }

    /// <summary>submit_multi, on its first message: the keys of the others.</summary>
    public IReadOnlyList<long> Others { get; init; } = [];

    /// <summary>Parts of the whole; 0 when the message came in one PDU.</summary>
    public int PartCount { get; init; }

    /// <summary>The parts that came, in order of their numbers.</summary>
    public IReadOnlyList<SubmittedPart> Parts { get; init; } = [];
}
