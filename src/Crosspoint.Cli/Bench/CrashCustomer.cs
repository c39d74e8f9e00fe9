using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// An SMPP customer that lives through kills: two binds that come back by themselves, single messages and long ones in two parts, and a log
/// of what was acknowledged and of the receipts that came.
/// </summary>
internal sealed class CrashCustomer : ISmppSessionHandler, IAsyncDisposable
{
    public const string SystemId = "crash";
    public const string Password = "crash";
    public const int Binds = 2;
    private const int Senders = 4;
    private const int LongEvery = 5;
    private static readonly TimeSpan WhileUnbound = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<int, string[]> _acknowledged = new();
    private readonly ConcurrentDictionary<string, int> _receipts = new();
    private readonly SmppClient[] _clients;
    private readonly double _rate;
    private readonly Func<int> _nextNumber;
    private readonly TimeProvider _time;
    private int _withoutAnswer;
    private int _refused;
    private int _turn;

    public CrashCustomer(IPEndPoint gateway, double rate, Func<int> nextNumber, TimeProvider time, ILogger logger)
    {
        (_rate, _nextNumber, _time) = (rate, nextNumber, time);
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
                ReconnectFirst = TimeSpan.FromMilliseconds(100),
                ReconnectMost = TimeSpan.FromMilliseconds(500),
                BindBudget = new SmppBindBudget(int.MaxValue),
            };
            _clients[i] = new SmppClient(options, this, time, logger);
        }
    }

    /// <summary>Number → the message ids of its parts, for every message whose parts were all answered with ESME_ROK.</summary>
    public IReadOnlyDictionary<int, string[]> Acknowledged => _acknowledged;

    public int WithoutAnswer => _withoutAnswer;

    public int Refused => _refused;

    /// <summary>Ids of acknowledged parts for which no receipt came.</summary>
    public IEnumerable<string> Missing => _acknowledged.Values.SelectMany(ids => ids).Where(id => !_receipts.ContainsKey(id));

    /// <summary>Receipts beyond the first of each part.</summary>
    public int Repeated => _receipts.Values.Sum(count => count - 1);

    public void Start()
    {
        foreach (SmppClient client in _clients) client.Start();
    }

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var runs = new Task[Senders];
        for (int i = 0; i < runs.Length; i++) runs[i] = Task.Run(() => SendAsync(cancellationToken), cancellationToken);
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
        string? id = null;
        if (header.CommandStatus == CommandStatus.Ok && SubmitSmResp.TryRead(body, out SubmitSmResp pdu).IsOk)
            id = Encoding.ASCII.GetString(pdu.MessageId);
        ((TaskCompletionSource<string?>)state!).TrySetResult(id);
    }

    public void OnTimeout(SmppSession session, object? state) => ((TaskCompletionSource<string?>)state!).TrySetException(new TimeoutException());

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
        foreach (object? state in unanswered) ((TaskCompletionSource<string?>)state!).TrySetException(new IOException("the session ended"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SmppClient client in _clients) await client.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(Senders / _rate), _time);
        while (await pace.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            int number = _nextNumber();
            int parts = number % LongEvery == 0 ? 2 : 1;
            string[] ids = new string[parts];
            try
            {
                bool isWhole = true;
                for (int part = 1; part <= parts && isWhole; part++)
                {
                    string? id = await SubmitAsync(number, part, parts, cancellationToken).ConfigureAwait(false);
                    isWhole = id is not null;
                    ids[part - 1] = id ?? "";
                }

                if (isWhole) _acknowledged[number] = ids;
                else Interlocked.Increment(ref _refused);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                Interlocked.Increment(ref _withoutAnswer);
            }
        }
    }

    /// <summary>The id that was answered; null for a refusal.</summary>
    private async Task<string?> SubmitAsync(int number, int part, int parts, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!TrySubmit(number, part, parts, answered)) await Task.Delay(WhileUnbound, _time, cancellationToken).ConfigureAwait(false);
        return await answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool TrySubmit(int number, int part, int parts, TaskCompletionSource<string?> answered)
    {
        if (_clients[Interlocked.Increment(ref _turn) % Binds].Session is not { } session || !session.TryReserve(1)) return false;
        string text = part == 1 ? CrashLoad.TextOf(number) : " and the second part";
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
}
