namespace Crosspoint.Engine.Rating;

/// <summary>How the price of a segment came about. Each part is rounded for itself, so the parts give the sum exactly.</summary>
/// <param name="Row">The deck's row, as the vendor states it.</param>
/// <param name="Revision">The deck's revision; 0 for one of the configuration file.</param>
/// <param name="Rate">What a unit of the row's currency costs in the book's, in <see cref="Price.RateParts"/>.</param>
/// <param name="Micros">The row's price in micro-units of the book's currency.</param>
/// <param name="TotalMicros">With all fees.</param>
public sealed record PriceBreakdown(
    RateRow Row, long Revision, long Rate, long Micros, IReadOnlyList<PricedFee> Fees, long TotalMicros, string BookCurrency);

/// <summary>A fee within a price.</summary>
/// <param name="Nanos">As it was stated, in nano-units of its currency.</param>
/// <param name="Rate">What a unit of its currency costs in the book's, in <see cref="Price.RateParts"/>.</param>
/// <param name="Micros">In micro-units of the book's currency.</param>
public sealed record PricedFee(string Name, long Nanos, string Currency, long Rate, long Micros);
