using System.Net;
using Crosspoint.Simulator.Proxies;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Reads the proxies of simulator.yaml, and changes of their behaviour.</summary>
internal static class ProxyReader
{
    private static readonly TimeSpan MostDelay = TimeSpan.FromMinutes(10);

    public static ProxyOptions? Read(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        string name = map.Text("name", "", "a name of 1 to 40 letters, digits, '-', '_' or '.'", OptionsReader.IsName);
        if (map.Find("name") is null) problems.Add(node, "expected a key 'name'");
        IPEndPoint none = new(IPAddress.Loopback, 0);
        IPEndPoint? target = map.EndPoint("target");
        if (target is { Port: 0 }) problems.Expected(map.Find("target")!, "an address and port such as 127.0.0.1:3775");
        var proxy = new ProxyOptions
        {
            Name = name,
            Listen = map.EndPoint("listen") ?? none,
            Target = target ?? none,
            Behaviour = map.Find("behaviour") is { } behaviour ? Read(behaviour, ProxyBehaviour.Clean, problems) : ProxyBehaviour.Clean,
        };
        map.Finish();
        return proxy;
    }

    /// <summary>Merges what the node says into the current behaviour.</summary>
    public static ProxyBehaviour Read(ConfigNode node, ProxyBehaviour current, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return current;
        ProxyBehaviour read = current with
        {
            Delay = map.Duration("delay", current.Delay, TimeSpan.Zero, MostDelay),
            BytesPerSecond = map.Int32("bytes_per_second", current.BytesPerSecond, 0, int.MaxValue),
            Held = map.Choice("held", current.Held),
            CutAfter = map.Integer("cut_after", current.CutAfter, 0, long.MaxValue),
            CutByReset = map.Bool("cut_by_reset", current.CutByReset),
            Refuse = map.Bool("refuse", current.Refuse),
        };
        map.Finish();
        return read;
    }
}
