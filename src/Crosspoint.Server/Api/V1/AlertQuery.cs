using System.Globalization;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Which part of a list of incidents or alerts is wanted: a span of time, a page, and what all must be.</summary>
internal sealed record AlertQuery
{
    private const int DefaultLimit = 50;
    private const int MostLimit = 500;

    /// <summary>Parameters that both lists take, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Common { get; } = ["state", "severity", "verdict", "connection", "vendor", "country", "network", "from", "before", "limit", "cursor"];

    public string? State { get; private init; }

    public Severity? Least { get; private init; }

    public string? Verdict { get; private init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public long From { get; private init; }

    public long Before { get; private init; } = long.MaxValue;

    public string BeforeId { get; private init; } = "";

    public int Limit { get; private init; } = DefaultLimit;

    /// <summary>False when the request was answered with a problem.</summary>
    public static bool TryRead(HttpContext context, Dictionary<string, string> query, IReadOnlyList<string> states, out AlertQuery read)
    {
        read = new() { Labels = query.Where(static pair => pair.Key is "connection" or "vendor" or "country" or "network").ToDictionary() };
        if (query.TryGetValue("state", out string? state) && !states.Contains(state)) return Refuse(context, "state", $"Expected one of: {string.Join(", ", states)}.");
        Severity? least = null;
        if (query.TryGetValue("severity", out string? severity))
        {
            least = severity switch { "L1" => Severity.L1, "L2" => Severity.L2, "L3" => Severity.L3, _ => null };
            if (least is null) return Refuse(context, "severity", "Expected L1, L2 or L3: the least that is wanted.");
        }

        if (query.TryGetValue("verdict", out string? verdict) && verdict is not ("useful" or "noise" or "none"))
            return Refuse(context, "verdict", "Expected useful, noise or none.");
        if (!OperatorDoor.TryReadNumber(context, query, "limit", DefaultLimit, MostLimit, out long limit)
            || !OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("from"), "from", ProblemKind.ParameterInvalid, out DateTimeOffset? from)
            || !OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("before"), "before", ProblemKind.ParameterInvalid, out DateTimeOffset? before))
            return false;
        read = read with
        {
            State = state,
            Least = least,
            Verdict = verdict,
            Limit = (int)Math.Max(limit, 1),
            From = from is { } first ? Micros.From(first) : 0,
            Before = before is { } end ? Micros.From(end) : long.MaxValue,
        };
        if (!query.TryGetValue("cursor", out string? cursor)) return true;
        int dash = cursor.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || cursor.Length > 80 || !long.TryParse(cursor.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out long at))
            return Refuse(context, "cursor", "Expected the next_cursor of an earlier page.");
        if (at < read.Before) read = read with { Before = at, BeforeId = cursor[(dash + 1)..] };
        return true;
    }

    /// <summary>Where the page after an entry begins.</summary>
    public static string CursorOf(long at, string id) => string.Create(CultureInfo.InvariantCulture, $"{at}-{id}");

    public bool Fits(string state, Severity severity, Verdict verdict) =>
        (State is null || State == state || (State == "unresolved" && state != "resolved"))
        && (Least is null || severity >= Least)
        && (Verdict is null || Verdict == (IncidentJson.NameOf(verdict) ?? "none"));

    private static bool Refuse(HttpContext context, string parameter, string detail)
    {
        new Problem(ProblemKind.ParameterInvalid, detail, parameter).Send(context);
        return false;
    }
}
