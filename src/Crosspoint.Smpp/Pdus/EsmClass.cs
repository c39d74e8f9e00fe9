namespace Crosspoint.Smpp.Pdus;

/// <summary>Bits of esm_class (SMPP v3.4 §5.2.12).</summary>
public static class EsmClass
{
    /// <summary>Messaging mode datagram (bits 1-0, to the message centre).</summary>
    public const byte Datagram = 0x01;

    /// <summary>Messaging mode forward (transaction).</summary>
    public const byte Forward = 0x02;

    /// <summary>Messaging mode store and forward.</summary>
    public const byte StoreAndForward = 0x03;

    /// <summary>Type: the short message is a delivery receipt of the message centre.</summary>
    public const byte Receipt = 0x04;

    /// <summary>Type: delivery acknowledgement of the handset or application.</summary>
    public const byte DeliveryAcknowledgement = 0x08;

    /// <summary>Type: manual acknowledgement of the user.</summary>
    public const byte UserAcknowledgement = 0x10;

    /// <summary>Type: conversation abort (Korean CDMA).</summary>
    public const byte ConversationAbort = 0x18;

    /// <summary>Type: intermediate delivery notification.</summary>
    public const byte Intermediate = 0x20;

    /// <summary>The four type bits (5-2).</summary>
    public const byte TypeMask = 0x3C;

    /// <summary>The short message starts with a user data header.</summary>
    public const byte Udhi = 0x40;

    /// <summary>Reply path is set.</summary>
    public const byte ReplyPath = 0x80;

    /// <summary>True for a delivery receipt that is not an intermediate notification.</summary>
    public static bool IsReceipt(byte esmClass) => (esmClass & TypeMask) == Receipt;

    /// <summary>True for an intermediate notification: 0x20, alone or with the receipt bit as some carriers send it.</summary>
    public static bool IsIntermediate(byte esmClass) => (esmClass & TypeMask & ~Receipt) == Intermediate;

    /// <summary>True when the short message says that it starts with a user data header.</summary>
    public static bool HasUdhi(byte esmClass) => (esmClass & Udhi) != 0;
}
