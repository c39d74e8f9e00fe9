using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// One page of an account's webhooks in one state, such as those that were given up. The store lists messages; those with such webhooks
/// are picked out. What one request looks at is bounded: a page may be short, even empty, and its cursor goes on.
/// </summary>
internal sealed class WebhookList(IMessageReader reader)
{
    private const int MaxRounds = 5;
    private const int RoundSize = 1000;

    private readonly List<Message> _messages = [];
    private DeliveryState? _state;
    private long? _next;

    /// <summary>Parameters, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = ["state", "limit", "cursor", "created_after", "created_before"];

    /// <summary>Null and a problem when a parameter is not known or not right.</summary>
    public static MessageQuery? ReadQuery(IQueryCollection query, string accountSid, out DeliveryState? state, out Problem problem)
    {
        state = null;
        MessageQuery? result = ListQuery.Read(query, accountSid, Parameters, out problem)?.Query;
        if (result is null || !query.TryGetValue("state", out StringValues states)) return result;
        if (states.Count == 1 && DeliveriesJson.TryParse(states[0], out DeliveryState found))
        {
            state = found;
            return result;
        }

        problem = new(ProblemKind.ParameterInvalid, "Expected pending, delivered or failed, once.", "state");
        return null;
    }

    /// <param name="query">Its limit is the number of messages that may have webhooks on the page.</param>
    /// <param name="state">Null for every webhook.</param>
    public async Task ReadAsync(MessageQuery query, DeliveryState? state, CancellationToken cancellationToken)
    {
        _state = state;
        MessageQuery round = query with { Limit = RoundSize };
        for (int i = 0; i < MaxRounds; i++)
        {
            MessagePage page = await reader.ListAsync(round, cancellationToken).ConfigureAwait(false);
            foreach (Message message in page.Messages)
            {
                if (!message.Deliveries.Exists(IsWanted)) continue;
                if (_messages.Count == query.Limit)
                {
                    // The next page begins with this one.
                    _next = _messages[^1].Id.Key;
                    return;
                }

                _messages.Add(message);
            }

            _next = page.NextBeforeKey;
            if (_next is null) return;
            round = round with { BeforeKey = _next };
        }
    }

    public void Write(Utf8JsonWriter writer, bool isMasked)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("webhooks"u8);
        foreach (Message message in _messages)
        {
            foreach (WebhookDelivery delivery in message.Deliveries)
            {
                if (!IsWanted(delivery)) continue;
                writer.WriteStartObject();
                writer.WriteId("message_id"u8, message.Id);
                DeliveriesJson.WriteFields(writer, message, delivery, isMasked);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        if (_next is { } key) writer.WriteString("next_cursor"u8, ListQuery.FormatCursor(key));
        else writer.WriteNull("next_cursor"u8);
        writer.WriteEndObject();
    }

    private bool IsWanted(WebhookDelivery delivery) => _state is null || delivery.State == _state;
}
