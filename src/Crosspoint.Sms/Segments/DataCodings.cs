using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>Values of data_coding (SMPP v3.4 §5.2.19).</summary>
public static class DataCodings
{
    /// <summary>Gives the value to send for an encoding: 0, 3, 8, and 4 for binary.</summary>
    public static byte For(SmsEncoding encoding) => encoding switch
    {
        SmsEncoding.Latin1 => 0x03,
        SmsEncoding.Ucs2 => 0x08,
        SmsEncoding.Binary => 0x04,
        _ => 0x00,
    };
}
