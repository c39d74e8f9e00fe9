namespace Crosspoint.Smpp.Sessions;

/// <summary>What the owner of a server is told and asked.</summary>
public interface ISmppServerHandler : ISmppSessionHandler
{
    /// <summary>Decides on a bind.</summary>
    /// <param name="session">The session, not bound yet.</param>
    /// <param name="credentials">What the client said.</param>
    /// <param name="cancellationToken">Ends when the session does.</param>
    /// <returns>The status to answer. Answer one and the same status for a wrong user and a wrong password.</returns>
    ValueTask<BindDecision> AuthenticateAsync(SmppSession session, BindCredentials credentials, CancellationToken cancellationToken);
}
