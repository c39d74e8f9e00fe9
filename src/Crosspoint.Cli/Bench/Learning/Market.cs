using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Bench.Learning;

/// <summary>The truth of a scenario: vendors, networks, prices and what becomes of messages. Time is in hours.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Prices">Of a segment by vendor, in thousandths.</param>
/// <param name="Delivery">Delivery probability of a vendor in a network at a time.</param>
internal sealed record Market(string Name, string Description, double[] Prices, Func<int, int, double, double> Delivery)
{
    public int Networks { get; init; } = 8;

    /// <summary>Messages a second over all networks.</summary>
    public double Rate { get; init; } = 5;

    /// <summary>The vendor whose receipts always say delivered; -1 for none.</summary>
    public int Faker { get; init; } = -1;

    /// <summary>Share of the messages whose application says whether the recipient acted.</summary>
    public double FeedbackShare { get; init; }

    public int Vendors => Prices.Length;

    /// <summary>The same vendors in every scenario: the first is dear and good, the last cheap and uneven.</summary>
    public static IReadOnlyList<Market> All { get; } =
    [
        new("stationary", "each vendor is good in some networks and bad in others, and stays so", [10.0, 9.5, 9.0, 8.5], Usual),
        new(
            "drifting",
            "what was good becomes bad within six hours, and the other way round",
            [10.0, 9.5, 9.0, 8.5],
            static (vendor, network, hours) => Usual(vendor, network, 0)
                + ((Usual((vendor + 1) % 4, network, 0) - Usual(vendor, network, 0)) * (1 - Math.Cos(hours * Math.PI / 6)) / 2)),
        new(
            "sudden failure",
            "from the second to the fourth hour the best vendor of each second network delivers one message in twenty",
            [10.0, 9.5, 9.0, 8.5],
            static (vendor, network, hours) =>
                hours is >= 2 and < 4 && network % 2 == 0 && vendor == BestOf(network) ? 0.05 : Usual(vendor, network, 0)),
        new("thin traffic", "sixty networks with a message in two minutes each: most of what is known is borrowed", [10.0, 9.5, 9.0, 8.5], Thin)
        {
            Networks = 60,
            Rate = 0.5,
        },
        new(
            "faked receipts",
            "the cheapest vendor delivers two in five and says delivered of all; one application in three tells",
            [10.0, 9.5, 9.0, 8.0],
            static (vendor, network, hours) => vendor == 3 ? 0.4 : Usual(vendor, network, 0))
        {
            Faker = 3,
            FeedbackShare = 0.33,
        },
    ];

    /// <summary>Of a network: a number of its own range in one of two countries, half each.</summary>
    public static Destination DestinationOf(int network)
    {
        bool isFirst = network % 2 == 0;
        var id = NetworkId.FromCodes(isFirst ? 262 : 208, network / 2, 2);
        return new(E164.FromDigits(isFirst ? 4915100000000UL : 33600000000UL), isFirst ? "DE" : "FR", NumberType.Mobile, id, NetworkSource.Range);
    }

    // Between 0.55 and 0.97, another order of the vendors in each network.
    private static double Usual(int vendor, int network, double hours) => 0.97 - (0.14 * ((vendor + (network * 3) + (network / 4)) % 4));

    private static int BestOf(int network) => (4 - (((network * 3) + (network / 4)) % 4)) % 4;

    // Vendors differ by country more than by network.
    private static double Thin(int vendor, int network, double hours) =>
        Math.Min(0.98, 0.95 - (0.15 * ((vendor + (network % 2 * 2)) % 4)) + (0.01 * (network / 2 % 3)));
}
