using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Crosspoint.Cli.Bench;

/// <summary>What to send.</summary>
/// <param name="Rate">Messages a second; 0 for as fast as answers come.</param>
/// <param name="Batch">Messages a request: 1 uses the Twilio-shaped API (with a class the native one), more the native batch.</param>
/// <param name="HookPort">Of the receiver of webhooks; null where none are asked for.</param>
internal sealed record LoadPlan(int Count, int Connections, double Rate, int Batch, string AccountSid, string AuthToken, int? HookPort)
{
    /// <summary>The messages' class; null leaves it out.</summary>
    public string? Class { get; init; }
}

/// <summary>
/// Sends messages over keep-alive connections, one request in flight on each. With a rate, times run from the intended moment of sending.
/// </summary>
internal sealed class LoadGenerator(LoadPlan plan, IPEndPoint gateway, TimeProvider time)
{
    private const string Text = "Your code is 123456. Do not share it with anyone. This message was sent by the benchmark, again and";

    private readonly string _authorization = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{plan.AccountSid}:{plan.AuthToken}"));
    private int _next;
    private int _accepted;
    private int _refused;

    public int Accepted => _accepted;

    public int Refused => _refused;

    /// <summary>The first answer that was not a success; null when all were.</summary>
    public string? FirstRefusal { get; private set; }

    /// <summary>Ids of the messages that were sent one by one with a class.</summary>
    public ConcurrentBag<string> Ids { get; } = [];

    public LatencyRecord Accept { get; } = new(plan.Count, time);

    /// <summary>Timestamp of each message's intended sending, by its number.</summary>
    public long[] SentAt { get; } = new long[plan.Count];

    public long StartedAt { get; private set; }

    public long EndedAt { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        StartedAt = time.GetTimestamp();
        var runs = new Task[plan.Connections];
        for (int i = 0; i < runs.Length; i++) runs[i] = Task.Run(() => SendAsync(cancellationToken), cancellationToken);
        await Task.WhenAll(runs).ConfigureAwait(false);
        EndedAt = time.GetTimestamp();
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using HttpConversation conversation = await HttpConversation.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
        var request = new StringBuilder();
        while (true)
        {
            int first = Interlocked.Add(ref _next, plan.Batch) - plan.Batch;
            if (first >= plan.Count) return;
            int count = Math.Min(plan.Batch, plan.Count - first);
            long due = await WaitForTurnAsync(first, cancellationToken).ConfigureAwait(false);
            for (int i = first; i < first + count; i++) SentAt[i] = due;
            byte[] bytes = plan.Batch > 1 ? Batch(request, first, count) : plan.Class is null ? Form(request, first) : Single(request, first);
            await conversation.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (!await conversation.ReadAsync(cancellationToken).ConfigureAwait(false))
                throw new IOException("The gateway closed the connection.");
            Accept.Add(time.GetTimestamp() - due);
            if (conversation.Status is >= 200 and < 300)
            {
                Interlocked.Add(ref _accepted, count);
                if (plan is { Batch: 1, Class: not null }) Ids.Add(IdIn(conversation.Body));
            }
            else
            {
                Interlocked.Add(ref _refused, count);
                FirstRefusal ??= Encoding.UTF8.GetString(conversation.Head) + Encoding.UTF8.GetString(conversation.Body);
            }
        }
    }

    private async ValueTask<long> WaitForTurnAsync(int message, CancellationToken cancellationToken)
    {
        if (plan.Rate <= 0) return time.GetTimestamp();
        long due = StartedAt + (long)(message / plan.Rate * time.TimestampFrequency);
        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), due);
        if (left > TimeSpan.Zero) await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        return due;
    }

    private byte[] Form(StringBuilder request, int message)
    {
        string body = string.Create(CultureInfo.InvariantCulture,
            $"From=12345&To=%2B{To(message)}&Body={Text.Replace(' ', '+')}&StatusCallback=http%3A%2F%2F127.0.0.1%3A{plan.HookPort}%2Fhook%3Fn%3D{message}");
        return Request(request, $"/2010-04-01/Accounts/{plan.AccountSid}/Messages.json", "application/x-www-form-urlencoded", body);
    }

    private byte[] Single(StringBuilder request, int message)
    {
        var body = new StringBuilder();
        AppendNative(body, message);
        return Request(request, "/v1/messages", "application/json", body.ToString());
    }

    private byte[] Batch(StringBuilder request, int first, int count)
    {
        var body = new StringBuilder("{\"messages\":[");
        for (int i = first; i < first + count; i++)
        {
            if (i > first) body.Append(',');
            AppendNative(body, i);
        }

        return Request(request, "/v1/messages/batch", "application/json", body.Append("]}").ToString());
    }

    private void AppendNative(StringBuilder body, int message)
    {
        body.Append(CultureInfo.InvariantCulture, $"{{\"from\":\"12345\",\"to\":\"+{To(message)}\",\"body\":\"{Text}\"");
        if (plan.Class is not null) body.Append(CultureInfo.InvariantCulture, $",\"class\":\"{plan.Class}\"");
        if (plan.HookPort is { } port) body.Append(CultureInfo.InvariantCulture, $",\"callback_url\":\"http://127.0.0.1:{port}/hook?n={message}\"");
        body.Append('}');
    }

    private static string IdIn(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        using JsonDocument answer = JsonDocument.ParseValue(ref reader);
        return answer.RootElement.GetProperty("id").GetString()!;
    }

    private byte[] Request(StringBuilder request, string path, string contentType, string body)
    {
        request.Clear();
        request.Append(CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {gateway}\r\nAuthorization: Basic {_authorization}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        return Encoding.UTF8.GetBytes(request.ToString());
    }

    // 3069 leads to Greek mobile numbers, which exist in form and are spread over eight digits.
    private static string To(int message) => string.Create(CultureInfo.InvariantCulture, $"3069{message % 100_000_000:00000000}");
}
