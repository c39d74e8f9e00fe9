using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>Reads a scenario file, with the reader of the configuration.</summary>
internal sealed partial class ScenarioReader
{
    private const int MostNetworks = 2_000;
    private const int MostConnections = 32;
    private const string NameExpected = "a name of 1 to 40 letters, digits, '-', '_' or '.'";
    private const string RateExpected = "messages a second, minute or hour, such as 30/s, 5/m or 12/h";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan MostDuration = TimeSpan.FromDays(31);

    private readonly ConfigErrors _errors;
    private readonly List<ScenarioNetwork> _networks = [];
    private readonly List<ScenarioConnection> _connections = [];

    private ScenarioReader(ConfigErrors errors) => _errors = errors;

    /// <summary>The scenario; null beside errors, which tell the line and what was expected.</summary>
    public static Scenario? Read(ReadOnlySpan<byte> text, string file, out IReadOnlyList<ConfigError> errors)
    {
        var found = new ConfigErrors(file);
        errors = found.Errors;
        if (ConfigText.Read(text, found) is not { } root) return null;
        Scenario? scenario = new ScenarioReader(found).Read(root);
        root.Close();
        return found.Errors.Count == 0 ? scenario : null;
    }

    private Scenario? Read(ConfigSection root)
    {
        TimeSpan duration = root.Duration("duration", TimeSpan.FromHours(6), TimeSpan.FromMinutes(1), MostDuration);
        ScenarioTraffic traffic = ReadTraffic(root.Group("traffic"));
        foreach (ConfigSection section in root.Groups("networks", required: true)) ReadNetworks(section);
        foreach (ConfigSection section in root.Groups("connections", required: true)) ReadConnection(section, traffic);
        string name = root.Text("name", required: true, most: 40, expected: NameExpected) ?? "";
        string about = root.Text("about", required: true, most: 400, expected: "a line that says what it shows") ?? "";
        TimeSpan begins = root.Duration("begins", TimeSpan.Zero, TimeSpan.Zero, Day);
        if (_networks.Count == 0 && root.Has("networks")) root.Fail("networks", "expected at least one network");
        if (_connections.Count == 0 && root.Has("connections")) root.Fail("connections", "expected at least one connection");
        if (_networks.Count > MostNetworks) root.Fail("networks", $"are {_networks.Count} in all; at most {MostNetworks} are allowed");
        if (_connections.Count > MostConnections) root.Fail("connections", $"are {_connections.Count}; at most {MostConnections} are allowed");
        int[] order = ReadOrder(root, "plan");
        int[][] orders = [.. _networks.Select(_ => order)];
        foreach (ConfigSection section in root.Groups("rules"))
        {
            int[] own = ReadOrder(section, "plan");
            foreach (int network in ReadNetworkNames(section, required: true)) orders[network] = own;
            section.Close();
        }

        var scenario = new Scenario
        {
            Name = name,
            About = about,
            Duration = duration,
            Begins = begins,
            Traffic = traffic,
            Networks = _networks,
            Connections = _connections,
            Orders = orders,
            Faults = ReadFaults(root, duration),
            Failover = FailoverConfig.Read(root.Group("failover")),
        };
        return scenario;
    }

    private ScenarioTraffic ReadTraffic(ConfigSection? section)
    {
        section ??= new(_errors, "traffic", new(1, []));
        var traffic = new ScenarioTraffic
        {
            Classes = ReadClasses(section.Group("classes")),
            Validity = ReadValidity(section.Group("validity")),
            DayDepth = FailoverConfig.Share(section, "day", 0, 0, 0.95),
            Busiest = section.Duration("busiest", TimeSpan.FromHours(13), TimeSpan.Zero, Day),
            Burst = section.Number("burst", 0.3, 0, 2),
            Peaks = [.. section.Groups("peaks").Select(ReadPeak)],
        };
        section.Close();
        return traffic;
    }

    private static Peak ReadPeak(ConfigSection section)
    {
        Require(section, "at", "for", "factor");
        var peak = new Peak(
            section.Duration("at", default, TimeSpan.Zero, MostDuration), section.Duration("for", Second, Second, MostDuration), section.Number("factor", 1, 0.01, 100));
        section.Close();
        return peak;
    }

    private static Dictionary<TrafficClass, double> ReadClasses(ConfigSection? section)
    {
        var classes = new Dictionary<TrafficClass, double>();
        foreach ((string key, TrafficClass one) in Words)
        {
            double share = section is null ? one == TrafficClass.Transactional ? 1 : 0 : FailoverConfig.Share(section, key, 0, 0, 1);
            if (share > 0) classes[one] = share;
        }

        section?.Close();
        double sum = classes.Values.Sum();
        if (Math.Abs(sum - 1) > 0.001)
            section!.Errors.Add(section.Line, section.Path, string.Create(CultureInfo.InvariantCulture, $"is {sum * 100:0.#}% in all; expected shares that are 100% together"));
        return classes;
    }

    private static Dictionary<TrafficClass, TimeSpan> ReadValidity(ConfigSection? section)
    {
        var validity = new Dictionary<TrafficClass, TimeSpan>();
        foreach ((string key, TrafficClass one) in Words)
        {
            TimeSpan usual = one switch
            {
                TrafficClass.Otp => TimeSpan.FromMinutes(5),
                TrafficClass.Transactional => TimeSpan.FromHours(1),
                _ => TimeSpan.FromHours(4),
            };
            validity[one] = section?.Duration(key, usual, Second, Day) ?? usual;
        }

        section?.Close();
        return validity;
    }

    private static readonly IReadOnlyDictionary<string, TrafficClass> Words = new Dictionary<string, TrafficClass>(StringComparer.Ordinal)
    {
        ["otp"] = TrafficClass.Otp,
        ["transactional"] = TrafficClass.Transactional,
        ["marketing"] = TrafficClass.Marketing,
    };

    private void ReadNetworks(ConfigSection section)
    {
        const string Expected = "the MCC and MNC of a known network, such as 26201";
        string name = section.Text("name", required: true, most: 40, expected: NameExpected) ?? "";
        double rate = ReadRate(section);
        int count = section.Int("count", 1, 1, MostNetworks);
        if (_networks.Exists(network => network.Group == name)) section.Fail("name", $"is '{name}', the name of another one; expected each name once");
        if (count > 1)
        {
            if (section.Has("network")) section.Fail("network", "stands beside 'count', which takes networks of the whole world; expected one of them");
            foreach (Network one in World(count)) _networks.Add(new(name, one.Countries[0], one.Id, rate));
        }
        else if (section.Text("network", required: true, expected: Expected) is { } text)
        {
            if (!NetworkId.TryParse(text, out NetworkId id) || Networks.Find(id) is not { Countries.Count: > 0 } known) section.Fail("network", $"is '{text}'; expected {Expected}");
            else if (_networks.Exists(network => network.Id == id)) section.Fail("network", $"is {text}, which another one is already");
            else _networks.Add(new(name, known.Countries[0], id, rate));
        }

        section.Close();
    }

    // One of each country, then a second one of each, and so on: the same ones always.
    private List<Network> World(int count) => Networks.All
        .Where(network => network is { IsOperational: true, Countries.Count: 1 } && network.Id == network.Main && !_networks.Exists(one => one.Id == network.Id))
        .GroupBy(static network => network.Countries[0])
        .SelectMany(static country => country.OrderBy(static network => network.Id.ToString(), StringComparer.Ordinal).Select(static (network, place) => (network, place)))
        .OrderBy(static one => one.place).ThenBy(static one => one.network.Countries[0], StringComparer.Ordinal).ThenBy(static one => one.network.Id.ToString(), StringComparer.Ordinal)
        .Select(static one => one.network).Take(count).ToList();

    private static double ReadRate(ConfigSection section)
    {
        if (section.Text("rate", required: true, expected: RateExpected) is not { } text) return 1;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        double seconds = slash < 0 ? 0 : text[(slash + 1)..] switch { "s" => 1, "m" => 60, "h" => 3600, _ => 0 };
        if (seconds > 0 && double.TryParse(text.AsSpan(0, slash), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count / seconds is >= 1.0 / 86_400 and <= 10_000)
            return count / seconds;
        section.Fail("rate", $"is '{text}'; expected {RateExpected}, from one a day to 10000/s");
        return 1;
    }

    private int[] ReadOrder(ConfigSection section, string key)
    {
        if (section.Items(key, "names of connections, the first choice first", required: true) is not { } items) return [0];
        var order = new List<int>();
        foreach (ConfigItem item in items)
        {
            int place = _connections.FindIndex(connection => connection.Name == item.Text);
            if (place < 0) _errors.Add(item.Line, item.Path, $"is '{item.Text}', which is no connection; expected one of {Names(_connections.Select(static one => one.Name))}");
            else if (order.Contains(place)) _errors.Add(item.Line, item.Path, $"is '{item.Text}' once more; expected each connection once");
            else order.Add(place);
        }

        if (items.Count == 0) section.Fail(key, "is empty; expected names of connections");
        return order.Count == 0 ? [0] : [.. order];
    }

    private List<int> ReadNetworkNames(ConfigSection section, bool required)
    {
        var places = new List<int>();
        if (!section.Has("networks"))
        {
            if (required) section.Fail("networks", "is missing; expected names of networks");
            return [.. Enumerable.Range(0, _networks.Count)];
        }

        foreach (ConfigItem item in section.ItemOrItems("networks", "names of networks"))
        {
            int[] found = [.. Enumerable.Range(0, _networks.Count).Where(place => _networks[place].Group == item.Text)];
            if (found.Length == 0) _errors.Add(item.Line, item.Path, $"is '{item.Text}', which is no network; expected one of {Names(_networks.Select(static one => one.Group))}");
            places.AddRange(found);
        }

        return places;
    }

    private static void Require(ConfigSection section, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (!section.Has(key)) section.Fail(key, "is missing; expected a value");
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Distinct());
}
