using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>What segments cost and sell for at one moment: an immutable snapshot, already converted into one currency.</summary>
public interface IRateBook
{
    /// <summary>ISO 4217 code of the currency of all prices.</summary>
    string Currency { get; }

    /// <summary>Rises with every change.</summary>
    long Revision { get; }

    /// <summary>When a dated price begins or ends, and another snapshot takes this one's place; null when none is known.</summary>
    DateTimeOffset? NextChange { get; }

    /// <summary>The prices of a connection; null when it has none.</summary>
    IRates? Cost(string connection);

    /// <summary>What an account pays; null when it has no prices.</summary>
    IRates? Sell(string accountSid);
}

/// <summary>Prices by destination. Looked up for each decision: allocates nothing.</summary>
public interface IRates
{
    /// <summary>The price of a segment, fees included; false when there is none for the destination.</summary>
    /// <param name="micros">Micro-units of the book's currency: 0.0075 EUR is 7,500.</param>
    bool TryFind(in Destination destination, out long micros);

    /// <summary>The same where the sender is known: with the fees that depend on it, which the other leaves out.</summary>
    bool TryFind(in Destination destination, in RatedSender sender, out long micros) => TryFind(destination, out micros);
}
