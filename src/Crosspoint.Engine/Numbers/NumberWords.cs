using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>The words for kinds of numbers and for sources of networks, in the API and in configuration.</summary>
public static class NumberWords
{
    /// <summary>Kinds of numbers by their words.</summary>
    public static IReadOnlyDictionary<string, NumberType> Types { get; } = Enum.GetValues<NumberType>().ToDictionary(Of, StringComparer.Ordinal);

    public static string Of(NumberType type) => type switch
    {
        NumberType.Mobile => "mobile",
        NumberType.FixedLine => "fixed_line",
        NumberType.FixedLineOrMobile => "fixed_line_or_mobile",
        NumberType.TollFree => "toll_free",
        NumberType.PremiumRate => "premium_rate",
        NumberType.SharedCost => "shared_cost",
        NumberType.Voip => "voip",
        NumberType.PersonalNumber => "personal_number",
        NumberType.Pager => "pager",
        NumberType.Uan => "uan",
        NumberType.Voicemail => "voicemail",
        _ => "unknown",
    };

    public static string Of(NetworkSource source) => source switch
    {
        NetworkSource.Range => "range",
        NetworkSource.Ported => "ported",
        NetworkSource.LookedUp => "lookup",
        _ => "none",
    };
}
