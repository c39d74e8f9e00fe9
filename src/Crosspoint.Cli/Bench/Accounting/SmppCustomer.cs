using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>
/// An SMPP customer that lives through faults: two binds that come back by themselves, single messages and long ones in two parts. It
/// notes every answer in the log, and which receipts came.
/// </summary>
internal sealed class SmppCustomer : ISmppSessionHandler, IAsyncDisposable
{
    public const string SystemId = "crash";
    public const string Password = "crash";
    public const int Binds = 2;

    /// <summary>submit_sm in flight at most.</summary>
    public const int Senders = 4;

    private const int LongEvery = 5;
    private static readonly TimeSpan WhileUnbound = TimeSpan.FromMilliseconds(20);

    // What has no answer by then never gets one: longer than any fault that the rigs make a request wait for.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, int> _receipts = new();
    private readonly SmppClient[] _clients;
    private readonly double _rate;
    private readonly SubmissionLog _log;
    private readonly TimeProvider _time;
    private int _turn;

    /// <param name="rate">Messages a second.</param>
    public SmppCustomer(IPEndPoint gateway, double rate, SubmissionLog log, TimeProvider time, ILogger logger)
    {
        (_rate, _log, _time) = (rate, log, time);
        _clients = new SmppClient[Binds];
        for (int i = 0; i < Binds; i++)
        {
            var options = new SmppClientOptions
            {
                Host = gateway.Address.ToString(),
                Port = gateway.Port,
                SystemId = SystemId,
                Password = Password,
                InFlightWindow = Senders,
                ResponseTimeout = AnswerLimit,
                ReconnectFirst = TimeSpan.FromMilliseconds(100),
                ReconnectMost = TimeSpan.FromMilliseconds(500),
                BindBudget = new SmppBindBudget(int.MaxValue),
            };
            _clients[i] = new SmppClient(options, this, time, logger);
        }
    }

    /// <summary>Receipts beyond the first of each part.</summary>
    public int Repeated => _receipts.Values.Sum(count => count - 1);

    /// <summary>Whether a final receipt came for a part.</summary>
    /// <param name="partId">The id that the part was answered with.</param>
    public bool HasReceipt(string partId) => _receipts.ContainsKey(partId);

    public void Start()
    {
        foreach (SmppClient client in _clients) client.Start();
    }

    /// <summary>Sends until it is stopped; what is under way then is still waited for.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var runs = new Task[Senders];
        for (int i = 0; i < runs.Length; i++) runs[i] = Task.Run(() => SendAsync(stop), CancellationToken.None);
        return Task.WhenAll(runs);
    }

    public void OnBound(SmppSession session)
    {
    }

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (header.CommandId == CommandId.DeliverSm && DeliverSm.TryRead(body, out DeliverSm pdu).IsOk
            && DeliveryReceipt.TryParse(pdu.Text, new TlvReader(pdu.Tlvs), out DeliveryReceipt receipt))
        {
            _receipts.AddOrUpdate(Encoding.ASCII.GetString(receipt.TextId), 1, static (_, count) => count + 1);
        }

        session.Respond(header, CommandStatus.Ok, default);
    }

    public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
    {
        var answer = new Answer(null, CommandStatuses.Name(header.CommandStatus));
        if (header.CommandStatus == CommandStatus.Ok && SubmitSmResp.TryRead(body, out SubmitSmResp pdu).IsOk)
            answer = new Answer(Encoding.ASCII.GetString(pdu.MessageId), null);
        ((TaskCompletionSource<Answer>)state!).TrySetResult(answer);
    }

    public void OnTimeout(SmppSession session, object? state) => ((TaskCompletionSource<Answer>)state!).TrySetException(new TimeoutException());

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
        foreach (object? state in unanswered) ((TaskCompletionSource<Answer>)state!).TrySetException(new IOException("the session ended"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SmppClient client in _clients) await client.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(Senders / _rate), _time);
        try
        {
            while (await pace.WaitForNextTickAsync(stop).ConfigureAwait(false)) await SendOneAsync(_log.NextNumber(), stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }

    private async Task SendOneAsync(int number, CancellationToken stop)
    {
        int parts = number % LongEvery == 0 ? 2 : 1;
        string[] ids = new string[parts];
        bool isAnyTaken = false;
        try
        {
            for (int part = 1; part <= parts; part++)
            {
                Answer answer = await SubmitAsync(number, part, parts, stop).ConfigureAwait(false);
                if (answer.Id is null)
                {
                    _log.Refuse(number, Callback.Receipt, answer.Refusal!);
                    return;
                }

                isAnyTaken = true;
                ids[part - 1] = answer.Id;
            }

            _log.Acknowledge(number, Callback.Receipt, MessageIdOf(ids[0]), ids);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            _log.MissAnswer(number, Callback.Receipt);
        }
        catch (OperationCanceledException)
        {
            // It waited for a session when the load ended: this part never left.
            if (isAnyTaken) _log.MissAnswer(number, Callback.Receipt);
            throw;
        }
    }

    /// <exception cref="OperationCanceledException">The load ended before there was a session; nothing was sent.</exception>
    private async Task<Answer> SubmitAsync(int number, int part, int parts, CancellationToken stop)
    {
        var answered = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!TrySubmit(number, part, parts, answered)) await Task.Delay(WhileUnbound, _time, stop).ConfigureAwait(false);
        return await answered.Task.ConfigureAwait(false);
    }

    private bool TrySubmit(int number, int part, int parts, TaskCompletionSource<Answer> answered)
    {
        if (_clients[Interlocked.Increment(ref _turn) % Binds].Session is not { } session || !session.TryReserve(1)) return false;
        string text = part == 1 ? SubmissionLog.TextOf(number) : " and the second part";
        byte[] octets = Encoding.ASCII.GetBytes(text);
        var pdu = new SubmitSm
        {
            SourceAddr = new SmppAddress(3, 0, "12345"u8),
            DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"3069{number:00000000}"))),
            RegisteredDelivery = 1,
            EsmClass = parts > 1 ? EsmClass.Udhi : (byte)0,
            ShortMessage = parts > 1 ? [5, 0, 3, (byte)number, (byte)parts, (byte)part, .. octets] : octets,
        };
        return session.Submit(pdu, answered) == SendResult.Sent;
    }

    // A customer's UUID, perhaps with the number of a part behind it, as the API writes it.
    private static string MessageIdOf(string uuid) => string.Concat("SM", uuid.Replace("-", "", StringComparison.Ordinal).AsSpan(0, 32));

    /// <param name="Id">The message id; null for a refusal.</param>
    /// <param name="Refusal">The status of a refusal.</param>
    private readonly record struct Answer(string? Id, string? Refusal);
}
