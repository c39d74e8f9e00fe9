using System.Net;
using Crosspoint.Simulator.Configuration;
using Crosspoint.Simulator.Proxies;

namespace Crosspoint.Simulator;

/// <summary>What to simulate: carriers, each on its own port, and the control API.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Where the control API listens; null = no control API. Port 0 takes a free one.</summary>
    public IPEndPoint? HttpListen { get; init; }

    /// <summary>Seed of everything random, so that a run can be repeated.</summary>
    public ulong Seed { get; init; } = 1;

    public HandsetOptions Handsets { get; init; } = new();

    public IReadOnlyList<CarrierOptions> Carriers { get; init; } = [];

    /// <summary>Fault proxies, which may stand before carriers, gateways and receivers of webhooks.</summary>
    public IReadOnlyList<ProxyOptions> Proxies { get; init; } = [];

    /// <summary>Reads simulator.yaml. Nothing is ignored: an unknown key or a value out of range refuses the file.</summary>
    public static SimulatorOptionsResult LoadYaml(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new SimulatorOptionsResult(null, [new ConfigProblem(path, 0, "", $"expected a readable file: {exception.Message}")]);
        }

        return ParseYaml(text, path);
    }

    /// <summary>
    /// Reads a document that is at hand; <paramref name="file"/> is the name that problems carry, and relative paths start beside it.
    /// </summary>
    public static SimulatorOptionsResult ParseYaml(string text, string file)
    {
        var problems = new ConfigProblems(file);
        SimulatorOptions? options = YamlNodes.Read(text, problems) is { } root ? OptionsReader.Read(root, file, problems) : null;
        return new SimulatorOptionsResult(problems.Count == 0 ? options : null, problems.All);
    }
}

/// <summary>What the handsets remember.</summary>
public sealed record HandsetOptions
{
    /// <summary>Messages kept for each number.</summary>
    public int Messages { get; init; } = 20;

    /// <summary>Numbers kept; the number that has waited longest without a message makes room.</summary>
    public int Numbers { get; init; } = 10_000;
}

/// <summary>The options, or what is wrong with them.</summary>
public sealed record SimulatorOptionsResult(SimulatorOptions? Options, IReadOnlyList<ConfigProblem> Errors);
