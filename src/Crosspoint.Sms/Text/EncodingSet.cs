namespace Crosspoint.Sms.Text;

/// <summary>The encodings that a connector accepts.</summary>
[Flags]
public enum EncodingSet : byte
{
    /// <summary>None named: <see cref="SmsEncoding.Ucs2"/> is used, since it can say everything.</summary>
    None = 0,

    /// <summary><see cref="SmsEncoding.Gsm7"/>.</summary>
    Gsm7 = 1,

    /// <summary><see cref="SmsEncoding.Latin1"/>.</summary>
    Latin1 = 2,

    /// <summary><see cref="SmsEncoding.Ucs2"/>.</summary>
    Ucs2 = 4,
}
