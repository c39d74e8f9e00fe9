using System.Globalization;
using System.Text.Json.Nodes;

namespace Crosspoint.EndToEnd.Support;

/// <summary>What carriers took, in messages a second: north, south and west.</summary>
/// <param name="SickNetwork">Of the network that fails at north.</param>
/// <param name="OtherNetwork">Of the other one.</param>
internal sealed record FaultRates(double[] SickNetwork, double[] OtherNetwork)
{
    public double Sick => SickNetwork[0];

    public IEnumerable<double> All => [.. SickNetwork, .. OtherNetwork];

    public double Sum => All.Sum();

    public override string ToString() => string.Join(' ', All.Select(static rate => rate.ToString("0.0", CultureInfo.InvariantCulture)));
}

/// <summary>What a gateway made of a fault.</summary>
internal sealed record FaultStory
{
    /// <summary>The first cell that was seen to be ill.</summary>
    public required JsonNode Sick { get; init; }

    /// <summary>All cells that anything was noticed of, at the end.</summary>
    public required JsonArray States { get; init; }

    public required FaultRates Before { get; init; }

    public required FaultRates During { get; init; }

    public required JsonArray Incidents { get; init; }

    /// <summary>The first incident, with its story.</summary>
    public required JsonNode Words { get; init; }

    /// <summary>The changes of the cell, the oldest first.</summary>
    public IReadOnlyList<JsonNode> Changes => [.. States[0]!["changes"]!.AsArray().Reverse()!];

    /// <summary>All of it, for whoever wonders why a test failed.</summary>
    public string Tell() => $"before {Before}; during {During}\n{Words.ToJsonString()}\n{States.ToJsonString()}";
}
