using System.Net;
using System.Net.Security;
using System.Text;
using System.Threading.Channels;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>A carrier that does what a test says, PDU by PDU, over real sockets.</summary>
internal sealed class ScriptedCarrier : ISmppServerHandler, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<CarrierSubmit> _all = [];
    private readonly List<CarrierQuery> _queries = [];
    private readonly Channel<CarrierSubmit> _next = Channel.CreateUnbounded<CarrierSubmit>();
    private readonly List<SmppSession> _bound = [];
    private SmppServer? _server;
    private readonly SslServerAuthenticationOptions? _tls;
    private int _port;

    /// <param name="tls">Speak TLS with these settings; null for plain TCP.</param>
    public ScriptedCarrier(bool isUp = true, SslServerAuthenticationOptions? tls = null)
    {
        _tls = tls;
        Start();
        if (!isUp) StopAsync().GetAwaiter().GetResult();
    }

    /// <summary>What to do with each submit_sm; answers everything with ESME_ROK and an id of its own unless told otherwise.</summary>
    public Action<ScriptedCarrier, CarrierSubmit> Script { get; set; } = static (carrier, submit) => carrier.Accept(submit);

    /// <summary>What to do with each query_sm; does not serve the operation unless told otherwise.</summary>
    public Action<ScriptedCarrier, CarrierQuery> QueryScript { get; set; } = static (carrier, query) =>
        query.Session.Respond(query.Header, CommandStatus.InvalidCommandId, default);

    /// <summary>What binds are answered.</summary>
    public CommandStatus BindAnswer { get; set; } = CommandStatus.Ok;

    /// <summary>Told of each bind.</summary>
    public Action? BindSeen { get; set; }

    public int Port => _port;

    public IReadOnlyList<CarrierSubmit> Submits
    {
        get
        {
            lock (_gate) return [.. _all];
        }
    }

    public IReadOnlyList<CarrierQuery> Queries
    {
        get
        {
            lock (_gate) return [.. _queries];
        }
    }

    /// <summary>The sessions that are bound, oldest first; waits for the first, of which this side learns after its peer.</summary>
    public IReadOnlyList<SmppSession> Bound
    {
        get
        {
            SmppSession[] bound = [];
            SpinWait.SpinUntil(
                () =>
                {
                    lock (_gate) bound = [.. _bound];
                    return bound.Length > 0;
                },
                Rig.Limit);
            return bound;
        }
    }

    public static void Ignore(ScriptedCarrier carrier, CarrierSubmit submit)
    {
    }

    /// <summary>Takes the port again after <see cref="StopAsync"/>.</summary>
    public void Start()
    {
        var options = new SmppServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, _port),
            SystemId = "carrier",
            InFlightWindow = 1000,
            Tls = _tls,
        };
        _server = new SmppServer(options, this, TimeProvider.System, NullLogger.Instance);
        _server.Start();
        _port = _server.EndPoint.Port;
    }

    /// <summary>Drops every session and stops listening.</summary>
    public async Task StopAsync()
    {
        SmppServer server = _server!;
        DropSessions();
        await server.DisposeAsync();
    }

    public void DropSessions()
    {
        foreach (SmppSession session in _server!.Sessions) session.Abort("the test says so");
    }

    public async Task<CarrierSubmit> NextAsync() =>
        await _next.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
            Rig.Limit, TimeProvider.System, CancellationToken.None);

    public void Accept(CarrierSubmit submit) => Accept(submit, IdOf(submit));

    public void Accept(CarrierSubmit submit, string id) => submit.Session.Respond(
        submit.Header, CommandStatus.Ok, Encoding.ASCII.GetBytes(id));

    public void Refuse(CarrierSubmit submit, CommandStatus status) => submit.Session.Respond(submit.Header, status, default);

    public void AnswerQuery(CarrierQuery query, byte state, byte error = 0)
    {
        var pdu = new QuerySmResp { MessageId = Encoding.ASCII.GetBytes(query.MessageId), State = state, ErrorCode = error };
        byte[] body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out int written).ShouldBeTrue();
        query.Session.RespondWithBody(query.Header, CommandStatus.Ok, body.AsSpan(0, written));
    }

    /// <summary>The id that <see cref="Accept(CarrierSubmit)"/> gives.</summary>
    public string IdOf(CarrierSubmit submit) => $"{_port:x}f{submit.Number:x}";

    /// <summary>A receipt in the usual text, from the submission's recipient.</summary>
    public Task<CommandStatus> ReceiptAsync(
        CarrierSubmit submit, string state = "DELIVRD", string error = "000", byte esmClass = EsmClass.Receipt) =>
        ReceiptAsync(submit.Session, IdOf(submit), submit.To, state, error, esmClass);

    public Task<CommandStatus> ReceiptAsync(
        SmppSession session, string id, string recipient, string state = "DELIVRD", string error = "000", byte esmClass = EsmClass.Receipt)
    {
        string text = $"id:{id} sub:001 dlvrd:001 submit date:2601020304 done date:2601020305 stat:{state} err:{error} text:";
        return DeliverAsync(session, recipient, "15550001000", Encoding.ASCII.GetBytes(text), esmClass);
    }

    /// <summary>A deliver_sm; the task gives the gateway's answer.</summary>
    public Task<CommandStatus> DeliverAsync(
        SmppSession session, string from, string to, ReadOnlySpan<byte> text, byte esmClass = 0, ReadOnlySpan<byte> tlvs = default,
            byte dataCoding = 0)
    {
        var answered = new TaskCompletionSource<CommandStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pdu = new DeliverSm
        {
            SourceAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(to)),
            EsmClass = esmClass,
            DataCoding = dataCoding,
            ShortMessage = text,
            Tlvs = tlvs,
        };
        session.TryReserve(1).ShouldBeTrue();
        session.Deliver(pdu, answered).ShouldBe(SendResult.Sent);
        return answered.Task.WaitAsync(Rig.Limit, TimeProvider.System, CancellationToken.None);
    }

    public ValueTask<BindDecision> AuthenticateAsync(
        SmppSession session, BindCredentials credentials, CancellationToken cancellationToken)
    {
        BindSeen?.Invoke();
        return new(new BindDecision(BindAnswer, 0));
    }

    public void OnBound(SmppSession session)
    {
        lock (_gate) _bound.Add(session);
    }

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (header.CommandId == CommandId.QuerySm)
        {
            QuerySm.TryRead(body, out QuerySm pdu).IsOk.ShouldBeTrue();
            string source = $"{pdu.SourceAddr.Ton}/{pdu.SourceAddr.Npi}/{Encoding.ASCII.GetString(pdu.SourceAddr.Digits)}";
            var query = new CarrierQuery(session, header, Encoding.ASCII.GetString(pdu.MessageId), source);
            lock (_gate) _queries.Add(query);
            QueryScript(this, query);
            return;
        }

        if (header.CommandId != CommandId.SubmitSm) return;
        CarrierSubmit submit;
        lock (_gate)
        {
            submit = CarrierSubmit.Read(_all.Count + 1, session, header, body);
            _all.Add(submit);
        }

        Script(this, submit);
        _next.Writer.TryWrite(submit);
    }

    public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late) =>
        ((TaskCompletionSource<CommandStatus>)state!).TrySetResult(header.CommandStatus);

    public void OnTimeout(SmppSession session, object? state) => ((TaskCompletionSource<CommandStatus>)state!).TrySetException(
        new TimeoutException("deliver_sm was not answered"));

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
        lock (_gate) _bound.Remove(session);
        foreach (object? state in unanswered) ((TaskCompletionSource<CommandStatus>)state!).TrySetException(
            new IOException("the session ended"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
