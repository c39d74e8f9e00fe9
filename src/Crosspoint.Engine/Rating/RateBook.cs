using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// All prices at one moment, in micro-units of one currency. Each part of a price (the deck's row, each fee) is converted with the currency's price at
/// that moment and rounded to the nearest micro-unit, a half upwards.
/// </summary>
public sealed class RateBook : IRateBook
{
    private readonly Dictionary<string, ConnectionRates> _costs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccountRates> _sell = new(StringComparer.Ordinal);

    private RateBook(RateDefinition definition, DateTimeOffset moment, long revision, RateBook? earlier)
    {
        Definition = definition;
        Moment = moment;
        Revision = revision;
        long now = Micros.From(moment);
        long next = definition.Currencies.NextAfter(now);
        FeeTable? common = null;
        bool hasCommon = false;
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string connection, IReadOnlyList<DatedDeck> decks) in definition.Decks)
        {
            DatedDeck? inForce = null;
            foreach (DatedDeck dated in decks)
            {
                if (dated.From <= now) inForce = dated;
                else next = Math.Min(next, dated.From);
            }

            if (inForce is null) continue;
            next = Math.Min(next, inForce.Deck.NextAfter(now));
            PriceTable prices = PriceTable.Compile(
                inForce.Deck, definition.Currencies, now, earlier?._costs.GetValueOrDefault(connection)?.Prices, unknown);
            _costs.Add(connection, new(prices, FeesOf(connection), definition.Currencies, now, inForce.Revision));
        }

        foreach (Fee fee in definition.Fees) next = Math.Min(next, fee.Period.NextAfter(now));
        foreach (SellPrice price in definition.Sell.OrderBy(static price => price.Period.From))
        {
            next = Math.Min(next, price.Period.NextAfter(now));
            if (price.Period.Holds(now)) SetSell(price, definition.Currencies.RateAt(price.Currency, now), unknown);
        }

        NextChange = next == long.MaxValue ? null : Micros.ToInstant(next);
        UnknownCurrencies = [.. unknown.Order(StringComparer.Ordinal)];

        // Connections without fees of their own share one table: its sum serves a decision for all of them.
        FeeTable? FeesOf(string connection)
        {
            if (definition.Fees.Any(fee => fee.Connection == connection))
                return FeeTable.Compile(connection, definition.Fees, definition.Currencies, now, unknown);
            if (!hasCommon) common = FeeTable.Compile(null, definition.Fees, definition.Currencies, now, unknown);
            hasCommon = true;
            return common;
        }
    }

    public string Currency => Definition.Currencies.Base;

    public long Revision { get; }

    public DateTimeOffset? NextChange { get; }

    /// <summary>The moment of its prices.</summary>
    public DateTimeOffset Moment { get; }

    public RateDefinition Definition { get; }

    /// <summary>Currencies of prices that hold now whose own price is not known: what is stated in them counts as not stated.</summary>
    public IReadOnlyList<string> UnknownCurrencies { get; }

    /// <summary>Makes the book of a moment.</summary>
    /// <param name="earlier">One whose tables are used again where nothing differs.</param>
    public static RateBook Compile(RateDefinition definition, DateTimeOffset moment, long revision, RateBook? earlier = null) =>
        new(definition, moment, revision, earlier);

    public ConnectionRates? Cost(string connection) => _costs.GetValueOrDefault(connection);

    IRates? IRateBook.Cost(string connection) => Cost(connection);

    public IRates? Sell(string accountSid) => _sell.GetValueOrDefault(accountSid);

    private void SetSell(SellPrice price, long rate, HashSet<string> unknown)
    {
        if (rate == 0)
        {
            unknown.Add(price.Currency);
            return;
        }

        if (!_sell.TryGetValue(price.AccountSid, out AccountRates? rates)) _sell.Add(price.AccountSid, rates = new());
        rates.Set(price.Country, Price.ToMicros(price.Nanos, rate));
    }
}
