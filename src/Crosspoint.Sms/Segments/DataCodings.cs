using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>Values of data_coding (SMPP v3.4 §5.2.19; from 0x10 on as 3GPP TS 23.038 §4).</summary>
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

    /// <summary>Tells whether the octets have no alphabet: eight-bit data, or text compressed by 3GPP TS 23.042.</summary>
    public static bool IsBinary(byte dataCoding) => AlphabetOf(dataCoding) == ContentAlphabet.Binary;

    /// <summary>Tells whether the message is for the display alone and not kept (class 0, "flash").</summary>
    public static bool IsFlash(byte dataCoding) => dataCoding switch
    {
        < 0x80 => (dataCoding & 0x13) == 0x10,
        >= 0xF0 => (dataCoding & 0x03) == 0,
        _ => false,
    };

    /// <summary>Gives the alphabet of the octets.</summary>
    internal static ContentAlphabet AlphabetOf(byte dataCoding) => dataCoding switch
    {
        0x00 => ContentAlphabet.CarrierDefault,
        0x01 => ContentAlphabet.Ascii,
        0x02 or 0x04 => ContentAlphabet.Binary,
        0x03 => ContentAlphabet.Latin1,
        0x05 or 0x09 => ContentAlphabet.ShiftJis,
        0x06 => ContentAlphabet.Cyrillic,
        0x07 => ContentAlphabet.Hebrew,
        0x08 => ContentAlphabet.Ucs2,
        0x0A => ContentAlphabet.Iso2022Jp,
        0x0D => ContentAlphabet.EucJp,
        0x0E => ContentAlphabet.Korean,
        < 0x10 => ContentAlphabet.CarrierDefault,
        // 3GPP TS 23.038 §4, general and automatic deletion groups: bit 5 = compressed, bits 3 and 2 = alphabet.
        < 0x80 => (dataCoding & 0x2C) switch
        {
            0x00 => ContentAlphabet.Gsm,
            0x08 => ContentAlphabet.Ucs2,
            0x04 or >= 0x20 => ContentAlphabet.Binary,
            _ => ContentAlphabet.CarrierDefault,
        },
        < 0xC0 => ContentAlphabet.CarrierDefault,
        // Message waiting: 0xEx is its UCS2 form.
        < 0xE0 => ContentAlphabet.Gsm,
        < 0xF0 => ContentAlphabet.Ucs2,
        _ => (dataCoding & 0x04) != 0 ? ContentAlphabet.Binary : ContentAlphabet.Gsm,
    };
}
