using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads the body of <c>POST /v1/webhooks/replay</c>.</summary>
internal static class ReplayReader
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 10_000;

    /// <summary>Fields, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["message", "endpoint", "created_after", "created_before", "state", "limit", "cursor"];

    /// <summary>Null and a problem when it cannot be taken.</summary>
    public static ReplayQuery? Read(ReadOnlySpan<byte> json, Account account, IWebhookControl webhooks, out Problem problem)
    {
        if (FlatObject.Read(json, Fields, out problem) is not { } body) return null;
        var query = new ReplayQuery(DeliveryState.Failed, null, null, null, null, DefaultLimit);
        foreach (string field in Fields)
        {
            if (body.Text(field) is null && body.Number(field) is null) continue;
            ReplayQuery? next = field == "limit"
                ? WithLimit(query, body.Number(field))
                : Apply(query, field, body.Text(field), account, webhooks);
            if (next is null)
            {
                problem = new(ProblemKind.FieldInvalid, ExpectedOf(field), field);
                return null;
            }

            query = next;
        }

        bool isNamed = query.Message is not null || query.Endpoint is not null;
        if (isNamed || query.CreatedFrom is not null || query.CreatedBefore is not null) return query;
        problem = new(ProblemKind.FieldInvalid, "Expected at least one of: message, endpoint, created_after, created_before.");
        return null;
    }

    private static ReplayQuery? WithLimit(ReplayQuery query, long? limit) =>
        limit is >= 1 and <= MaxLimit ? query with { Limit = (int)limit } : null;

    private static ReplayQuery? Apply(ReplayQuery query, string field, string? value, Account account, IWebhookControl webhooks)
    {
        if (value is null) return null;
        switch (field)
        {
            case "message":
                return MessageId.TryParse(value, out MessageId id) ? query with { Message = id } : null;
            case "endpoint" when value.StartsWith("WE", StringComparison.Ordinal):
                return webhooks.FindEndpoint(account.Sid, value) is { } known ? query with { Endpoint = known.Url } : null;
            case "endpoint":
                return WebhookTarget.TryGetEndpoint(value, out string endpoint, out _) ? query with { Endpoint = endpoint } : null;
            case "created_after":
                return ListQuery.TryReadTime(value, out DateTimeOffset after) ? query with { CreatedFrom = Micros.From(after) } : null;
            case "created_before":
                return ListQuery.TryReadTime(value, out DateTimeOffset before) ? query with { CreatedBefore = Micros.From(before) } : null;
            case "state":
                bool isState = DeliveriesJson.TryParse(value, out DeliveryState state) && state != DeliveryState.Pending;
                return isState ? query with { State = state } : null;
            default:
                return ListQuery.TryReadCursor(value, out long key) ? query with { BeforeKey = key } : null;
        }
    }

    private static string ExpectedOf(string field) => field switch
    {
        "message" => "Expected a message's id.",
        "endpoint" => "Expected the id of an endpoint of this account, or the URL of one.",
        "state" => "Expected failed or delivered.",
        "limit" => "Expected a whole number from 1 to 10000.",
        "cursor" => "Expected the next_cursor of an earlier answer.",
        _ => "Expected a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z.",
    };
}
