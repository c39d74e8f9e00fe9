using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Waits, as an ESME, for message centres that connect and send outbind, and binds on their connection (SMPP v3.4 §2.2.1, v5.0 §2.2.2). A
/// wrong system_id or password ends the connection: outbind has no response. Plain TCP.
/// </summary>
public sealed partial class SmppOutbindListener : IAsyncDisposable
{
    private const int Backlog = 16;

    private readonly SmppOutbindListenerOptions _options;
    private readonly ISmppSessionHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SessionSettings _settings;
    private readonly byte[] _systemId;
    private readonly byte[] _password;
    private readonly ConcurrentDictionary<SmppSession, Task> _sessions = new();
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private IPEndPoint? _endPoint;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A listener; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="options">Where to listen, what to expect, how to bind.</param>
    /// <param name="handler">Gets the calls of each session, one after the other.</param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Gets one line for each outbind, accepted or refused.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or asks to bind as transmitter.</exception>
    public SmppOutbindListener(SmppOutbindListenerOptions options, ISmppSessionHandler handler, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Text(options.SystemId, 15, "SystemId");
        OptionsCheck.Text(options.Password, 8, "Password");
        OptionsCheck.InRange(options.MaxConnections, 1, 10_000, "MaxConnections");
        OptionsCheck.Text(options.Bind.SystemId, 15, "Bind.SystemId");
        OptionsCheck.Text(options.Bind.Password, 8, "Bind.Password");
        OptionsCheck.Text(options.Bind.SystemType, 12, "Bind.SystemType");
        OptionsCheck.Text(options.Bind.AddressRange, 40, "Bind.AddressRange");
        OptionsCheck.InRange(options.Bind.InFlightWindow, 1, 10_000, "Bind.InFlightWindow");
        OptionsCheck.InRange(options.Bind.MaxPduBytes, 1024, 1024 * 1024, "Bind.MaxPduBytes");
        OptionsCheck.Positive(options.Bind.BindTimeout, "Bind.BindTimeout");
        if (options.Bind.BindType == SmppBindType.Transmitter)
        {
            throw new ArgumentException("An outbind is answered with a bind as receiver or transceiver.", nameof(options));
        }

        _options = options;
        _handler = handler;
        _time = time;
        _logger = logger;
        _systemId = Encoding.Latin1.GetBytes(options.SystemId);
        _password = Encoding.Latin1.GetBytes(options.Password);
        _settings = SessionSettings.Of(options.Bind, firstSequenceNumber: 1) with { AnswerToOutbind = Judge };
    }

    /// <summary>Where the listener listens, with the real port.</summary>
    /// <exception cref="InvalidOperationException">The listener was not started.</exception>
    public IPEndPoint EndPoint => _endPoint ?? throw new InvalidOperationException("The listener was not started.");

    /// <summary>The sessions open now, bound or not: a copy.</summary>
    public IReadOnlyCollection<SmppSession> Sessions => [.. _sessions.Keys];

    /// <summary>Starts to listen.</summary>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    /// <exception cref="InvalidOperationException">The listener was started before.</exception>
    public void Start()
    {
        if (_listener is not null) throw new InvalidOperationException("The listener was started before.");
        var listener = new Socket(_options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(_options.Listen);
            listener.Listen(Backlog);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _endPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptLoopAsync);
    }

    /// <summary>Stops listening and closes all sessions in an orderly way.</summary>
    /// <param name="cancellationToken">Ends the waiting for responses and unbind_resp, not the closing.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        var closing = new List<Task>();
        foreach ((SmppSession session, Task gone) in _sessions)
        {
            closing.Add(session.CloseAsync(cancellationToken));
            closing.Add(gone);
        }

        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    /// <summary>Stops without waiting for outstanding responses.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private async Task AcceptLoopAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener!.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (_sessions.Count < _options.MaxConnections) Serve(socket);
                else socket.Dispose();
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (_stopping.IsCancellationRequested) return;
                Log.AcceptFailed(_logger, exception.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Serve(Socket socket)
    {
        socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: false);
        string name = $"{_options.Bind.Name ?? _options.Bind.SystemId} outbind {socket.RemoteEndPoint}";
        var session = new SmppSession(name, SmppRole.Esme, socket, stream, _settings, _handler, _time, _logger);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sessions.TryAdd(session, gone.Task);
        session.Start();
        _ = ForgetAsync(session, gone);
    }

    private async Task ForgetAsync(SmppSession session, TaskCompletionSource gone)
    {
        await session.Completion.ConfigureAwait(false);
        _sessions.TryRemove(session, out _);
        gone.SetResult();
    }

    // One answer for a wrong name and a wrong password, and both are compared to their end.
    private SmppClientOptions? Judge(SmppSession session, ReadOnlySpan<byte> systemId, ReadOnlySpan<byte> password)
    {
        bool isName = CryptographicOperations.FixedTimeEquals(systemId, _systemId);
        bool isPassword = CryptographicOperations.FixedTimeEquals(password, _password);
        if (isName && isPassword) return _options.Bind;
        Log.Refused(_logger, session.Name);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1070, LogLevel.Warning, "Accepting a connection for an outbind failed: {Error}.")]
        public static partial void AcceptFailed(ILogger logger, SocketError error);

        [LoggerMessage(1071, LogLevel.Warning, "{Session}: refused, its system_id or password is not the expected one.")]
        public static partial void Refused(ILogger logger, string session);
    }
}
