using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>Where and how much an <see cref="HttpLoad"/> sends.</summary>
/// <param name="Rate">Messages a second.</param>
/// <param name="Batch">Messages of a batch, of which there is one for as many single requests; 1 for single requests alone.</param>
/// <param name="HookUrl">Base of the callback URL of each message; null for none.</param>
internal sealed record HttpLoadPlan(IPEndPoint Gateway, string AccountSid, string AuthToken, double Rate, int Batch, string? HookUrl);

/// <summary>
/// Load over HTTP that lives through faults: connections come back by themselves, and every answer goes into the log.
/// </summary>
internal sealed class HttpLoad(HttpLoadPlan plan, SubmissionLog log, TimeProvider time)
{
    /// <summary>Connections, with one request in flight on each.</summary>
    public const int Connections = 8;

    // One in so many has two parts.
    private const int LongEvery = 7;
    private const int LongLetters = 200;

    private static readonly TimeSpan BeforeReconnect = TimeSpan.FromMilliseconds(50);

    // What has no answer by then never gets one: longer than any fault that the rigs make a request wait for.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly string _authorization = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{plan.AccountSid}:{plan.AuthToken}"));
    private readonly Callback _callback = plan.HookUrl is null ? Callback.None : Callback.Webhook;

    /// <summary>Sends until it is stopped; what is under way then is still waited for.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var runs = new Task[Connections];
        for (int i = 0; i < runs.Length; i++)
        {
            int turn = i;
            runs[i] = Task.Run(() => SendAsync(turn, stop), CancellationToken.None);
        }

        return Task.WhenAll(runs);
    }

    private async Task SendAsync(int turn, CancellationToken stop)
    {
        // As many messages in batches as one by one.
        double messagesARequest = plan.Batch == 1 ? 1 : 2.0 * plan.Batch / (plan.Batch + 1);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(Connections * messagesARequest / plan.Rate), time);
        HttpConversation? conversation = null;
        try
        {
            while (await pace.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                bool isBatch = plan.Batch > 1 && ++turn % (plan.Batch + 1) == 0;
                conversation = await ExchangeAsync(conversation, isBatch, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
        finally
        {
            conversation?.Dispose();
        }
    }

    /// <summary>One request and its answer. The connection for the next; null when this one broke.</summary>
    private async Task<HttpConversation?> ExchangeAsync(HttpConversation? conversation, bool isBatch, CancellationToken stop)
    {
        if (conversation is { IsEnded: true })
        {
            conversation.Dispose();
            conversation = null;
        }

        int[] numbers = new int[isBatch ? plan.Batch : 1];
        bool isWritten = false;
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        try
        {
            conversation ??= await HttpConversation.ConnectAsync(plan.Gateway, limit.Token).ConfigureAwait(false);
            for (int i = 0; i < numbers.Length; i++) numbers[i] = log.NextNumber();
            isWritten = true;
            await conversation.WriteAsync(isBatch ? Batch(numbers) : Single(numbers[0]), limit.Token).ConfigureAwait(false);
            if (!await conversation.ReadAsync(limit.Token).ConfigureAwait(false)) throw new IOException("closed");
            Note(conversation, numbers, isBatch);
            return conversation;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            conversation?.Dispose();
            if (isWritten)
            {
                foreach (int number in numbers) log.MissAnswer(number, _callback);
            }

            await Task.Delay(BeforeReconnect, time, stop).ConfigureAwait(false);
            return null;
        }
    }

    private void Note(HttpConversation answer, int[] numbers, bool isBatch)
    {
        if (answer.Status != 202)
        {
            if (IsUnknown(answer))
            {
                foreach (int number in numbers) log.MissAnswer(number, _callback);
                return;
            }

            string status = answer.Status.ToString(CultureInfo.InvariantCulture);
            foreach (int number in numbers) log.Refuse(number, _callback, status);
            return;
        }

        using JsonDocument body = JsonDocument.Parse(answer.Body.ToArray());
        if (!isBatch)
        {
            log.Acknowledge(numbers[0], _callback, body.RootElement.GetProperty("id").GetString()!);
            return;
        }

        int at = 0;
        foreach (JsonElement message in body.RootElement.GetProperty("messages").EnumerateArray())
        {
            int number = numbers[at++];
            if (message.TryGetProperty("id", out JsonElement id)) log.Acknowledge(number, _callback, id.GetString()!);
            else log.Refuse(number, _callback, message.GetProperty("error").GetProperty("code").GetString()!);
        }
    }

    // The journal failed in the middle of it, and the gateway says that it does not know.
    private static bool IsUnknown(HttpConversation answer) => answer.Status == 500 && Encoding.UTF8.GetString(answer.Body).Contains("\"outcome_unknown\"", StringComparison.Ordinal);

    private byte[] Single(int number) => Request("/v1/messages", Message(number));

    private byte[] Batch(int[] numbers) =>
        Request("/v1/messages/batch", $"{{\"messages\":[{string.Join(',', Array.ConvertAll(numbers, Message))}]}}");

    private string Message(int number)
    {
        string text = SubmissionLog.TextOf(number);
        if (number % LongEvery == 0) text = string.Concat(text, new string('.', LongLetters), text);
        string hook = plan.HookUrl is null ? "" : string.Create(CultureInfo.InvariantCulture, $",\"callback_url\":\"{plan.HookUrl}?n={number}\"");
        return string.Create(CultureInfo.InvariantCulture,
            $"{{\"from\":\"12345\",\"to\":\"+3069{number:00000000}\",\"class\":\"transactional\",\"body\":\"{text}\"{hook}}}");
    }

    private byte[] Request(string path, string body) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: {plan.Gateway}\r\nAuthorization: Basic {_authorization}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
}
