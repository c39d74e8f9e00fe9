using System.Threading.Channels;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Smpp.Tests.Support;

internal enum EventKind
{
    Bound,
    Request,
    Response,
    Timeout,
    WindowOpened,
    Unbound,
    Closed,
}

internal sealed record SessionEvent(EventKind Kind, SmppSession Session)
{
    public PduHeader Header { get; init; }
    public byte[] Body { get; init; } = [];
    public object? State { get; init; }
    public bool Late { get; init; }
    public SmppCloseReason Reason { get; init; }
    public IReadOnlyList<object?> Unanswered { get; init; } = [];
}

/// <summary>Keeps every call as an event, in order, and answers requests with Ok unless told otherwise.</summary>
internal sealed class RecordingHandler : ISmppServerHandler
{
    private readonly Channel<SessionEvent> _events = Channel.CreateUnbounded<SessionEvent>();

    public bool Answers { get; set; } = true;

    public bool Fails { get; set; }

    /// <summary>Runs inside OnBound, on the session's own loop.</summary>
    public Action WhenBound { get; set; } = () => { };

    public Func<BindCredentials, BindDecision> Decide { get; set; } = _ => new BindDecision(CommandStatus.Ok, 0);

    public async Task<SessionEvent> NextAsync(EventKind kind)
    {
        while (true)
        {
            SessionEvent next = await _events.Reader.ReadAsync().AsTask().WaitAsync(RawPeer.Patience);
            if (next.Kind == kind) return next;
        }
    }

    public bool TryNext(out SessionEvent? next) => _events.Reader.TryRead(out next);

    public ValueTask<BindDecision> AuthenticateAsync(
        SmppSession session, BindCredentials credentials, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Decide(credentials));

    public void OnBound(SmppSession session)
    {
        Add(new SessionEvent(EventKind.Bound, session));
        WhenBound();
    }

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        Add(new SessionEvent(EventKind.Request, session) { Header = header, Body = body.ToArray() });
        if (Fails) throw new InvalidOperationException("The handler fails, as the test asks.");
        if (Answers) session.Respond(header, CommandStatus.Ok, "id-1"u8);
    }

    public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late) =>
        Add(new SessionEvent(EventKind.Response, session) { Header = header, Body = body.ToArray(), State = state, Late = late });

    public void OnTimeout(SmppSession session, object? state) => Add(new SessionEvent(EventKind.Timeout, session) { State = state });

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered) =>
        Add(new SessionEvent(EventKind.Closed, session) { Reason = reason, Unanswered = unanswered });

    public void OnWindowOpened(SmppSession session) => Add(new SessionEvent(EventKind.WindowOpened, session));

    public void OnUnbound(SmppSession session) => Add(new SessionEvent(EventKind.Unbound, session));

    private void Add(SessionEvent what) => _events.Writer.TryWrite(what).ShouldBeTrue();
}
