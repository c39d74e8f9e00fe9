using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>What a carrier makes of data_coding, and which forms of text it takes.</summary>
public sealed record CarrierAlphabet
{
    /// <summary>GSM 7-bit unpacked with data_coding 0, UCS2 with 8, no Latin-1 and no national tables: what most carriers take.</summary>
    public static CarrierAlphabet Default { get; } = new();

    /// <summary>What the carrier means by data_coding 0. Default: GSM 7-bit, unpacked.</summary>
    public DefaultAlphabet DefaultAlphabet { get; init; }

    /// <summary>data_coding of text that GSM 7-bit holds. Default: 0. With another value the text is GSM 7-bit by name.</summary>
    public byte GsmCoding { get; init; }

    /// <summary>data_coding of Latin-1. Default: null, for a carrier that gets none.</summary>
    public byte? Latin1Coding { get; init; }

    /// <summary>data_coding of UCS2. Default: 8.</summary>
    public byte Ucs2Coding { get; init; } = 0x08;

    /// <summary>Languages whose shift tables the carrier passes on; of equals the first is taken. Default: none.</summary>
    public IReadOnlyList<GsmLanguage> Languages { get; init; } = [];

    /// <summary>Octets of user data in one segment, header included, as the phone gets it: 40 to 140. Default: 140.</summary>
    public int PayloadSize { get; init; } = WireForm.FullPayload;

    /// <summary>How text that GSM 7-bit holds is written.</summary>
    internal DefaultAlphabet Written => GsmCoding == 0 || DefaultAlphabet == DefaultAlphabet.GsmPacked
        ? DefaultAlphabet
        : DefaultAlphabet.GsmUnpacked;

    /// <summary>True when a message's own encoding decides alone how it goes.</summary>
    internal bool IsPlain => DefaultAlphabet == DefaultAlphabet.GsmUnpacked && Latin1Coding is null && Languages.Count == 0;

    /// <summary>Gives the data_coding to send for an encoding; binary is 4 as ever.</summary>
    public byte CodingOf(SmsEncoding encoding) => encoding switch
    {
        SmsEncoding.Gsm7 => GsmCoding,
        SmsEncoding.Latin1 => Latin1Coding ?? DataCodings.For(encoding),
        SmsEncoding.Ucs2 => Ucs2Coding,
        _ => DataCodings.For(encoding),
    };
}
