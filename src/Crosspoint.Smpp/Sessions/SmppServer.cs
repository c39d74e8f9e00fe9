using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>Listens for clients and keeps their sessions, in the role of a message centre.</summary>
public sealed partial class SmppServer : IAsyncDisposable
{
    private const int Backlog = 1024;
    private const int RememberedSources = 1024;

    private readonly SmppServerOptions _options;
    private readonly ISmppServerHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SessionSettings _settings;
    private readonly ConcurrentDictionary<SmppSession, byte> _sessions = new();
    private readonly Dictionary<IPAddress, int> _connections = [];
    private readonly HashSet<IPAddress> _strangers = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _allGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _congestionState = -1;
    private Socket? _listener;
    private IPEndPoint? _endPoint;
    private Task _accepting = Task.CompletedTask;
    private int _connectionCount;

    /// <summary>A server; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="options">Where to listen and what to allow.</param>
    /// <param name="handler">Decides on binds and gets the calls of all sessions.</param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Gets few lines: noise of strangers is logged once for each address.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SmppServer(SmppServerOptions options, ISmppServerHandler handler, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Text(options.SystemId, 15, "SystemId");
        OptionsCheck.InRange(options.InFlightWindow, 1, 10_000, "InFlightWindow");
        OptionsCheck.InRange(options.MaxPreBindPduBytes, 128, 65_536, "MaxPreBindPduBytes");
        OptionsCheck.InRange(options.MaxPduBytes, 1024, 1024 * 1024, "MaxPduBytes");
        OptionsCheck.InRange(options.MaxConnections, 1, int.MaxValue, "MaxConnections");
        OptionsCheck.InRange(options.MaxConnectionsPerAddress, 1, int.MaxValue, "MaxConnectionsPerAddress");
        OptionsCheck.Positive(options.SessionInitTimeout, "SessionInitTimeout");
        OptionsCheck.Positive(options.PartialPduTimeout, "PartialPduTimeout");
        OptionsCheck.Positive(options.EnquireLinkInterval, "EnquireLinkInterval");
        OptionsCheck.Positive(options.EnquireLinkTimeout, "EnquireLinkTimeout");
        OptionsCheck.Positive(options.ResponseTimeout, "ResponseTimeout");
        OptionsCheck.Positive(options.WriteTimeout, "WriteTimeout");
        if (options.Tls is not null && options.SecureTls is not null)
        {
            throw new ArgumentException("Tls and SecureTls are two ways to say one thing: give one of them.", nameof(options));
        }

        if (options.Tls is { } tls)
        {
            if ((tls.EnabledSslProtocols & ~SmppServerTls.Protocols) != SslProtocols.None)
            {
                throw new ArgumentException("Tls.EnabledSslProtocols must be TLS 1.2 or later.", nameof(options));
            }

            if (tls.EnabledSslProtocols == SslProtocols.None) tls.EnabledSslProtocols = SmppServerTls.Protocols;
        }

        _options = options;
        _handler = handler;
        _time = time;
        _logger = logger;
        _settings = new SessionSettings
        {
            SystemId = options.SystemId,
            InterfaceVersion = options.InterfaceVersion,
            WindowSize = options.InFlightWindow,
            ResponseTimeout = options.ResponseTimeout,
            EnquireLinkInterval = options.EnquireLinkInterval,
            EnquireLinkTimeout = options.EnquireLinkTimeout,
            InactivityTimeout = options.InactivityTimeout,
            SessionInitTimeout = options.SessionInitTimeout,
            PartialPduTimeout = options.PartialPduTimeout,
            WriteTimeout = options.WriteTimeout,
            MaxPreBindPduBytes = options.MaxPreBindPduBytes,
            MaxPduBytes = options.MaxPduBytes,
        };
    }

    /// <summary>Where the server listens, with the real port.</summary>
    /// <exception cref="InvalidOperationException">The server was not started.</exception>
    public IPEndPoint EndPoint =>
        _endPoint ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>The sessions open now, bound or not: a copy.</summary>
    public IReadOnlyCollection<SmppSession> Sessions => [.. _sessions.Keys];

    /// <summary>
    /// congestion_state of all sessions, also of those to come: 0 idle to 100 congested, null (the default) to send none. See
    /// <see cref="SmppSession.CongestionState"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is more than 100.</exception>
    public byte? CongestionState
    {
        get => Volatile.Read(ref _congestionState) is var state and >= 0 ? (byte)state : null;
        set
        {
            if (value is { } state) ArgumentOutOfRangeException.ThrowIfGreaterThan(state, (byte)100, nameof(value));
            Volatile.Write(ref _congestionState, value ?? -1);
            foreach (SmppSession session in _sessions.Keys) session.CongestionState = value;
        }
    }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    /// <exception cref="InvalidOperationException">The server was started before.</exception>
    public void Start()
    {
        if (_listener is not null) throw new InvalidOperationException("The server was started before.");
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
        foreach (SmppSession session in Sessions) closing.Add(session.CloseAsync(cancellationToken));
        await Task.WhenAll(closing).ConfigureAwait(false);
        lock (_gate)
        {
            if (_connectionCount == 0) _allGone.TrySetResult();
        }

        await _allGone.Task.ConfigureAwait(false);
    }

    /// <summary>Stops without waiting for outstanding responses.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private async Task AcceptLoopAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener!.AcceptAsync(_stopping.Token).ConfigureAwait(false);
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
                continue;
            }

            _ = ServeAsync(socket);
        }
    }

    /// <summary>
    /// Connects to an ESME that waits for it and sends outbind; the ESME then binds on this connection, and the handler is asked and told
    /// as for any other bind. Plain TCP.
    /// </summary>
    /// <param name="host">Host name or address of the ESME.</param>
    /// <param name="port">TCP port of the ESME.</param>
    /// <param name="systemId">system_id told in the outbind: at most 15 characters.</param>
    /// <param name="password">password told in the outbind: at most 8 characters.</param>
    /// <param name="cancellationToken">Ends the connecting.</param>
    /// <returns>The session, not bound yet; it is cut when no bind comes within the session init time.</returns>
    /// <exception cref="SocketException">The connection cannot be made.</exception>
    /// <exception cref="InvalidOperationException">The server has as many connections as it may, or stops.</exception>
    public async Task<SmppSession> OutbindAsync(
        string host, int port, string systemId, string password, CancellationToken cancellationToken)
    {
        OptionsCheck.Text(systemId, 15, nameof(systemId));
        OptionsCheck.Text(password, 8, nameof(password));
        if (!TryAdmit()) throw new InvalidOperationException("The server has as many connections as it may.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            await socket.ConnectAsync(host, port, either.Token).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            Discharge(null);
            throw;
        }

        var remote = (IPEndPoint)socket.RemoteEndPoint!;
        SmppSession session = Open(socket, new NetworkStream(socket, ownsSocket: false), remote);
        session.SendOutbind(systemId, password);
        _ = FollowAsync(session, remote.Address, isAdmitted: false);
        return session;
    }

    private async Task ServeAsync(Socket socket)
    {
        IPAddress? address = null;
        if (!TryAdmit())
        {
            socket.Dispose();
            return;
        }

        var remote = new IPEndPoint(IPAddress.None, 0);
        SmppSession? session = null;
        try
        {
            remote = (IPEndPoint)socket.RemoteEndPoint!;
            socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            IPEndPoint? client = remote;
            if (_options.TrustedProxies is not null) client = await ReadProxyHeaderAsync(stream, remote).ConfigureAwait(false);
            if (client is not null && TryAdmit(client.Address))
            {
                address = client.Address;
                if (IsSecure) stream = await SecureAsync(stream).ConfigureAwait(false);
                session = Open(socket, stream, client);
            }
        }
        catch (AuthenticationException exception)
        {
            LogOnce(address ?? remote.Address, exception.Message, Log.HandshakeFailed);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            // A peer that leaves or is silent in the middle of the handshake is worth the same line as one that fails it.
            if (IsSecure && address is not null) LogOnce(address, exception.Message, Log.HandshakeFailed);
            else Log.ConnectionFailed(_logger, exception.Message);
        }
        finally
        {
            if (session is null)
            {
                socket.Dispose();
                Discharge(address);
            }
        }

        if (session is not null) await FollowAsync(session, address!, isAdmitted: true).ConfigureAwait(false);
    }

    private bool IsSecure => _options.Tls is not null || _options.SecureTls is not null;

    private SmppSession Open(Socket socket, Stream stream, IPEndPoint remote)
    {
        var session = new SmppSession(
            remote.ToString(), SmppRole.MessageCentre, socket, stream, _settings, _handler, _time, _logger, remote)
        {
            CongestionState = CongestionState,
        };
        _sessions.TryAdd(session, 0);
        session.Start();
        if (_stopping.IsCancellationRequested) session.Abort("the server stops");
        return session;
    }

    private async Task FollowAsync(SmppSession session, IPAddress address, bool isAdmitted)
    {
        await session.Completion.ConfigureAwait(false);
        SmppCloseReason reason = session.CloseReason;
        if (reason is SmppCloseReason.InvalidPdu or SmppCloseReason.SessionInitTimeout) LogStranger(address, reason);
        _sessions.TryRemove(session, out _);
        Discharge(isAdmitted ? address : null);
    }

    // Null when the connection must not be served. Read octet-exact from the plain stream: TLS or SMPP begins right behind it.
    private async Task<IPEndPoint?> ReadProxyHeaderAsync(Stream stream, IPEndPoint proxy)
    {
        if (!IsTrustedProxy(proxy.Address))
        {
            LogOnce(proxy.Address, "it is no trusted proxy", Log.ProxyRefused);
            return null;
        }

        using var limit = new CancellationTokenSource(_options.SessionInitTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        var start = new byte[ProxyHeader.FixedBytes];
        await stream.ReadExactlyAsync(start, either.Token).ConfigureAwait(false);
        if (!ProxyHeader.TryReadStart(start, out int variableBytes))
        {
            LogOnce(proxy.Address, "what it sent is no header of version 2 for TCP", Log.ProxyRefused);
            return null;
        }

        var addresses = new byte[variableBytes];
        await stream.ReadExactlyAsync(addresses, either.Token).ConfigureAwait(false);
        return ProxyHeader.ReadSource(start, addresses) ?? proxy;
    }

    private bool IsTrustedProxy(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (IPNetwork network in _options.TrustedProxies!)
        {
            if (network.Contains(plain)) return true;
        }

        return false;
    }

    private async Task<Stream> SecureAsync(Stream plain)
    {
        SslServerAuthenticationOptions tls = _options.SecureTls is null ? _options.Tls! : CurrentTls(_options.SecureTls);
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        using var limit = new CancellationTokenSource(_options.SessionInitTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            await secure.AuthenticateAsServerAsync(tls, either.Token).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private SslServerAuthenticationOptions CurrentTls(SmppServerTls options)
    {
        try
        {
            return options.ForConnection();
        }
#pragma warning disable CA1031 // An owner that cannot give its certificate must not take the listener down.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.NoCertificate(_logger, exception);
            throw new AuthenticationException("There is no certificate.", exception);
        }
    }

    private bool TryAdmit()
    {
        lock (_gate)
        {
            if (_connectionCount >= _options.MaxConnections || _stopping.IsCancellationRequested)
            {
                Log.TooManyConnections(_logger, _connectionCount);
                return false;
            }

            _connectionCount++;
            return true;
        }
    }

    private bool TryAdmit(IPAddress address)
    {
        lock (_gate)
        {
            int fromAddress = _connections.GetValueOrDefault(address);
            if (fromAddress >= _options.MaxConnectionsPerAddress)
            {
                Log.TooManyConnectionsFrom(_logger, address, fromAddress);
                return false;
            }

            _connections[address] = fromAddress + 1;
            return true;
        }
    }

    private void Discharge(IPAddress? address)
    {
        lock (_gate)
        {
            _connectionCount--;
            if (_connectionCount == 0 && _stopping.IsCancellationRequested) _allGone.TrySetResult();
            if (address is null) return;
            int left = _connections[address] - 1;
            if (left == 0) _connections.Remove(address);
            else _connections[address] = left;
        }
    }

    private void LogOnce(IPAddress address, string why, Action<ILogger, IPAddress, string> log)
    {
        if (IsNewStranger(address)) log(_logger, address, why);
    }

    private void LogStranger(IPAddress address, SmppCloseReason reason)
    {
        if (IsNewStranger(address)) Log.Stranger(_logger, address, reason);
    }

    private bool IsNewStranger(IPAddress address)
    {
        lock (_gate)
        {
            if (_strangers.Count >= RememberedSources) _strangers.Clear();
            return _strangers.Add(address);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Warning, "Accepting a connection failed: {Error}.")]
        public static partial void AcceptFailed(ILogger logger, SocketError error);

        [LoggerMessage(1101, LogLevel.Debug, "A connection failed before its session began: {Why}")]
        public static partial void ConnectionFailed(ILogger logger, string why);

        [LoggerMessage(1102, LogLevel.Debug, "A connection from {Address} was refused: {FromAddress} are open from this address.")]
        public static partial void TooManyConnectionsFrom(ILogger logger, IPAddress address, int fromAddress);

        [LoggerMessage(1103, LogLevel.Information, "{Address} does not speak SMPP ({Reason}); said once for each address.")]
        public static partial void Stranger(ILogger logger, IPAddress address, SmppCloseReason reason);

        [LoggerMessage(1104, LogLevel.Information, "The TLS handshake with {Address} failed: {Why} Said once for each address.")]
        public static partial void HandshakeFailed(ILogger logger, IPAddress address, string why);

        [LoggerMessage(1105, LogLevel.Warning,
            "A connection from {Address} was refused, {Why}: this listener takes PROXY protocol only. Said once for each address.")]
        public static partial void ProxyRefused(ILogger logger, IPAddress address, string why);

        [LoggerMessage(1107, LogLevel.Error, "The server's certificate cannot be had: a connection was refused.")]
        public static partial void NoCertificate(ILogger logger, Exception exception);

        [LoggerMessage(1106, LogLevel.Debug, "A connection was refused: {Total} are open.")]
        public static partial void TooManyConnections(ILogger logger, int total);
    }
}
