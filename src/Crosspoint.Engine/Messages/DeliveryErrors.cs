namespace Crosspoint.Engine.Messages;

/// <summary>
/// Public error codes (those of the Twilio-shaped API) for what carriers say. Meanings from the vendor's public error pages;
/// what has no better word is 30008, "unknown error".
/// </summary>
public static class DeliveryErrors
{
    /// <summary>For a submit that a carrier refused for good (SMPP 3.4 §5.1.3).</summary>
    public static int ForCommandStatus(uint status) => status switch
    {
        0x0B or 0x50 or 0x51 => ErrorCodes.HandsetUnknown,
        0x58 or 0x14 => ErrorCodes.CarrierCongestion,
        0x66 => ErrorCodes.Blocked,
        _ => ErrorCodes.Unknown,
    };

    /// <summary>For a final receipt's message_state (SMPP 3.4 §5.2.28).</summary>
    public static int ForReceipt(byte state) => state switch
    {
        3 => ErrorCodes.HandsetUnreachable,
        8 => ErrorCodes.Filtered,
        _ => ErrorCodes.Unknown,
    };
}
