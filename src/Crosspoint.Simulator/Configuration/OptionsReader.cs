using System.Net;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Reads simulator.yaml.</summary>
internal static class OptionsReader
{
    public static SimulatorOptions Read(ConfigNode root, string file, ConfigProblems problems)
    {
        var defaults = new SimulatorOptions();
        if (MapReader.Open(root, problems) is not { } map) return defaults;
        IPEndPoint? http = null;
        if (map.Map("http") is { } httpMap)
        {
            http = httpMap.EndPoint("listen");
            httpMap.Finish();
        }

        HandsetOptions handsets = defaults.Handsets;
        if (map.Map("handsets") is { } handsetMap)
        {
            handsets = new HandsetOptions
            {
                Messages = handsetMap.Int32("messages", handsets.Messages, 1, 1000),
                Numbers = handsetMap.Int32("numbers", handsets.Numbers, 0, 10_000_000),
            };
            handsetMap.Finish();
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "";
        var options = new SimulatorOptions
        {
            HttpListen = http,
            Seed = (ulong)map.Integer("seed", (long)defaults.Seed, 0, long.MaxValue),
            Handsets = handsets,
            Carriers = map.List("carriers", defaults.Carriers, node => Carrier(node, folder, problems)),
            Proxies = map.List("proxies", defaults.Proxies, node => ProxyReader.Read(node, problems)),
        };
        map.Finish();
        if (options.Carriers.Count == 0 && problems.Count == 0) problems.Add(root.Line, "carriers", "expected at least one carrier");
        CheckUnique("carriers", [.. options.Carriers.Select(carrier => (carrier.Name, carrier.Listen))], problems, root);
        CheckUnique("proxies", [.. options.Proxies.Select(proxy => (proxy.Name, proxy.Listen))], problems, root);
        return options;
    }

    private static CarrierOptions? Carrier(ConfigNode node, string folder, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        string name = map.Text("name", "", "a name of 1 to 40 letters, digits, '-', '_' or '.'", IsName);
        if (map.Find("name") is null) problems.Add(node, "expected a key 'name'");
        IPEndPoint? listen = map.EndPoint("listen");
        ConfigNode? behaviour = map.Find("behaviour");
        string log = map.Text("submit_log", "", "a path", static text => text.Length > 0);
        var carrier = new CarrierOptions
        {
            Name = name,
            Listen = listen ?? new IPEndPoint(IPAddress.Loopback, 0),
            Accounts = map.List("accounts", [], item => Account(item, problems)),
            Behaviour = behaviour is null ? CarrierBehaviour.Default : BehaviourReader.Read(behaviour, CarrierBehaviour.Default, problems),
            FirstId = map.Integer("first_id", 0, 0, 1_000_000_000_000_000_000),
            SubmitsKept = map.Int32("submits_kept", 10_000, 0, 10_000_000),
            SubmitLog = log.Length == 0 ? null : Path.GetFullPath(log, folder),
            PendingKept = map.Int32("pending_kept", 100_000, 1, 10_000_000),
        };
        if (map.Find("accounts") is { Kind: ConfigNodeKind.List, Items.Count: 0 } empty)
            problems.Add(empty, "expected at least one account; leave the key out to let anybody bind");
        map.Finish();
        return carrier;
    }

    private static CarrierAccount? Account(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        string systemId = map.Text("system_id", "", "1 to 15 ASCII characters", static text => IsAscii(text, 15) && text.Length > 0);
        string password = map.Text("password", "", "at most 8 ASCII characters", static text => IsAscii(text, 8));
        if (map.Find("system_id") is null) problems.Add(node, "expected a key 'system_id'");
        map.Finish();
        return new CarrierAccount(systemId, password);
    }

    private static void CheckUnique(string key, (string Name, IPEndPoint Listen)[] all, ConfigProblems problems, ConfigNode root)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var places = new HashSet<IPEndPoint>();
        foreach ((string name, IPEndPoint listen) in all)
        {
            if (name.Length > 0 && !names.Add(name)) problems.Add(root.Line, key, $"expected each name once, found '{name}' again");
            if (listen.Port != 0 && !places.Add(listen)) problems.Add(root.Line, key, $"expected each listen address once, found '{listen}' again");
        }
    }

    internal static bool IsName(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return text.Length is >= 1 and <= 40;
    }

    private static bool IsAscii(string text, int most) => text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
