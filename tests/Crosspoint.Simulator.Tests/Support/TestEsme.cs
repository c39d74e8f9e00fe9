using System.Net;
using System.Text;
using System.Threading.Channels;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Simulator.Tests.Support;

/// <summary>A customer with a real bind, which notes what it gets.</summary>
public sealed class TestEsme : ISmppSessionHandler, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SmppClient _client;
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>();
    private readonly Channel<Response> _syncs = Channel.CreateUnbounded<Response>();
    private readonly TaskCompletionSource<SmppSession> _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CommandStatus> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TestEsme(IPEndPoint to, string systemId, string password, SmppBindType type)
    {
        var options = new SmppClientOptions
        {
            Host = to.Address.ToString(),
            Port = to.Port,
            SystemId = systemId,
            Password = password,
            BindType = type,
            InFlightWindow = 1000,
            ReconnectFirst = TimeSpan.FromMinutes(5),
            ReconnectMost = TimeSpan.FromMinutes(5),
        };
        _client = new SmppClient(options, this, TimeProvider.System, NullLogger.Instance);
        _client.StateChanged += (client, _) =>
        {
            if (client.LastBindStatus is { } status and not CommandStatus.Ok) _refused.TrySetResult(status);
        };
    }

    /// <summary>What the customer answers to a delivery; null = nothing.</summary>
    public Func<Received, CommandStatus?> Answer { get; set; } = static _ => CommandStatus.Ok;

    public SmppSession Session => _bound.Task.Result;

    public static async Task<TestEsme> BindAsync(
        SimulatedCarrier carrier, SmppBindType type = SmppBindType.Transceiver, string systemId = "cp", string password = "cp")
    {
        var esme = new TestEsme(carrier.EndPoint, systemId, password, type);
        esme._client.Start();
        await esme._bound.Task.WaitAsync(Patience);
        return esme;
    }

    /// <summary>The status with which the carrier refuses a bind.</summary>
    public static async Task<CommandStatus> BindRefusedAsync(SimulatedCarrier carrier, string systemId = "cp", string password = "cp")
    {
        await using var esme = new TestEsme(carrier.EndPoint, systemId, password, SmppBindType.Transceiver);
        esme._client.Start();
        return await esme._refused.Task.WaitAsync(Patience);
    }

    public void Submit(
        string text = "hello",
        byte registeredDelivery = 1,
        string to = "447700900001",
        string from = "15550001000",
        byte esmClass = 0,
        byte sourceTon = 1,
        byte[]? octets = null,
        byte dataCoding = 0)
    {
        var pdu = new SubmitSm
        {
            SourceAddr = new SmppAddress(sourceTon, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(to)),
            EsmClass = esmClass,
            DataCoding = dataCoding,
            RegisteredDelivery = registeredDelivery,
            ShortMessage = octets ?? Encoding.ASCII.GetBytes(text),
        };
        Session.TryReserve(1).ShouldBeTrue();
        Session.Submit(pdu, text).ShouldBe(SendResult.Sent);
    }

    /// <summary>One part of a long message, with an 8-bit reference.</summary>
    public void SubmitPart(byte part, byte total, string text, byte reference = 7) =>
        Submit(octets: [5, 0, 3, reference, total, part, .. Encoding.ASCII.GetBytes(text)], esmClass: 0x40);

    public void Request(CommandId commandId, byte[] body)
    {
        Session.TryReserve(1).ShouldBeTrue();
        Session.Request(commandId, body, null, useWindow: true).ShouldBe(SendResult.Sent);
    }

    /// <summary>Waits until the carrier has handled all that was sent before: query_sm is answered at once, whatever the latency.</summary>
    public async Task<Response> QueryAsync(string messageId = "0")
    {
        var body = new byte[80];
        var query = new QuerySm { MessageId = Encoding.ASCII.GetBytes(messageId), SourceAddr = new SmppAddress(1, 1, "15550001000"u8) };
        query.TryWrite(body, out int length);
        Request(CommandId.QuerySm, body[..length]);
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        return await _syncs.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Leaves something for later.</summary>
    public void PutBack(object item) => _events.Writer.TryWrite(item);

    /// <summary>The next response or delivery, in the order of the wire.</summary>
    public async Task<object> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        return await _events.Reader.ReadAsync(patience.Token);
    }

    public async Task<Response> ResponseAsync() => (await NextAsync()).ShouldBeOfType<Response>();

    public async Task<Received> DeliveryAsync() => (await NextAsync()).ShouldBeOfType<Received>();

    public async Task<IReadOnlyList<Response>> ResponsesAsync(int count)
    {
        var all = new List<Response>();
        while (all.Count < count) all.Add(await ResponseAsync());
        return all;
    }

    /// <summary>True when nothing is waiting to be looked at.</summary>
    public bool IsQuiet => !_events.Reader.TryPeek(out _);

    public Task ClosedAsync() => _closed.Task.WaitAsync(Patience);

    public void OnBound(SmppSession session) => _bound.TrySetResult(session);

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        var received = new Received(header.CommandId, body.ToArray(), this);
        if (Answer(received) is { } status) session.Respond(header, status, default);
        _events.Writer.TryWrite(received);
    }

    public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
    {
        var response = new Response(header.CommandId, header.CommandStatus, body.ToArray(), this, state);
        if (header.CommandId == CommandId.QuerySmResp) _syncs.Writer.TryWrite(response);
        else _events.Writer.TryWrite(response);
    }

    public void OnTimeout(SmppSession session, object? state)
    {
    }

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered) => _closed.TrySetResult();

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
