using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Quality;

/// <summary>
/// What a quality belongs to, in one number: connection, country, network and class. A field that is left out (0) makes the parent: a class
/// borrows from its network, a network from its country, a country from its connection.
/// </summary>
internal readonly record struct QualityKey(ulong Value)
{
    private const int ClassBits = 3;
    private const int NetworkBits = 21;
    private const int CountryBits = 10;
    private const int NetworkShift = ClassBits;
    private const int CountryShift = NetworkShift + NetworkBits;
    private const int ConnectionShift = CountryShift + CountryBits;
    private const ulong ClassMask = (1UL << ClassBits) - 1;
    private const ulong NetworkMask = ((1UL << NetworkBits) - 1) << NetworkShift;
    private const ulong CountryMask = ((1UL << CountryBits) - 1) << CountryShift;

    /// <summary>The key with everything that is known.</summary>
    public static QualityKey Of(int connection, string country, NetworkId network, TrafficClass trafficClass) => new(
        ((ulong)connection << ConnectionShift)
        | ((ulong)NumberOf(country) << CountryShift)
        | ((ulong)NumberOf(network) << NetworkShift)
        | ((ulong)trafficClass + 1));

    /// <summary>The key of all that a connection carries.</summary>
    public static QualityKey Of(int connection) => new((ulong)connection << ConnectionShift);

    /// <summary>The key of a network, of all connections and classes.</summary>
    public static QualityKey OfNetwork(string country, NetworkId network) =>
        new(((ulong)NumberOf(country) << CountryShift) | ((ulong)NumberOf(network) << NetworkShift));

    /// <summary>The same on a connection, of a key without one.</summary>
    public QualityKey On(int connection) => new(Value | ((ulong)connection << ConnectionShift));

    public int Connection => (int)(Value >> ConnectionShift);

    /// <summary>Null for all countries; empty where it is not known.</summary>
    public string? Country
    {
        get
        {
            int number = (int)((Value & CountryMask) >> CountryShift) - 1;
            if (number < 0) return null;
            return number < 26 * 26 ? new string([(char)('A' + (number / 26)), (char)('A' + (number % 26))]) : "";
        }
    }

    /// <summary>Unknown for all networks, and for numbers of which it is not known.</summary>
    public NetworkId Network
    {
        get
        {
            int code = (int)((Value & NetworkMask) >> NetworkShift) - 1;
            return code < 0 ? NetworkId.Unknown : NetworkId.FromCodes(code / 2000, code % 1000, code % 2000 >= 1000 ? 3 : 2);
        }
    }

    /// <summary>Null for all classes.</summary>
    public TrafficClass? Class => (Value & ClassMask) == 0 ? null : (TrafficClass)((Value & ClassMask) - 1);

    public QualityLevel Level =>
        (Value & ClassMask) != 0 ? QualityLevel.Class
        : (Value & NetworkMask) != 0 ? QualityLevel.Network
        : (Value & CountryMask) != 0 ? QualityLevel.Country
        : QualityLevel.Connection;

    /// <summary>Of which connection, country and class; used for feedback, of which there is less.</summary>
    public QualityKey WithoutNetwork => new(Value & ~NetworkMask);

    /// <summary>Country and class over all connections.</summary>
    public QualityKey WithoutConnection => new(Value & (CountryMask | ClassMask));

    /// <summary>Class over all countries, of a key without connection.</summary>
    public QualityKey WithoutCountry => new(Value & ~CountryMask);

    /// <summary>The next wider key; false for that of a whole connection.</summary>
    public bool TryGetParent(out QualityKey parent)
    {
        ulong value = Value;
        if ((value & ClassMask) != 0) value &= ~ClassMask;
        else if ((value & NetworkMask) != 0) value &= ~NetworkMask;
        else value &= ~CountryMask;

        // First: the caller may put the parent where this key was.
        bool isWider = value != Value;
        parent = new(value);
        return isWider;
    }

    // Other than two letters is a country of its own: that of those of which nothing is known.
    private static int NumberOf(string country) =>
        country.Length == 2 && char.IsAsciiLetterUpper(country[0]) && char.IsAsciiLetterUpper(country[1])
            ? ((country[0] - 'A') * 26) + country[1] - 'A' + 1
            : (26 * 26) + 1;

    private static int NumberOf(NetworkId network) =>
        network.IsKnown ? (network.Mcc * 2000) + (network.MncDigits == 3 ? 1000 : 0) + network.Mnc + 1 : 0;
}
