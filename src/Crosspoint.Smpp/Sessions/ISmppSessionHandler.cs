using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// What the owner of sessions is told. The calls of one session never overlap. They come from its reader loop and its timer, so they must
/// not block; spans are valid only during the call.
/// </summary>
public interface ISmppSessionHandler
{
    /// <summary>The session is bound; it may be used from here on.</summary>
    void OnBound(SmppSession session);

    /// <summary>
    /// A request that is legal in the state of the session: submit_sm, submit_multi, deliver_sm, data_sm, query_sm, cancel_sm, replace_sm,
    /// alert_notification, and where SMPP 5.0 is in use broadcast_sm, query_broadcast_sm and cancel_broadcast_sm. Answer it, now or later,
    /// with <see cref="SmppSession.Respond"/> (alert_notification is not answered); what is not served is answered with
    /// <see cref="CommandStatus.InvalidCommandId"/>.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="header">The header, to keep for the answer.</param>
    /// <param name="body">The body, not looked at yet.</param>
    void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body);

    /// <summary>The response to a request; a generic_nack that names it comes here too.</summary>
    /// <param name="session">The session.</param>
    /// <param name="header">The header: operation, status and sequence number.</param>
    /// <param name="body">The body, not looked at yet; it may be missing when the status is not Ok.</param>
    /// <param name="state">What was given with the request.</param>
    /// <param name="elapsed">The time since the request was written.</param>
    /// <param name="late">True when <see cref="OnTimeout"/> was reported for the request before.</param>
    void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late);

    /// <summary>
    /// No response came within the response time. The slot is free again; a late response may still come for ten minutes.
    /// </summary>
    void OnTimeout(SmppSession session, object? state);

    /// <summary>Responses have freed slots; called once for each batch of PDUs read, and after time-outs.</summary>
    void OnWindowOpened(SmppSession session);

    /// <summary>
    /// The peer has unbound: nothing more may be sent, what is outstanding may still be answered, and <see cref="OnClosed"/> follows within
    /// seconds.
    /// </summary>
    void OnUnbound(SmppSession session)
    {
    }

    /// <summary>The session has ended. Called exactly once for a session that was bound or had requests; nothing follows.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="unanswered">The states of all requests that were written and neither answered nor reported as timed out.</param>
    void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered);
}
