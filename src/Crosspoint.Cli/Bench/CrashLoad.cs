using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crosspoint.Cli.Bench;

/// <summary>A message as the gateway tells of it.</summary>
internal sealed record CrashMessage(string Id, string Status, bool PossibleDuplicate)
{
    public bool IsFinal => Status is "delivered" or "undelivered" or "failed" or "expired" or "canceled" or "unconfirmed";
}

/// <summary>
/// Load that lives through kills: each message has its number in its text, and the log of acknowledgements is kept here.
/// </summary>
internal sealed partial class CrashLoad(IPEndPoint gateway, string accountSid, string token, double rate, TimeProvider time)
{
    private const int Connections = 8;
    private static readonly TimeSpan BeforeReconnect = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<int, string> _acknowledged = new();
    private readonly string _authorization = Authorization(accountSid, token);
    private int _next;
    private int _withoutAnswer;
    private int _refused;

    /// <summary>Number → id of every message that was answered with success.</summary>
    public IReadOnlyDictionary<int, string> Acknowledged => _acknowledged;

    /// <summary>Requests whose connection broke before an answer: the message may or may not have been accepted.</summary>
    public int WithoutAnswer => _withoutAnswer;

    public int Refused => _refused;

    /// <summary>The next number; shared by all who send.</summary>
    public int NextNumber() => Interlocked.Increment(ref _next);

    /// <summary>The text of a message, by which it is found at the carrier and on record.</summary>
    public static string TextOf(int number) => string.Create(CultureInfo.InvariantCulture, $"crash-{number}-rig");

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var runs = new Task[Connections];
        for (int i = 0; i < runs.Length; i++) runs[i] = Task.Run(() => SendAsync(cancellationToken), cancellationToken);
        return Task.WhenAll(runs);
    }

    /// <summary>All messages of the account, by the number in their text; those that have none yet wait for parts.</summary>
    public static async Task<IReadOnlyDictionary<int, CrashMessage>> ListAsync(
        IPEndPoint gateway, string accountSid, string token, CancellationToken cancellationToken)
    {
        var all = new Dictionary<int, CrashMessage>();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{gateway}") };
        client.DefaultRequestHeaders.Authorization = new("Basic", Authorization(accountSid, token));
        string? cursor = null;
        do
        {
            string path = cursor is null ? "/v1/messages?limit=1000" : $"/v1/messages?limit=1000&cursor={Uri.EscapeDataString(cursor)}";
            using JsonDocument page = JsonDocument.Parse(
                await client.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false));
            foreach (JsonElement message in page.RootElement.GetProperty("messages").EnumerateArray())
            {
                Match match = NumberInText().Match(message.GetProperty("body").GetString()!);
                if (!match.Success) continue;
                int number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                all[number] = new(message.GetProperty("id").GetString()!, message.GetProperty("status").GetString()!, message.GetProperty("possible_duplicate").GetBoolean());
            }

            cursor = page.RootElement.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return all;
    }

    /// <summary>How often each number was accepted, by the carrier's own log.</summary>
    public static Dictionary<int, int> CopiesIn(string submitLog)
    {
        var copies = new Dictionary<int, int>();
        foreach (string line in File.ReadLines(submitLog))
        {
            Match match = NumberInText().Match(line);
            if (!match.Success) continue;
            int number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            copies[number] = copies.GetValueOrDefault(number) + 1;
        }

        return copies;
    }

    private static string Authorization(string accountSid, string token) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{accountSid}:{token}"));

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(Connections / rate), time);
        HttpConversation? conversation = null;
        try
        {
            while (await pace.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                int number = NextNumber();
                bool isWritten = false;
                try
                {
                    conversation ??= await HttpConversation.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
                    isWritten = true;
                    await conversation.WriteAsync(Request(number), cancellationToken).ConfigureAwait(false);
                    if (!await conversation.ReadAsync(cancellationToken).ConfigureAwait(false)) throw new IOException("closed");
                    if (conversation.Status == 202) _acknowledged[number] = IdIn(conversation.Body);
                    else Interlocked.Increment(ref _refused);
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    if (isWritten) Interlocked.Increment(ref _withoutAnswer);
                    conversation?.Dispose();
                    conversation = null;
                    await Task.Delay(BeforeReconnect, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            conversation?.Dispose();
        }
    }

    private byte[] Request(int number)
    {
        string body = string.Create(CultureInfo.InvariantCulture,
            $"{{\"from\":\"12345\",\"to\":\"+3069{number:00000000}\",\"class\":\"transactional\",\"body\":\"{TextOf(number)}\"}}");
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /v1/messages HTTP/1.1\r\nHost: {gateway}\r\nAuthorization: Basic {_authorization}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    private static string IdIn(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("id"u8) && reader.Read()) return reader.GetString()!;
        }

        throw new InvalidDataException("The answer has no id.");
    }

    [GeneratedRegex(@"crash-(\d+)-rig")]
    private static partial Regex NumberInText();
}
