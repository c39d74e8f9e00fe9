using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Support;

/// <summary>A carrier that takes everything, gives numbers as ids, and sends the receipts that a test asks for.</summary>
internal sealed class TestCarrier : ISmppServerHandler, IAsyncDisposable
{
    private readonly SmppServer _server;
    private volatile SmppSession? _session;
    private int _count;

    public TestCarrier()
    {
        _server = new SmppServer(
            new SmppServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), InFlightWindow = 1000 }, this, TimeProvider.System,
            NullLogger.Instance);
        _server.Start();
    }

    public int Port => _server.EndPoint.Port;

    /// <summary>What was submitted, with the id that was given.</summary>
    public ConcurrentQueue<(string Id, string From, string To, string Text, byte EsmClass)> Submits { get; } = new();

    /// <summary>Texts of everything that came, whether it was answered or not.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    /// <summary>Sends DELIVRD for everything at once.</summary>
    public bool Delivers { get; set; } = true;

    /// <summary>Answers nothing when false: what is submitted stays in flight.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Sends DELIVRD for everything that was taken so far, though it may have been sent before.</summary>
    public void DeliverAll()
    {
        foreach ((string id, _, string to, _, _) in Submits) Receipt(id, to, "DELIVRD");
    }

    public void Deliver(string from, string to, string text, byte esmClass = 0)
    {
        SmppSession session = _session!;
        session.TryReserve(1).ShouldBeTrue();
        var pdu = new DeliverSm
        {
            SourceAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(to)),
            EsmClass = esmClass,
            ShortMessage = Encoding.ASCII.GetBytes(text),
        };
        session.Deliver(pdu, new object()).ShouldBe(SendResult.Sent);
    }

    public void Receipt(string id, string recipient, string state, string error = "000") =>
        Deliver(recipient, "15550001000", $"id:{id} sub:001 dlvrd:001 submit date:2601020304 done date:2601020304 stat:{state} err:{error} text:", EsmClass.Receipt);

    public ValueTask<BindDecision> AuthenticateAsync(SmppSession session, BindCredentials credentials, CancellationToken cancellationToken) =>
        new(new BindDecision(CommandStatus.Ok, 0));

    public void OnBound(SmppSession session) => _session = session;

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (header.CommandId != CommandId.SubmitSm) return;
        SubmitSm.TryRead(body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        Seen.Enqueue(Encoding.Latin1.GetString(pdu.Text));
        if (!Answers) return;
        string id = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        string to = Encoding.ASCII.GetString(pdu.DestinationAddr.Digits);
        Submits.Enqueue((id, Encoding.ASCII.GetString(pdu.SourceAddr.Digits), to, Encoding.Latin1.GetString(pdu.Text), pdu.EsmClass));
        session.Respond(header, CommandStatus.Ok, Encoding.ASCII.GetBytes(id));
        if (Delivers) Receipt(id, to, "DELIVRD");
    }

    public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
    {
    }

    public void OnTimeout(SmppSession session, object? state)
    {
    }

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
