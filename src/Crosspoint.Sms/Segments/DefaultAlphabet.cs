namespace Crosspoint.Sms.Segments;

/// <summary>What a carrier means by data_coding 0, the "SMSC default alphabet" (SMPP v3.4 §5.2.19).</summary>
public enum DefaultAlphabet : byte
{
    /// <summary>GSM 7-bit, one septet in each octet: what most carriers mean.</summary>
    GsmUnpacked = 0,

    /// <summary>GSM 7-bit, packed; after a user data header with fill bits.</summary>
    GsmPacked = 1,

    /// <summary>ISO 8859-1.</summary>
    Latin1 = 2,

    /// <summary>ASCII.</summary>
    Ascii = 3,

    /// <summary>UTF-8.</summary>
    Utf8 = 4,
}
