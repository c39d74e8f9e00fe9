using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Quality;

/// <summary>How wide a key is.</summary>
public enum QualityLevel : byte
{
    Connection,
    Country,
    Network,
    Class,
}

/// <summary>What is known of one key.</summary>
public sealed record QualityRow
{
    /// <summary>Where it stands in the order of all: what the next page begins after.</summary>
    public required ulong Place { get; init; }

    public required QualityLevel Level { get; init; }

    public required string Connection { get; init; }

    /// <summary>ISO 3166-1 code; empty where it is not known, null for all countries.</summary>
    public string? Country { get; init; }

    /// <summary>Unknown for all networks, and for numbers of which it is not known.</summary>
    public NetworkId Network { get; init; }

    /// <summary>Null for all classes.</summary>
    public TrafficClass? Class { get; init; }

    /// <summary>What routing goes by; of levels above the class without feedback.</summary>
    public required QualityEstimate Estimate { get; init; }

    /// <summary>Messages of its own that count as delivered or not, older ones counting less.</summary>
    public double Messages { get; init; }

    /// <summary>Within which 95 % of the receipts of delivered messages come.</summary>
    public TimeSpan ReceiptP95 { get; init; }

    /// <summary>How far receipts are borne out by feedback, 0 to 1; null where there is none, or nothing to compare it with.</summary>
    public double? Trust { get; init; }

    /// <summary>Messages with feedback of its connection, country and class, older ones counting less.</summary>
    public double Feedback { get; init; }
}

/// <summary>Which keys are wanted; null for all.</summary>
/// <param name="Country">Empty for those of no known country.</param>
/// <param name="Network"><see cref="NetworkId.Unknown"/> for those of no known network.</param>
public readonly record struct QualityFilter(
    QualityLevel Level, string? Connection = null, string? Country = null, NetworkId? Network = null, TrafficClass? Class = null, bool? IsSuspect = null);

/// <summary>What is known of a connection as a whole.</summary>
/// <param name="Delivery">Probability by receipts that a message is delivered.</param>
/// <param name="Feedback">Messages with feedback, older ones counting less.</param>
/// <param name="Suspects">Countries and classes in which its receipts are suspect.</param>
/// <param name="FirstSuspect">One of those, for people; empty for none.</param>
public readonly record struct ConnectionQuality(string Connection, double Delivery, double Feedback, int Suspects, string FirstSuspect);
