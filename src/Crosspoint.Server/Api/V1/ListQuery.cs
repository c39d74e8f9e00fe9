using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>The query of <c>GET /v1/messages</c>.</summary>
internal static class ListQuery
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Parameters, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
        ["limit", "cursor", "to", "from", "status", "created_after", "created_before"];

    /// <summary>Null and a problem when a parameter is not known or not right.</summary>
    public static MessageQuery? Read(IQueryCollection query, string accountSid, out Problem problem) =>
        Read(query, accountSid, Parameters, out problem);

    /// <summary>The same with other parameters; those that are not of <see cref="Parameters"/> are left to the caller.</summary>
    public static MessageQuery? Read(IQueryCollection query, string accountSid, IReadOnlyList<string> known, out Problem problem)
    {
        problem = default;
        var result = new MessageQuery(
            accountSid, To: null, From: null, CreatedFrom: null, CreatedBefore: null, BeforeKey: null, DefaultLimit);
        foreach ((string name, StringValues values) in query)
        {
            if (!known.Contains(name))
            {
                string shown = name.Length > 64 ? name[..64] : name;
                problem = new(ProblemKind.ParameterUnknown, $"Known parameters: {string.Join(", ", known)}.", shown);
                return null;
            }

            string value = values[0] ?? "";
            MessageQuery? next = values.Count == 1 ? Apply(result, name, value) : null;
            if (next is null)
            {
                problem = new(ProblemKind.ParameterInvalid, values.Count == 1 ? ExpectedOf(name) : "It is given twice.", name);
                return null;
            }

            result = next;
        }

        return result;
    }

    public static string FormatCursor(long beforeKey)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, beforeKey);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A number or name from a query: an unescaped plus arrives as a blank.</summary>
    public static string Address(string text) => text.StartsWith(' ') ? $"+{text.AsSpan(1)}" : text;

    /// <summary>ISO 8601; a time without an offset, and a date, are UTC.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static MessageQuery? Apply(MessageQuery query, string name, string value)
    {
        switch (name)
        {
            case "limit":
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= MaxLimit
                    ? query with { Limit = limit }
                    : null;
            case "cursor":
                return TryReadCursor(value, out long key) ? query with { BeforeKey = key } : null;
            case "to":
                return value.Length > 0 ? query with { To = Address(value) } : null;
            case "from":
                return value.Length > 0 ? query with { From = Address(value) } : null;
            case "status":
                return StateNames.TryParse(value, out MessageState state) ? query with { Status = state } : null;
            case "created_after":
                return TryReadTime(value, out DateTimeOffset after) ? query with { CreatedFrom = Micros.From(after) } : null;
            case "created_before":
                return TryReadTime(value, out DateTimeOffset before) ? query with { CreatedBefore = Micros.From(before) } : null;
            default:
                return query;
        }
    }

    /// <summary>What <see cref="FormatCursor"/> wrote.</summary>
    public static bool TryReadCursor(string text, out long key)
    {
        key = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length != 11 || Base64Url.DecodeFromChars(text, bytes, out _, out int length) != OperationStatus.Done
            || length != sizeof(long))
            return false;
        key = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return key >= 0;
    }

    private static string ExpectedOf(string name) => name switch
    {
        "limit" => "Expected a whole number from 1 to 1000.",
        "cursor" => "Expected the next_cursor of an earlier page.",
        "status" => "Expected the name of a state.",
        "created_after" or "created_before" => "Expected a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z.",
        _ => "Expected a number or a name.",
    };
}
