using System.Net;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>Listens and keeps the sessions of clients.</summary>
public sealed class SmppServer : IAsyncDisposable
{
    /// <summary>A server; nothing happens before <see cref="Start"/>.</summary>
    public SmppServer(SmppServerOptions options, ISmppServerHandler handler, TimeProvider time, ILogger logger)
    {
    }

    /// <summary>Where the server listens, with the real port.</summary>
    public IPEndPoint EndPoint => throw new NotSupportedException();

    /// <summary>The sessions open now.</summary>
    public IReadOnlyCollection<SmppSession> Sessions => throw new NotSupportedException();

    /// <summary>Starts to listen.</summary>
    public void Start() => throw new NotSupportedException();

    /// <summary>Stops listening and unbinds all sessions in an orderly way.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
