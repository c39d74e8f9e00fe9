using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>What a list of messages is asked for: a filter, or messages by their id or a carrier's, which must pass it all the same.</summary>
internal sealed record ListRequest(MessageQuery Query, MessageId? Id = null, string? VendorId = null);

/// <summary>The query of <c>GET /v1/messages</c>.</summary>
internal static class ListQuery
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;
    private const int MostCharacters = 255;
    private const string AccountParameter = "account_sid";

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Parameters, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
    [
        "limit", "cursor", "to", "from", "status", "created_after", "created_before", "id", "vendor_id", AccountParameter, "error_code", "tag", "connection",
        "class", "direction",
    ];

    /// <summary>Null and a problem when a parameter is not known or not right.</summary>
    /// <param name="accountSid">Whose messages; null for the operator, who sees those of all and may name one.</param>
    public static ListRequest? Read(IQueryCollection query, string? accountSid, out Problem problem) =>
        Read(query, accountSid, Parameters, out problem);

    /// <summary>The same with other parameters; those that are not of <see cref="Parameters"/> are left to the caller.</summary>
    public static ListRequest? Read(IQueryCollection query, string? accountSid, IReadOnlyList<string> known, out Problem problem)
    {
        problem = default;
        var result = new ListRequest(
            new(accountSid, To: null, From: null, CreatedFrom: null, CreatedBefore: null, BeforeKey: null, DefaultLimit));
        foreach ((string name, StringValues values) in query)
        {
            if (!known.Contains(name))
            {
                string shown = name.Length > 64 ? name[..64] : name;
                problem = new(ProblemKind.ParameterUnknown, $"Known parameters: {string.Join(", ", known)}.", shown);
                return null;
            }

            string value = values[0] ?? "";
            ListRequest? next = values.Count == 1 ? Apply(result, name, value, accountSid) : null;
            if (next is null)
            {
                problem = new(ProblemKind.ParameterInvalid, values.Count == 1 ? ExpectedOf(name) : "It is given twice.", name);
                return null;
            }

            result = next;
        }

        return result;
    }

    /// <summary>That whoever asks may search so: filters by number would tell what the mask hides. Null where they may.</summary>
    public static Problem? RefusalOf(HttpContext context, MessageQuery query) => Caller.IsMasked(context) && (query.To ?? query.From) is not null
        ? new Problem(ProblemKind.Forbidden, "Messages are found by number only by roles that see numbers.", query.To is null ? "from" : "to")
        : null;

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

    private static ListRequest? Apply(ListRequest request, string name, string value, string? accountSid)
    {
        MessageQuery query = request.Query;
        switch (name)
        {
            case "id":
                return MessageId.TryParse(value, out MessageId id) ? request with { Id = id } : null;
            case "vendor_id":
                return value.Length is > 0 and <= MostCharacters ? request with { VendorId = value } : null;
            default:
                return Apply(query, name, value, accountSid) is { } next ? request with { Query = next } : null;
        }
    }

    private static MessageQuery? Apply(MessageQuery query, string name, string value, string? accountSid)
    {
        bool isText = value.Length is > 0 and <= MostCharacters;
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
                return TryReadStates(value, out uint states) ? query with { States = states } : null;
            case "created_after":
                return TryReadTime(value, out DateTimeOffset after) ? query with { CreatedFrom = Micros.From(after) } : null;
            case "created_before":
                return TryReadTime(value, out DateTimeOffset before) ? query with { CreatedBefore = Micros.From(before) } : null;
            case AccountParameter:
                return isText && (accountSid is null || value == accountSid) ? query with { AccountSid = value } : null;
            case "error_code":
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code > 0 ? query with { ErrorCode = code } : null;
            case "tag":
                return isText ? query with { Tag = value } : null;
            case "connection":
                return isText ? query with { Connection = value } : null;
            case "class":
                return MessageJson.TryParseClass(value, out TrafficClass trafficClass) ? query with { Class = trafficClass } : null;
            case "direction":
                return MessageJson.TryParseDirection(value, out MessageDirection direction) ? query with { Direction = direction } : null;
            default:
                return query;
        }
    }

    private static bool TryReadStates(string value, out uint states)
    {
        states = 0;
        foreach (string word in value.Split(','))
        {
            if (!StateNames.TryParse(word, out MessageState state)) return false;
            states |= MessageQuery.StateBit(state);
        }

        return true;
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
        "status" => "Expected names of states, divided by commas.",
        "id" => "Expected the id of a message.",
        "vendor_id" => "Expected the id that a carrier gave, of at most 255 characters.",
        AccountParameter => "Expected the SID of an account; an account's own credentials find its own messages alone.",
        "error_code" => "Expected the number of an error, such as 30008.",
        "tag" or "connection" => "Expected a name of at most 255 characters.",
        "class" => "Expected otp, transactional or marketing.",
        "direction" => "Expected inbound, outbound-api or outbound-reply.",
        "created_after" or "created_before" => "Expected a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z.",
        _ => "Expected a number or a name.",
    };
}
