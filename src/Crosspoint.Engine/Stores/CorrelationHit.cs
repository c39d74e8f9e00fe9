using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>A segment that a vendor id points to.</summary>
public readonly record struct CorrelationHit(long Key, int Segment);

/// <summary>A receipt that came before the vendor's answer, or that belongs to nothing we know.</summary>
/// <param name="Group">Connection group.</param>
/// <param name="VendorId">The id as the receipt wrote it (the TLV's when there is one).</param>
/// <param name="TextId">The id in the text when it differs; null otherwise.</param>
/// <param name="At">Microseconds of arrival.</param>
/// <param name="State">SMPP message_state.</param>
/// <param name="Error">The receipt's own error text, or null.</param>
/// <param name="Recipient">The handset's number as the receipt wrote it.</param>
/// <param name="Connection">The connection that brought it.</param>
/// <param name="Format">How ids in it compare with those in the vendor's answers.</param>
public sealed record ParkedReceipt(
    string Group, string VendorId, string? TextId, long At, byte State, string? Error, string Recipient, string Connection,
    VendorIdFormat Format = VendorIdFormat.Auto);

/// <summary>A PDU that nobody claims.</summary>
public sealed record OrphanPdu(string Connection, long At, string Reason, byte[] Pdu);

/// <summary>What an idempotency key stands for.</summary>
/// <param name="BodyHash">SHA-256 of the request's body.</param>
/// <param name="Keys">Keys of the messages that the request made, in the order of the request; -1 where one was refused.</param>
/// <param name="Answer">The answer's body, when it cannot be rebuilt from the messages; else null.</param>
public sealed record IdempotencyRecord(string Account, string Key, long At, byte[] BodyHash, long[] Keys, byte[]? Answer);

/// <summary>One part of a long inbound message.</summary>
/// <param name="PartKey">Everything that says which message it belongs to, as text.</param>
/// <param name="Number">1 to <paramref name="Total"/>.</param>
/// <param name="At">Microseconds of arrival.</param>
/// <param name="Text">The part's text.</param>
public sealed record InboundPart(string PartKey, int Number, int Total, long At, string Text, string Connection, string From, string To);
