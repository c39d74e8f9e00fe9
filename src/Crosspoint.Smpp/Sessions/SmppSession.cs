using System.Net;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Sessions;

/// <summary>One connection and its state machine, in either role. Thread-safe; sending never blocks.</summary>
public sealed class SmppSession
{
    internal SmppSession(string name, SmppRole role)
    {
        Name = name;
        Role = role;
    }

    /// <summary>A name for logs.</summary>
    public string Name { get; }

    /// <summary>Which end this process is.</summary>
    public SmppRole Role { get; }

    /// <summary>The state.</summary>
    public SmppSessionState State => throw new NotSupportedException();

    /// <summary>The peer's address.</summary>
    public EndPoint? RemoteEndPoint => throw new NotSupportedException();

    /// <summary>The peer's system_id; null before the bind.</summary>
    public string? SystemId => throw new NotSupportedException();

    /// <summary>The peer's interface version; 0 when it does not say.</summary>
    public byte PeerInterfaceVersion => throw new NotSupportedException();

    /// <summary>Unanswered requests allowed.</summary>
    public int WindowSize => throw new NotSupportedException();

    /// <summary>Requests written and not answered.</summary>
    public int OutstandingCount => throw new NotSupportedException();

    /// <summary>Anything the owner wants to keep with the session.</summary>
    public object? Tag { get; set; }

    /// <summary>Takes free slots of the in-flight window, all or none; lock-free.</summary>
    public bool TryReserve(int slots) => throw new NotSupportedException();

    /// <summary>Gives back slots that were reserved and not used.</summary>
    public void Release(int slots) => throw new NotSupportedException();

    /// <summary>Sends submit_sm with one slot reserved before.</summary>
    public SendResult Submit(in SubmitSm pdu, object state) => throw new NotSupportedException();

    /// <summary>Sends deliver_sm with one slot reserved before.</summary>
    public SendResult Deliver(in DeliverSm pdu, object state) => throw new NotSupportedException();

    /// <summary>Sends any request.</summary>
    public SendResult Request(CommandId commandId, ReadOnlySpan<byte> body, object? state, bool useWindow) => throw new NotSupportedException();

    /// <summary>Answers a request with the body that belongs to it.</summary>
    public void Respond(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> messageId) => throw new NotSupportedException();

    /// <summary>Answers a request with a body of the caller's making.</summary>
    public void RespondWithBody(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> body) => throw new NotSupportedException();

    /// <summary>Closes in an orderly way.</summary>
    public Task CloseAsync(TimeSpan drainTimeout, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Cuts the connection.</summary>
    public void Abort(string reason) => throw new NotSupportedException();
}
