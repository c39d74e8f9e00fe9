using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>
/// One page of an account's messages. The store lists by time of acceptance; a filter by time of sending looks at the span of acceptance in
/// which such messages can lie and picks them out. What one request looks at is bounded: a page may be short, and its next_page_uri goes
/// on.
/// </summary>
internal sealed class MessageList(IMessageReader reader)
{
    private const int MaxRounds = 10;
    private const int RoundSize = 1000;

    // A message waits for at most its validity (36,000 s) before it is sent; an hour covers the way to the carrier's answer.
    private static readonly long MostBeforeSent = Micros.From(TimeSpan.FromHours(11));

    private readonly List<Message> _messages = [];
    private long? _nextBefore;

    public async Task ReadAsync(string accountSid, ListParameters parameters, CancellationToken cancellationToken)
    {
        bool isFiltered = parameters.SentFrom is not null || parameters.SentBefore is not null;
        var query = new MessageQuery(
            accountSid,
            parameters.To,
            parameters.From,
            parameters.SentFrom is { } from ? Math.Max(0, from - MostBeforeSent) : null,
            parameters.SentBefore,
            parameters.Token?.Before,
            isFiltered ? RoundSize : parameters.PageSize);
        for (int round = 0; round < MaxRounds; round++)
        {
            MessagePage page = await reader.ListAsync(query, cancellationToken).ConfigureAwait(false);
            _nextBefore = page.NextBeforeKey;
            if (!isFiltered)
            {
                _messages.AddRange(page.Messages);
                return;
            }

            if (TakeMatching(page, parameters) || _nextBefore is null) return;
            query = query with { BeforeKey = _nextBefore };
        }
    }

    public void Write(Utf8JsonWriter writer, string accountSid, ListParameters parameters)
    {
        int start = parameters.Page * parameters.PageSize;
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        foreach (Message message in _messages) TwilioMessageJson.Write(writer, message);
        writer.WriteEndArray();
        writer.WriteString("first_page_uri"u8, parameters.UriOf(accountSid, 0, token: null));
        WriteLink(writer, "next_page_uri"u8, accountSid, parameters, parameters.Page + 1, NextToken(parameters));
        WriteLink(writer, "previous_page_uri"u8, accountSid, parameters, parameters.Page - 1, parameters.Token?.Previous());
        writer.WriteNumber("page"u8, parameters.Page);
        writer.WriteNumber("page_size"u8, parameters.PageSize);
        writer.WriteNumber("start"u8, start);
        writer.WriteNumber("end"u8, Math.Max(start, start + _messages.Count - 1));
        writer.WriteString("uri"u8, parameters.UriOf(accountSid, parameters.Page, parameters.Token));
        writer.WriteEndObject();
    }

    // True when the page is full; the next one then begins after its last message.
    private bool TakeMatching(MessagePage page, ListParameters parameters)
    {
        foreach (Message message in page.Messages)
        {
            long sentAt = TwilioMessageJson.SentAt(message);
            if (sentAt == 0 || sentAt < (parameters.SentFrom ?? 0) || sentAt >= (parameters.SentBefore ?? long.MaxValue)) continue;
            if (_messages.Count == parameters.PageSize)
            {
                _nextBefore = _messages[^1].Id.Key;
                return true;
            }

            _messages.Add(message);
        }

        return false;
    }

    private PageToken? NextToken(ListParameters parameters)
    {
        if (_nextBefore is not { } next) return null;
        long start = parameters.Token?.Before ?? (_messages.Count > 0 ? _messages[0].Id.Key + 1 : next);
        return PageToken.After(start, parameters.Token, next);
    }

    private static void WriteLink(
        Utf8JsonWriter writer, ReadOnlySpan<byte> name, string accountSid, ListParameters parameters, int page, PageToken? token)
    {
        if (token is null) writer.WriteNull(name);
        else writer.WriteString(name, parameters.UriOf(accountSid, page, token));
    }
}
