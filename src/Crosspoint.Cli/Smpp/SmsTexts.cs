using Crosspoint.Smpp.Explain;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Cli.Smpp;

/// <summary>Reads texts for explanations in the alphabets of the SMS library.</summary>
internal static class SmsTexts
{
    /// <summary>What data_coding 0 is taken for, by the word of the command line.</summary>
    public static readonly IReadOnlyDictionary<string, DefaultAlphabet> Alphabets = new Dictionary<string, DefaultAlphabet>
    {
        ["gsm"] = DefaultAlphabet.GsmUnpacked,
        ["gsm-packed"] = DefaultAlphabet.GsmPacked,
        ["latin1"] = DefaultAlphabet.Latin1,
        ["ascii"] = DefaultAlphabet.Ascii,
        ["utf8"] = DefaultAlphabet.Utf8,
    };

    public static PduTextDecoder Decoder(DefaultAlphabet alphabet) => (userData, dataCoding, headerBytes) =>
    {
        if (DataCodings.IsBinary(dataCoding)) return null;
        bool hasHeader = UserDataHeaders.TryParse(userData, out UserDataHeader header) && headerBytes > 0;
        GsmShiftTables tables = hasHeader ? header.ShiftTables : default;
        return InboundText.Decode(userData[headerBytes..], dataCoding, alphabet, tables, GsmAlphabet.FillBits(headerBytes));
    };
}
