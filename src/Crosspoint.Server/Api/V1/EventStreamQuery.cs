using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>The query and the <c>Last-Event-ID</c> header of <c>GET /v1/events</c>.</summary>
internal static class EventStreamQuery
{
    private const string AfterExpected = "Expected the id of an event: a whole number.";
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Parameters, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
        ["after", "types", "states", "message", "to", "from", "class", "tag", "connection", "account"];

    /// <summary>Reads what is asked for. Null and a problem when a parameter is not known or not right.</summary>
    /// <param name="accountSid">The account that asks; null for the operator, who alone may name one.</param>
    /// <param name="after">The event to go on after; null for the end of the log.</param>
    public static EventFilter? Read(HttpRequest request, string? accountSid, out long? after, out Problem problem)
    {
        after = null;
        problem = default;
        var filter = new EventFilter { AccountSid = accountSid };
        foreach ((string name, StringValues values) in request.Query)
        {
            if (!Parameters.Contains(name) || (name == "account" && accountSid is not null))
            {
                string shown = name.Length > 64 ? name[..64] : name;
                problem = new(ProblemKind.ParameterUnknown, $"Known parameters: {string.Join(", ", Known(accountSid))}.", shown);
                return null;
            }

            EventFilter? next = values.Count == 1 ? Apply(filter, name, values[0] ?? "", ref after) : null;
            if (next is null)
            {
                problem = new(ProblemKind.ParameterInvalid, values.Count == 1 ? ExpectedOf(name) : "It is given twice.", name);
                return null;
            }

            filter = next;
        }

        // Of a client that comes back: newer than what its URL began with.
        if (!request.Headers.TryGetValue(LastEventId, out StringValues ids)) return filter;
        if (ids.Count == 1 && TryReadId(ids[0] ?? "", out long id))
        {
            after = id;
            return filter;
        }

        problem = new(ProblemKind.RequestInvalid, AfterExpected, LastEventId);
        return null;
    }

    private static IEnumerable<string> Known(string? accountSid) =>
        accountSid is null ? Parameters : Parameters.Where(static name => name != "account");

    private static EventFilter? Apply(EventFilter filter, string name, string value, ref long? after)
    {
        switch (name)
        {
            case "after":
                if (!TryReadId(value, out long id)) return null;
                after = id;
                return filter;
            case "types":
                return TryReadWords(value, static word => EventNames.TryParse(word, out EventKind kind) ? (int)kind : -1, out ulong kinds)
                    ? filter with { Kinds = kinds }
                    : null;
            case "states":
                return TryReadWords(value, static word => StateNames.TryParse(word, out MessageState state) ? (int)state : -1, out ulong states)
                    ? filter with { States = (uint)states }
                    : null;
            case "message":
                return MessageId.TryParse(value, out MessageId message) ? filter with { Message = message } : null;
            case "to":
                return value.Length > 0 ? filter with { To = ListQuery.Address(value) } : null;
            case "from":
                return value.Length > 0 ? filter with { From = ListQuery.Address(value) } : null;
            case "class":
                return MessageJson.TryParseClass(value, out TrafficClass trafficClass) ? filter with { Class = trafficClass } : null;
            case "tag":
                return value.Length > 0 ? filter with { Tag = value } : null;
            case "connection":
                return value.Length > 0 ? filter with { Connection = value } : null;
            default:
                return value.Length > 0 ? filter with { AccountSid = value } : null;
        }
    }

    private static bool TryReadId(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && text.Length <= 19;

    private static bool TryReadWords(string value, Func<string, int> numberOf, out ulong set)
    {
        set = 0;
        foreach (string word in value.Split(','))
        {
            int number = numberOf(word);
            if (number < 0) return false;
            set |= 1UL << number;
        }

        return true;
    }

    private static string ExpectedOf(string name) => name switch
    {
        "after" => AfterExpected,
        "types" => $"Expected kinds of events, divided by commas: {string.Join(", ", EventNames.All)}.",
        "states" => "Expected names of states, divided by commas.",
        "message" => "Expected the id of a message.",
        "class" => "Expected otp, transactional or marketing.",
        "tag" or "connection" or "account" => "Expected a text.",
        _ => "Expected a number or a name.",
    };
}
