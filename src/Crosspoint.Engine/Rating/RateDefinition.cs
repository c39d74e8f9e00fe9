namespace Crosspoint.Engine.Rating;

/// <summary>A deck from the moment on at which it takes the place of the one before.</summary>
/// <param name="Revision">Its number in the store; 0 for one of the configuration file.</param>
/// <param name="From">Microseconds since 1970.</param>
public sealed record DatedDeck(RateDeck Deck, long Revision, long From);

/// <summary>All that prices are made of, as it was given; immutable.</summary>
public sealed record RateDefinition
{
    public static RateDefinition Empty { get; } = new();

    public CurrencyTable Currencies { get; init; } = CurrencyTable.Default;

    /// <summary>By connection: the deck in force and those that take over later, by their time.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DatedDeck>> Decks { get; init; } = new Dictionary<string, IReadOnlyList<DatedDeck>>();

    public IReadOnlyList<Fee> Fees { get; init; } = [];

    public IReadOnlyList<SellPrice> Sell { get; init; } = [];
}
