namespace Crosspoint.Sms.Segments;

/// <summary>What data_coding says about the octets of a message.</summary>
internal enum ContentAlphabet : byte
{
    /// <summary>What the carrier calls its default.</summary>
    CarrierDefault,

    /// <summary>GSM 7-bit by name, packed or not as the carrier's default is.</summary>
    Gsm,

    /// <summary>ASCII (IA5).</summary>
    Ascii,

    /// <summary>ISO 8859-1.</summary>
    Latin1,

    /// <summary>UTF-16 big-endian.</summary>
    Ucs2,

    /// <summary>No alphabet.</summary>
    Binary,

    /// <summary>ISO 8859-5.</summary>
    Cyrillic,

    /// <summary>ISO 8859-8.</summary>
    Hebrew,

    /// <summary>JIS X 0208 as Shift JIS, which is how it is sent.</summary>
    ShiftJis,

    /// <summary>ISO 2022-JP.</summary>
    Iso2022Jp,

    /// <summary>Extended Kanji as EUC-JP.</summary>
    EucJp,

    /// <summary>KS C 5601.</summary>
    Korean,
}
