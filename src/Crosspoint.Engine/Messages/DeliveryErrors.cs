namespace Crosspoint.Engine.Messages;

/// <summary>
/// Public error codes (those of the Twilio-shaped API) for what carriers say. Meanings from the vendor's public error pages;
/// what has no better word is 30008, "unknown error".
/// </summary>
public static class DeliveryErrors
{
    public const int UnreachableHandset = 30003;
    public const int Blocked = 30004;
    public const int UnknownHandset = 30005;
    public const int Filtered = 30007;
    public const int Unknown = 30008;
    public const int InboundPartMissing = 30009;
    public const int CarrierCongestion = 30017;
    public const int ValidityExpired = 30036;
    public const int ProviderTimeout = 30410;

    /// <summary>For a submit that a carrier refused for good (SMPP 3.4 §5.1.3).</summary>
    public static int ForCommandStatus(uint status) => status switch
    {
        0x0B or 0x50 or 0x51 => UnknownHandset,
        0x58 or 0x14 => CarrierCongestion,
        0x66 => Blocked,
        _ => Unknown,
    };

    /// <summary>For a final receipt's message_state (SMPP 3.4 §5.2.28).</summary>
    public static int ForReceipt(byte state) => state switch
    {
        3 => UnreachableHandset,
        8 => Filtered,
        _ => Unknown,
    };
}
