using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Api.V1;

/// <summary>The parameters that name a country, a network and a class, in lists by these. Null where one was not given.</summary>
internal static class CellParameters
{
    /// <summary>What stands for a country or a network that is not known.</summary>
    public const string Unknown = "unknown";

    /// <param name="country">Empty for those of which it is not known.</param>
    public static Problem? ReadCountry(Dictionary<string, string> query, out string? country)
    {
        if (!query.TryGetValue("country", out country)) return null;
        if (country != Unknown && !LimitConfig.CountryForm().IsMatch(country))
            return Wrong("Expected an ISO 3166-1 code of two capitals, such as US, or 'unknown'.", "country");
        if (country == Unknown) country = "";
        return null;
    }

    public static Problem? ReadNetwork(Dictionary<string, string> query, out NetworkId? network)
    {
        network = null;
        if (!query.TryGetValue("network", out string? text)) return null;
        NetworkId id = NetworkId.Unknown;
        if (text != Unknown && !NetworkId.TryParse(text, out id)) return Wrong("Expected MCC and MNC, such as 26201, or 'unknown'.", "network");
        network = Networks.Resolve(id);
        return null;
    }

    public static Problem? ReadClass(Dictionary<string, string> query, out TrafficClass? trafficClass)
    {
        trafficClass = null;
        if (!query.TryGetValue("class", out string? name)) return null;
        if (!AccountConfig.Classes.TryGetValue(name, out TrafficClass one))
            return Wrong($"Expected one of: {string.Join(", ", AccountConfig.Classes.Keys)}.", "class");
        trafficClass = one;
        return null;
    }

    /// <summary>One of several words.</summary>
    public static Problem? ReadWord<T>(Dictionary<string, string> query, string name, Dictionary<string, T> words, T fallback, out T value)
    {
        value = fallback;
        if (!query.TryGetValue(name, out string? word) || words.TryGetValue(word, out value!)) return null;
        return Wrong($"Expected one of: {string.Join(", ", words.Keys)}.", name);
    }

    public static Problem Wrong(string expected, string parameter) => new(ProblemKind.ParameterInvalid, expected, parameter);
}
