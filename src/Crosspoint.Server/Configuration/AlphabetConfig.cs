using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads the keys of a connection that say how text goes to the carrier.</summary>
internal static class AlphabetConfig
{
    // The least that holds a header with a 16-bit reference and two national tables and still sends the longest text in 255 parts.
    private const int LeastPayload = 40;

    /// <summary>What a default_alphabet may be called.</summary>
    public static readonly Dictionary<string, DefaultAlphabet> Names = new(StringComparer.Ordinal)
    {
        ["gsm"] = DefaultAlphabet.GsmUnpacked,
        ["gsm_packed"] = DefaultAlphabet.GsmPacked,
        ["latin1"] = DefaultAlphabet.Latin1,
        ["ascii"] = DefaultAlphabet.Ascii,
        ["utf8"] = DefaultAlphabet.Utf8,
    };

    private static readonly Dictionary<string, GsmLanguage> Languages = new(StringComparer.Ordinal)
    {
        ["turkish"] = GsmLanguage.Turkish,
        ["spanish"] = GsmLanguage.Spanish,
        ["portuguese"] = GsmLanguage.Portuguese,
    };

    public static CarrierAlphabet Read(ConfigSection section, SegmentMethod method)
    {
        CarrierAlphabet defaults = CarrierAlphabet.Default;
        CarrierAlphabet alphabet = defaults with
        {
            DefaultAlphabet = section.Choice("default_alphabet", defaults.DefaultAlphabet, Names),
            Languages = section.Has("languages") ? ReadLanguages(section) : defaults.Languages,
            PayloadSize = section.Int("payload_size", defaults.PayloadSize, LeastPayload, WireForm.FullPayload),
        };
        if (section.Group("data_coding") is { } group) alphabet = ReadCodings(group, alphabet);
        if (method == SegmentMethod.Payload)
        {
            // The carrier cuts: a header of ours would reach one part alone, and the size is its own.
            if (alphabet.Languages.Count > 0) section.Fail("languages", "needs a header in every part; with 'segments: payload' the carrier cuts");
            if (section.Has("payload_size")) section.Fail("payload_size", "says where to cut; with 'segments: payload' the carrier cuts");
        }

        bool isGsm = alphabet.GsmCoding != 0 || alphabet.DefaultAlphabet is DefaultAlphabet.GsmUnpacked or DefaultAlphabet.GsmPacked;
        if (alphabet.Languages.Count > 0 && !isGsm)
            section.Fail("languages", "are of GSM 7-bit; expected 'default_alphabet' gsm or gsm_packed, or a 'data_coding.gsm' other than 0");
        return alphabet == defaults ? defaults : alphabet;
    }

    private static CarrierAlphabet ReadCodings(ConfigSection group, CarrierAlphabet alphabet)
    {
        int gsm = group.Int("gsm", alphabet.GsmCoding, 0, 255);
        int ucs2 = group.Int("ucs2", alphabet.Ucs2Coding, 0, 255);
        int latin1 = group.Int("latin1", -1, 0, 255);
        group.Close();
        if (ucs2 == gsm) group.Fail("ucs2", $"is {ucs2} as for 'gsm': the carrier could not tell them apart");
        if (latin1 == ucs2) group.Fail("latin1", $"is {latin1} as for 'ucs2': the carrier could not tell them apart");

        // Where the default is Latin-1 itself, the same value says that it takes the rest of Latin-1 too.
        bool isDefault = latin1 == 0 && alphabet.DefaultAlphabet == DefaultAlphabet.Latin1;
        if (latin1 == gsm && !isDefault) group.Fail("latin1", $"is {latin1} as for 'gsm': the carrier could not tell them apart");
        return alphabet with { GsmCoding = (byte)gsm, Ucs2Coding = (byte)ucs2, Latin1Coding = latin1 < 0 ? null : (byte)latin1 };
    }

    private static List<GsmLanguage> ReadLanguages(ConfigSection section)
    {
        string expected = string.Join(", ", Languages.Keys);
        var list = new List<GsmLanguage>();
        foreach (ConfigItem item in section.Items("languages", expected) ?? [])
        {
            if (!Languages.TryGetValue(item.Text, out GsmLanguage language))
                section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {expected}");
            else if (list.Contains(language))
                section.Errors.Add(item.Line, item.Path, $"is '{item.Text}', which stands here already");
            else
                list.Add(language);
        }

        return list;
    }
}
