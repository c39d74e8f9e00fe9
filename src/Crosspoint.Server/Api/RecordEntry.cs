using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api;

/// <summary>The line that a request is about to leave on record: endpoints add what they know. Of requests that leave none it is nobody's, and costs nothing.</summary>
internal sealed class RecordEntry
{
    public required string Action { get; set; }

    /// <summary>Of what it is told.</summary>
    public required string Name { get; set; }

    public string Note { get; set; } = "";

    /// <summary>Nothing was changed after all: no line.</summary>
    public bool IsNothing { get; set; }

    /// <summary>Nobody knows whether it was done.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Null for a request that leaves no line.</summary>
    public static RecordEntry? Of(HttpContext context) => context.Features.Get<RecordEntry>();

    /// <summary>What is to be said beside what and of what.</summary>
    public static void Tell(HttpContext context, string note)
    {
        if (Of(context) is { } entry) entry.Note = note;
    }

    /// <summary>Of what it is, where the path does not say it; and what is to be said beside.</summary>
    public static void Tell(HttpContext context, string name, string note)
    {
        if (Of(context) is not { } entry) return;
        entry.Name = name;
        entry.Note = note;
    }
}
