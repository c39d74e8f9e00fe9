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
        _options = options;
        _handler = handler;
        _time = time;
        _logger = logger;
        _settings = new SessionSettings
        {
            SystemId = options.SystemId,
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

    private async Task ServeAsync(Socket socket)
    {
        IPAddress? address = null;
        SmppSession? session = null;
        try
        {
            var remote = (IPEndPoint)socket.RemoteEndPoint!;
            if (!TryAdmit(remote.Address))
            {
                socket.Dispose();
                return;
            }

            address = remote.Address;
            socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (_options.Tls is not null) stream = await SecureAsync(stream, _options.Tls).ConfigureAwait(false);
            session = new SmppSession(remote.ToString(), SmppRole.MessageCentre, socket, stream, _settings, _handler, _time, _logger);
            _sessions.TryAdd(session, 0);
            session.Start();
            if (_stopping.IsCancellationRequested) session.Abort("the server stops");
            await session.Completion.ConfigureAwait(false);
            SmppCloseReason reason = session.CloseReason;
            if (reason is SmppCloseReason.InvalidPdu or SmppCloseReason.SessionInitTimeout) LogStranger(address, reason);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException
            or OperationCanceledException or ObjectDisposedException)
        {
            socket.Dispose();
            Log.ConnectionFailed(_logger, exception.Message);
        }
        finally
        {
            if (session is not null) _sessions.TryRemove(session, out _);
            if (address is not null) Discharge(address);
        }
    }

    private async Task<Stream> SecureAsync(Stream plain, SslServerAuthenticationOptions tls)
    {
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

    private bool TryAdmit(IPAddress address)
    {
        lock (_gate)
        {
            int fromAddress = _connections.GetValueOrDefault(address);
            if (_connectionCount >= _options.MaxConnections || fromAddress >= _options.MaxConnectionsPerAddress)
            {
                Log.TooManyConnections(_logger, address, _connectionCount, fromAddress);
                return false;
            }

            _connectionCount++;
            _connections[address] = fromAddress + 1;
            return true;
        }
    }

    private void Discharge(IPAddress address)
    {
        lock (_gate)
        {
            _connectionCount--;
            if (_connectionCount == 0 && _stopping.IsCancellationRequested) _allGone.TrySetResult();
            int left = _connections[address] - 1;
            if (left == 0) _connections.Remove(address);
            else _connections[address] = left;
        }
    }

    private void LogStranger(IPAddress address, SmppCloseReason reason)
    {
        lock (_gate)
        {
            if (_strangers.Count >= RememberedSources) _strangers.Clear();
            if (!_strangers.Add(address)) return;
        }

        Log.Stranger(_logger, address, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Warning, "Accepting a connection failed: {Error}.")]
        public static partial void AcceptFailed(ILogger logger, SocketError error);

        [LoggerMessage(1101, LogLevel.Debug, "A connection failed before its session began: {Why}")]
        public static partial void ConnectionFailed(ILogger logger, string why);

        [LoggerMessage(1102, LogLevel.Debug, "A connection from {Address} was refused: {Total} are open, {FromAddress} from this address.")]
        public static partial void TooManyConnections(ILogger logger, IPAddress address, int total, int fromAddress);

        [LoggerMessage(1103, LogLevel.Information, "{Address} does not speak SMPP ({Reason}); said once for each address.")]
        public static partial void Stranger(ILogger logger, IPAddress address, SmppCloseReason reason);
    }
}
