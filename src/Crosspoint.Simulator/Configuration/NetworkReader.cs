using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Reads what is different for a network, or a change of it.</summary>
internal static class NetworkReader
{
    public const int MostNetworks = 1000;
    private const int MostPrefixes = 1000;

    public static readonly NetworkBehaviour New = new() { Name = "", Prefixes = [] };

    /// <summary>A network of the list, with its name.</summary>
    public static NetworkBehaviour? Read(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        string name = map.Text("name", "", "a name of 1 to 40 letters, digits, '-', '_' or '.'", OptionsReader.IsName);
        if (map.Find("name") is null) problems.Add(node, "expected a key 'name'");
        return Read(map, New with { Name = name });
    }

    /// <summary>Merges what the node says into a network whose name is known from elsewhere.</summary>
    public static NetworkBehaviour Read(ConfigNode node, NetworkBehaviour current, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return current;
        map.Text("name", current.Name, $"'{current.Name}', or no name", name => name == current.Name);
        return Read(map, current);
    }

    /// <summary>Refuses names and prefixes that occur twice: it would not be clear which of them is meant.</summary>
    public static IReadOnlyList<NetworkBehaviour> Checked(ConfigNode? place, IReadOnlyList<NetworkBehaviour> networks, ConfigProblems problems)
    {
        if (place is null) return networks;
        if (networks.Count > MostNetworks) problems.Add(place, $"expected at most {MostNetworks} networks");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        foreach (NetworkBehaviour network in networks)
        {
            if (!names.Add(network.Name)) problems.Add(place, $"expected each name once, found '{network.Name}' again");
            foreach (string prefix in network.Prefixes)
            {
                if (!prefixes.Add(prefix)) problems.Add(place, $"expected each prefix once, found '{prefix}' again");
            }
        }

        return networks;
    }

    private static NetworkBehaviour Read(MapReader map, NetworkBehaviour current)
    {
        NetworkBehaviour read = current with
        {
            Prefixes = map.Texts("prefixes", current.Prefixes, "1 to 15 digits in quotes, without a plus sign", IsPrefix),
            Latency = Has(map, "latency") ? BehaviourReader.Distribution(map, "latency", DurationDistribution.Zero) : current.Latency,
            Errors = Has(map, "errors") ? BehaviourReader.Errors(map, []) : current.Errors,
            ThrottleRate = Has(map, "throttle_rate") ? map.Int32("throttle_rate", 0, 0, 10_000_000) : current.ThrottleRate,
            NoResponse = Share(map, "no_response", current.NoResponse),
            RefuseAlphanumeric = Bool(map, "refuse_alphanumeric", current.RefuseAlphanumeric),
            Stall = map.Bool("stall", current.Stall),
            Receipts = map.Map("receipts") is { } receipts ? Receipts(receipts, current.Receipts) : current.Receipts,
        };
        // Where entries could not be read, that is reported already.
        ConfigNode? prefixes = map.Find("prefixes");
        if (read.Prefixes.Count is 0 or > MostPrefixes && prefixes is null or { Kind: ConfigNodeKind.List, Items.Count: 0 or > MostPrefixes })
            map.Problems.Add(prefixes ?? map.Node, $"expected a key 'prefixes' with 1 to {MostPrefixes} first digits");
        map.Finish();
        return read;
    }

    private static NetworkReceipts Receipts(MapReader map, NetworkReceipts current)
    {
        NetworkReceipts read = current with
        {
            Delay = Has(map, "delay") ? BehaviourReader.Distribution(map, "delay", DurationDistribution.Zero) : current.Delay,
            States = Has(map, "states") ? BehaviourReader.States(map, []) : current.States,
            Early = Share(map, "early", current.Early),
            Duplicate = Share(map, "duplicate", current.Duplicate),
            Missing = Share(map, "missing", current.Missing),
            Intermediate = Share(map, "intermediate", current.Intermediate),
            Silent = Bool(map, "silent", current.Silent),
            Faked = Bool(map, "faked", current.Faked),
        };
        map.Finish();
        return read;
    }

    private static bool Has(MapReader map, string key) => map.Find(key) is not null;

    private static double? Share(MapReader map, string key, double? current) => Has(map, key) ? map.Share(key, 0) : current;

    private static bool? Bool(MapReader map, string key, bool? current) => Has(map, key) ? map.Bool(key, false) : current;

    private static bool IsPrefix(string text) => text.Length is >= 1 and <= 15 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
}
