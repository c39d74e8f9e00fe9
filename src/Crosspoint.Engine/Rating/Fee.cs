using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>What a segment costs besides its price in the deck, such as a carrier's surcharge. All conditions that are given must fit.</summary>
public sealed record Fee
{
    /// <summary>Any campaign, for <see cref="Campaign"/>.</summary>
    public const string AnyCampaign = "*";

    /// <summary>What it is called in explanations.</summary>
    public required string Name { get; init; }

    /// <summary>Nano-units of the currency, for each segment.</summary>
    public required long Nanos { get; init; }

    public required string Currency { get; init; }

    /// <summary>Null for every connection.</summary>
    public string? Connection { get; init; }

    /// <summary>ISO 3166-1 code of the recipient's country; null for every.</summary>
    public string? Country { get; init; }

    /// <summary>The recipient's network; unknown for every, known or not.</summary>
    public NetworkId Network { get; init; }

    /// <summary>Null for every sender.</summary>
    public SenderKind? SenderKind { get; init; }

    /// <summary>The message's campaign, or <see cref="AnyCampaign"/>; null for messages with and without one.</summary>
    public string? Campaign { get; init; }

    public RatePeriod Period { get; init; } = RatePeriod.Always;
}

/// <summary>What an account pays for a segment to a country.</summary>
/// <param name="Country">ISO 3166-1 code.</param>
/// <param name="Nanos">Nano-units of the currency.</param>
public sealed record SellPrice(string AccountSid, string Country, long Nanos, string Currency, RatePeriod Period);

/// <summary>What is known of a message's sender, for the fees that depend on it.</summary>
/// <param name="Kind">Null when it is not chosen yet.</param>
/// <param name="Campaign">Null when the message belongs to none.</param>
public readonly record struct RatedSender(SenderKind? Kind, string? Campaign);
