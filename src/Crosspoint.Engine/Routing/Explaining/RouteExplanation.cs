using System.Text;

namespace Crosspoint.Engine.Routing.Explaining;

/// <summary>One candidate of a decision, for people.</summary>
/// <param name="Place">1 for the first.</param>
/// <param name="Price">With its currency; null when it was not known.</param>
/// <param name="Quality">Null when it was not known.</param>
/// <param name="Health">Null when nothing was wrong with it.</param>
/// <param name="Reason">Why it stands there, or is left out.</param>
public sealed record ExplainedCandidate(int Place, string Connection, string? Price, string? Quality, string? Health, string Reason)
{
    public override string ToString()
    {
        string[] facts = [.. ((string?[])[Price, Quality, Health]).OfType<string>()];
        return $"{Place}. {Connection}: {Reason}{(facts.Length == 0 ? "" : $" ({string.Join("; ", facts)})")}.";
    }
}

/// <summary>A decision in plain sentences, for people who did not write the plan.</summary>
public sealed record RouteExplanation
{
    /// <summary>Name of the rule that matched; "default" for the default list.</summary>
    public required string Rule { get; init; }

    public required long PlanRevision { get; init; }

    /// <summary>What was known of the message.</summary>
    public required string Message { get; init; }

    /// <summary>Why that rule.</summary>
    public required string Matched { get; init; }

    /// <summary>Why not the rules above it, the nearest last.</summary>
    public IReadOnlyList<string> NotMatched { get; init; } = [];

    /// <summary>What became of it: where it goes, or why it goes nowhere.</summary>
    public required string Outcome { get; init; }

    /// <summary>How the connections were put in order, list by list.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    public IReadOnlyList<ExplainedCandidate> Candidates { get; init; } = [];

    /// <summary>All of it, a sentence on each line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(Outcome).AppendLine(Message).AppendLine(Matched);
        foreach (string sentence in NotMatched) text.AppendLine(sentence);
        foreach (string sentence in Order) text.AppendLine(sentence);
        foreach (ExplainedCandidate candidate in Candidates) text.Append("  ").AppendLine(candidate.ToString());
        return text.ToString();
    }
}
