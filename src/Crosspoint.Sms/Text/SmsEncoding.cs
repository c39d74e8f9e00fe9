namespace Crosspoint.Sms.Text;

/// <summary>How the text of a message is written into octets.</summary>
public enum SmsEncoding : byte
{
    /// <summary>The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038 §6.2.1).</summary>
    Gsm7 = 0,

    /// <summary>ISO 8859-1, one octet a character.</summary>
    Latin1 = 1,

    /// <summary>UTF-16 big-endian, which is what the field means by UCS2: a surrogate pair takes two units.</summary>
    Ucs2 = 2,

    /// <summary>Octets without an alphabet; as text, each character U+0000 to U+00FF stands for its octet.</summary>
    Binary = 3,
}
