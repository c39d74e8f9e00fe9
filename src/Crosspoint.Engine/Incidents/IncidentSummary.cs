namespace Crosspoint.Engine.Incidents;

/// <summary>An incident in words, for a person who knows nothing of it.</summary>
/// <param name="Title">One line.</param>
/// <param name="WhatHappened">Sentences.</param>
/// <param name="WhatWasDone">Sentences, in the order of time.</param>
/// <param name="WhatIsLeft">What a person can or should do now, the most urgent first.</param>
/// <param name="Evidence">Where to look.</param>
/// <param name="Actions">What to call.</param>
public sealed record IncidentSummary(
    string Title,
    IReadOnlyList<string> WhatHappened,
    IReadOnlyList<string> WhatWasDone,
    IReadOnlyList<string> WhatIsLeft,
    IReadOnlyList<IncidentLink> Evidence,
    IReadOnlyList<IncidentLink> Actions)
{
    /// <summary>All of it as plain text, a paragraph for each part.</summary>
    public string ToText()
    {
        string[] parts =
        [
            Title,
            "What happened\n" + Lines(WhatHappened),
            "What was done\n" + Lines(WhatWasDone),
            "What is left to do\n" + Lines(WhatIsLeft),
            "Evidence\n" + Lines(Evidence.Select(static link => $"{link.Text}: {link.Request}")),
            "Actions\n" + Lines(Actions.Select(static link => $"{link.Text}: {link.Request}")),
        ];
        return string.Join("\n\n", parts) + "\n";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Select(static line => $"- {line}"));
}

/// <summary>A request to the API that shows or does something.</summary>
/// <param name="Text">What it shows or does.</param>
public sealed record IncidentLink(string Text, string Method, string Path)
{
    /// <summary>As it is typed.</summary>
    public string Request => $"{Method} {Path}";
}
