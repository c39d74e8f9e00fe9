using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Rates;

/// <summary>A document of prices that is kept whole, as it was written: JSON or YAML with the keys of <c>rates</c> in the configuration file.</summary>
internal static class RateDocument
{
    public const string RatesKind = "rates";
    public const string DeckKind = "deck";
    public const string MappingKind = "mapping";

    public const string Currencies = "currencies";
    public const string Fees = "fees";
    public const string Sell = "sell";

    /// <summary>Longest document: some hundred thousand prices.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    public static IReadOnlyList<string> Names { get; } = [Currencies, Fees, Sell];

    public static ResourceName Resource(string name) => new(RatesKind, name);

    public static ResourceName Deck(string connection) => new(DeckKind, connection);

    public static ResourceName Mapping(string connection) => new(MappingKind, connection);

    /// <summary>A definition with the document in place of the one of that name; null beside errors.</summary>
    public static RateDefinition? Apply(RateDefinition definition, string name, byte[] text, RateNames names, ConfigErrors errors)
    {
        RateDefinition? applied = Read(text, errors) is not { } section ? null : name switch
        {
            Currencies => definition with { Currencies = RateConfig.ReadCurrencies(section) },
            Fees => definition with { Fees = RateConfig.ReadFees(section, names) },
            _ => definition with { Sell = RateConfig.ReadSell(section, names) },
        };
        return Closed(applied, Read(text, errors: null), name, errors);
    }

    /// <summary>A mapping; null beside errors.</summary>
    public static DeckMapping? ReadMapping(byte[] text, ConfigErrors errors)
    {
        DeckMapping? mapping = Read(text, errors) is { } section ? DeckMappingConfig.Read(section) : null;
        return errors.Errors.Count == 0 ? mapping : null;
    }

    // Which keys are known depends on the document: another one's are refused by name.
    private static RateDefinition? Closed(RateDefinition? applied, ConfigSection? section, string name, ConfigErrors errors)
    {
        if (section is not null)
        {
            string[] known = name == Currencies ? ["base", Currencies] : [name];
            foreach (string key in section.Keys())
            {
                if (!known.Contains(key)) errors.Add(section.LineOf(key), key, $"is not a known key; known here: {string.Join(", ", known)}");
            }

            if (!section.Keys().Any(known.Contains)) errors.Add(1, known[^1], $"is missing; expected a list of {name}");
        }

        return errors.Errors.Count == 0 ? applied : null;
    }

    private static ConfigSection? Read(byte[] text, ConfigErrors? errors) => ConfigText.Read(text, errors ?? new("body"));
}
