using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>A message as the gateway tells of it.</summary>
internal sealed record RecordedMessage(string Id, string Status, bool PossibleDuplicate)
{
    public bool IsFinal => Status is "delivered" or "undelivered" or "failed" or "expired" or "canceled" or "unconfirmed";

    /// <summary>Waits for the parts that its sender has not sent.</summary>
    public bool IsPartial => Status == "receiving";
}

/// <summary>The gateway's own record of an account: all its messages, by the number in their text.</summary>
internal sealed class GatewayRecord
{
    private readonly Dictionary<int, RecordedMessage> _messages = [];

    public IReadOnlyDictionary<int, RecordedMessage> Messages => _messages;

    /// <summary>Numbers that are on record more than once. Nothing is sent to the gateway twice.</summary>
    public List<int> Repeated { get; } = [];

    /// <exception cref="HttpRequestException">The gateway does not answer.</exception>
    public static async Task<GatewayRecord> ReadAsync(IPEndPoint gateway, string accountSid, string token, CancellationToken cancellationToken)
    {
        var record = new GatewayRecord();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{gateway}") };
        client.DefaultRequestHeaders.Authorization = Authorization(accountSid, token);
        string? cursor = null;
        do
        {
            string path = cursor is null ? "/v1/messages?limit=1000" : $"/v1/messages?limit=1000&cursor={Uri.EscapeDataString(cursor)}";
            using JsonDocument page = JsonDocument.Parse(
                await client.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false));
            foreach (JsonElement message in page.RootElement.GetProperty("messages").EnumerateArray())
            {
                if (SubmissionLog.NumberIn(message.GetProperty("body").GetString()!) is not { } number) continue;
                var recorded = new RecordedMessage(
                    message.GetProperty("id").GetString()!, message.GetProperty("status").GetString()!,
                    message.GetProperty("possible_duplicate").GetBoolean());
                if (!record._messages.TryAdd(number, recorded)) record.Repeated.Add(number);
            }

            cursor = page.RootElement.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return record;
    }

    /// <summary>Basic authentication of an account.</summary>
    public static AuthenticationHeaderValue Authorization(string accountSid, string token) =>
        new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{accountSid}:{token}")));

    /// <summary>Takes over what the other has and this has not: messages that were deleted since.</summary>
    public void AddMissing(GatewayRecord earlier)
    {
        foreach ((int number, RecordedMessage message) in earlier._messages) _messages.TryAdd(number, message);
    }
}
