namespace Crosspoint.Engine.Routing.Checking;

/// <summary>What is found about a plan.</summary>
public enum PlanFault
{
    /// <summary>A name is used twice, or not allowed.</summary>
    Name,

    /// <summary>It names what does not exist, or cannot be used there.</summary>
    Unknown,

    /// <summary>What it asks for excludes itself.</summary>
    Contradiction,

    /// <summary>No connection is left that may take a message.</summary>
    Empty,

    /// <summary>A rule above takes every message of this one.</summary>
    Unreachable,

    /// <summary>It goes by prices, and connections have none.</summary>
    NoRates,

    /// <summary>A fallback comes back to where it began.</summary>
    Loop,

    /// <summary>Countries for which nothing matches.</summary>
    NoRoute,

    /// <summary>One connection, or one vendor, takes it all.</summary>
    SinglePoint,
}

/// <summary>One thing about a plan.</summary>
/// <param name="IsError">It cannot be decided by; else it can, and may not be what was meant.</param>
/// <param name="Rule">Place of the rule in the plan; -1 for a list or the plan as a whole.</param>
/// <param name="List">Place of the list in the plan's lists; -1 for a rule or the plan as a whole.</param>
/// <param name="Key">What of it is meant, as the configuration names it; empty for all of it.</param>
/// <param name="Where">The rule or list by its name.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
public sealed record PlanFinding(bool IsError, PlanFault Fault, int Rule, int List, string Key, string Where, string Message)
{
    public override string ToString() => $"{Where} {Message}";
}
