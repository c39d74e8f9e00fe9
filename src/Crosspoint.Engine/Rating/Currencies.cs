using System.Collections.Frozen;

namespace Crosspoint.Engine.Rating;

/// <summary>The currencies in circulation, by their codes of ISO 4217.</summary>
public static class Currencies
{
    /// <summary>What is expected, for refusals.</summary>
    public const string Expected = "an ISO 4217 code of three capitals, such as EUR";

    private const string Codes =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK "
        + "DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
        + "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK "
        + "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
        + "USD UYU UZS VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG";

    private static readonly FrozenSet<string> Known = Codes.Split(' ').ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Gives the one instance of a code; false for what is none. Capitals and small letters are the same.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, out string code)
    {
        code = "";
        if (text.Length != 3) return false;
        Span<char> upper = stackalloc char[3];
        text.ToUpperInvariant(upper);
        if (!Lookup.TryGetValue(upper, out string? found)) return false;
        code = found;
        return true;
    }
}
