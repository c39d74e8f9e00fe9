using Crosspoint.Smpp.Codec;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>Keeps one bind alive.</summary>
public sealed class SmppClient : IAsyncDisposable
{
    /// <summary>A client; nothing happens before <see cref="Start"/>.</summary>
    public SmppClient(SmppClientOptions options, ISmppSessionHandler handler, TimeProvider time, ILogger logger)
    {
    }

    /// <summary>Tells each change of state.</summary>
    public event Action<SmppClient, SmppClientState>? StateChanged;

    /// <summary>What the client is doing.</summary>
    public SmppClientState State { get; private set; }

    /// <summary>The session while bound.</summary>
    public SmppSession? Session { get; private set; }

    /// <summary>The status of the last answer to a bind.</summary>
    public CommandStatus? LastBindStatus { get; private set; }

    /// <summary>Why the last try or session ended.</summary>
    public string? LastError { get; private set; }

    /// <summary>Starts to connect, bind and reconnect.</summary>
    public void Start() => StateChanged?.Invoke(this, State);

    /// <summary>Unbinds in an orderly way and stops.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
