using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Crosspoint.Smpp.Codec;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Keeps one bind alive: connects, binds, and after a loss tries again with growing, jittered waits. Never two binds at once: the old
/// socket is closed before the next connect. At most 20 binds are tried in a minute, whatever happens, over all clients that share a
/// <see cref="SmppBindBudget"/>. A client whose credentials are refused several times in a row stops trying: it is suspended.
/// </summary>
public sealed partial class SmppClient : IAsyncDisposable
{
    private const int MostLogged = 100;

    private readonly SmppClientOptions _options;
    private readonly ISmppSessionHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stopNow = new();
    private readonly SmppBindBudget _budget;
    private readonly string _name;
    private readonly SmppHost[] _hosts;

    // What was logged since the last bind: hosts that fail in turn are not told of again and again.
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private volatile int _host;
    private volatile SmppClientState _state;
    private volatile SmppSession? _session;
    private volatile string? _lastError;
    private Task? _running;
    private int _failures;

    /// <summary>A client; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="options">How to bind.</param>
    /// <param name="handler">Gets the calls of each session, one after the other.</param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Gets one line for each change of state.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SmppClient(SmppClientOptions options, ISmppSessionHandler handler, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Host, "options.Host");
        OptionsCheck.InRange(options.Port, 1, 65_535, "Port");
        foreach (SmppHost host in options.FurtherHosts)
        {
            ArgumentException.ThrowIfNullOrEmpty(host.Host, "options.FurtherHosts");
            OptionsCheck.InRange(host.Port, 1, 65_535, "FurtherHosts");
        }

        OptionsCheck.InRange(options.InFlightWindow, 1, 10_000, "InFlightWindow");
        OptionsCheck.InRange(options.MaxPduBytes, 1024, 1024 * 1024, "MaxPduBytes");
        OptionsCheck.InRange(options.CredentialFailureLimit, 1, int.MaxValue, "CredentialFailureLimit");
        OptionsCheck.Text(options.SystemId, 15, "SystemId");
        OptionsCheck.Text(options.Password, 8, "Password");
        OptionsCheck.Text(options.SystemType, 12, "SystemType");
        OptionsCheck.Text(options.AddressRange, 40, "AddressRange");
        OptionsCheck.Positive(options.ResponseTimeout, "ResponseTimeout");
        OptionsCheck.Positive(options.EnquireLinkInterval, "EnquireLinkInterval");
        OptionsCheck.Positive(options.EnquireLinkTimeout, "EnquireLinkTimeout");
        OptionsCheck.Positive(options.BindTimeout, "BindTimeout");
        OptionsCheck.Positive(options.ConnectTimeout, "ConnectTimeout");
        OptionsCheck.Positive(options.WriteTimeout, "WriteTimeout");
        OptionsCheck.Positive(options.PartialPduTimeout, "PartialPduTimeout");
        OptionsCheck.Positive(options.ReconnectFirst, "ReconnectFirst");
        OptionsCheck.Positive(options.ReconnectMost, "ReconnectMost");
        _options = options;
        _hosts = [new(options.Host, options.Port), .. options.FurtherHosts];
        _handler = handler;
        _time = time;
        _logger = logger;
        _budget = options.BindBudget ?? new SmppBindBudget();
        _name = options.Name ?? $"{options.SystemId}@{options.Host}:{options.Port}";
    }

    /// <summary>Tells each change of state, from the client's own loop; it must not block.</summary>
    public event Action<SmppClient, SmppClientState>? StateChanged;

    /// <summary>What the client is doing.</summary>
    public SmppClientState State => _state;

    /// <summary>The session while bound; null otherwise.</summary>
    public SmppSession? Session => _session;

    /// <summary>Where the client is bound, or tries to.</summary>
    public SmppHost CurrentHost => _hosts[_host];

    /// <summary>The status of the last answer to a bind; null before the first.</summary>
    public CommandStatus? LastBindStatus { get; private set; }

    /// <summary>Why the last try or session ended; null when none has.</summary>
    public string? LastError => _lastError;

    /// <summary>0 to 1, for the jitter of waits; tests fix it.</summary>
    internal Func<double> Jitter { get; set; } = Random.Shared.NextDouble;

    /// <summary>The first sequence number of each session; tests start near the end of the range.</summary>
    internal uint FirstSequenceNumber { get; set; } = 1;

    /// <summary>Starts to connect, bind and reconnect. Further calls do nothing.</summary>
    /// <exception cref="ObjectDisposedException">The client was stopped.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        _running ??= Task.Run(RunAsync);
    }

    /// <summary>Waits for outstanding responses up to the response time, unbinds and stops for good.</summary>
    /// <param name="cancellationToken">Ends the waiting: the connection is then cut.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running is null) return;
        using CancellationTokenRegistration registration = cancellationToken.Register(_stopNow.Cancel);
        await _running.ConfigureAwait(false);
    }

    /// <summary>Stops without waiting for outstanding responses.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopNow.CancelAsync().ConfigureAwait(false);
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        CancellationToken stopping = _stopping.Token;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await KeepBindRateAsync(stopping).ConfigureAwait(false);
                Try end = await TryOnceAsync(stopping).ConfigureAwait(false);
                if (stopping.IsCancellationRequested) break;
                bool isLast = _host == _hosts.Length - 1;
                if (end == Try.Failed && !isLast)
                {
                    _host++;
                    continue;
                }

                // Refused credentials are not tried at once elsewhere: carriers lock accounts. The next host has its turn after the wait.
                _host = end == Try.Refused && !isLast ? _host + 1 : 0;
                bool mayGoOn = end != Try.GaveUp;
                if (end != Try.Lived) _failures++;
                SetState(mayGoOn ? SmppClientState.WaitingToReconnect : SmppClientState.Suspended);
                await Task.Delay(mayGoOn ? NextWait() : Timeout.InfiniteTimeSpan, _time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Log.Stopping(_logger, _name);
        }
#pragma warning disable CA1031 // The loop is the last owner of its own faults: it must say so rather than vanish.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.LoopFailed(_logger, exception, _name);
            _lastError = exception.Message;
        }

        SetState(SmppClientState.Stopped);
    }

    private async Task<Try> TryOnceAsync(CancellationToken stopping)
    {
        SetState(SmppClientState.Connecting);
        SmppSession? session = await ConnectAsync(stopping).ConfigureAwait(false);
        if (session is null)
        {
            return Try.Failed;
        }

        SetState(SmppClientState.Binding);
        session.Start();
        CommandStatus? status;
        try
        {
            status = await session.BindAsync(_options).WaitAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The answer may have come at the same time: a session that is bound by now is unbound as any other.
            await session.CloseAsync(_stopNow.Token).ConfigureAwait(false);
            throw;
        }

        if (status is not null) LastBindStatus = status;
        if (status == CommandStatus.Ok)
        {
            await LiveAsync(session, stopping).ConfigureAwait(false);
            return Try.Lived;
        }

        await session.Completion.ConfigureAwait(false);
        Fail(status is null
            ? $"no answer to the bind: {session.CloseReason}"
            : $"the bind was refused: {CommandStatuses.Name(status.Value)}");
        if (status is null) return Try.Failed;

        // RBINDFAIL is no word on the credentials: it is what carriers say while they still hold the session that was lost.
        if (status is not (CommandStatus.InvalidPassword or CommandStatus.InvalidSystemId))
        {
            _budget.NoteOtherAnswer();
            return Try.Failed;
        }

        int refusals = _budget.NoteRefusedCredentials(_time, _options.ReconnectFirst / 2);
        if (refusals < _options.CredentialFailureLimit) return Try.Refused;
        Log.Suspended(_logger, _name, refusals);

        // No further try: carriers lock accounts that hammer with wrong credentials.
        return Try.GaveUp;
    }

    private async Task LiveAsync(SmppSession session, CancellationToken stopping)
    {
        long boundAt = _time.GetTimestamp();
        _budget.NoteOtherAnswer();
        _logged.Clear();
        _session = session;
        Log.Bound(_logger, _name, session.SystemId, session.PeerInterfaceVersion);
        SetState(SmppClientState.Bound);
        try
        {
            await session.Completion.WaitAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await session.CloseAsync(_stopNow.Token).ConfigureAwait(false);
        }

        _session = null;
        _failures = _time.GetElapsedTime(boundAt) >= _options.StableAfter ? 1 : _failures + 1;
        if (!stopping.IsCancellationRequested)
        {
            Fail(session.CloseDetail is null
                ? $"the session ended: {session.CloseReason}"
                : $"the session ended: {session.CloseReason}, {session.CloseDetail}");
        }
    }

    private async Task<SmppSession?> ConnectAsync(CancellationToken stopping)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        Stream? stream = null;
        bool isConnected = false;
        try
        {
            SmppHost host = CurrentHost;
            SslClientAuthenticationOptions? tls = _options.TlsSource?.Invoke(host.Host) ?? _options.Tls;
            await socket.ConnectAsync(host.Host, host.Port, either.Token).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: false);
            isConnected = true;
            if (tls is not null) stream = await SecureAsync(stream, host, tls, either.Token).ConfigureAwait(false);
            if (_options.WrapStream is not null) stream = _options.WrapStream(stream);
            SessionSettings settings = SessionSettings.Of(_options, FirstSequenceNumber);
            return new SmppSession(_name, SmppRole.Esme, socket, stream, settings, _handler, _time, _logger);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException
            or CryptographicException or UnauthorizedAccessException or OperationCanceledException)
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            stopping.ThrowIfCancellationRequested();
            Fail(exception switch
            {
                OperationCanceledException => isConnected
                    ? "the TLS handshake took too long: the peer may not speak TLS on this port"
                    : "connecting took too long",
                AuthenticationException => $"TLS: {exception.Message}",
                _ => $"cannot connect: {exception.Message}",
            });
            return null;
        }
    }

    private async Task<Stream> SecureAsync(Stream plain, SmppHost host, SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        var failure = new TlsFailure();
        tls.TargetHost ??= host.Host;

        // Settings that are shared by all connects are the caller's own; those made for this one are watched.
        if (_options.TlsSource is not null) failure.Watch(tls);
        try
        {
            await secure.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new AuthenticationException(failure.Describe(exception), exception);
        }
    }

    private async Task KeepBindRateAsync(CancellationToken stopping)
    {
        TimeSpan wait;
        while ((wait = _budget.TryTake(_time)) > TimeSpan.Zero) await Task.Delay(wait, _time, stopping).ConfigureAwait(false);
    }

    // Doubles from the first to the most, each spread by a fifth either way so that many clients do not come back at once.
    private TimeSpan NextWait()
    {
        double factor = Math.Pow(2, Math.Clamp(_failures - 1, 0, 30)) * (0.8 + (0.4 * Jitter()));
        TimeSpan wait = _options.ReconnectFirst.TotalSeconds * factor >= _options.ReconnectMost.TotalSeconds
            ? _options.ReconnectMost
            : _options.ReconnectFirst * factor;
        return wait;
    }

    private void Fail(string why)
    {
        if (_hosts.Length > 1) why = $"{CurrentHost}: {why}";
        _lastError = why;
        if (_logged.Count > MostLogged) _logged.Clear();
        if (!_logged.Add(why)) return;
        Log.Failed(_logger, _name, why);
    }

    private void SetState(SmppClientState state)
    {
        if (_state == state) return;
        _state = state;
        StateChanged?.Invoke(this, state);
    }

    /// <summary>How one try ended.</summary>
    private enum Try
    {
        /// <summary>It was bound, and the session is over.</summary>
        Lived,

        /// <summary>The host could not be reached, or did not take the bind.</summary>
        Failed,

        /// <summary>The credentials were refused.</summary>
        Refused,

        /// <summary>They were refused too often.</summary>
        GaveUp,
    }

    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Information, "{Client}: bound to {SystemId}, interface version 0x{Version:X2}.")]
        public static partial void Bound(ILogger logger, string client, string? systemId, byte version);

        [LoggerMessage(1051, LogLevel.Warning, "{Client}: {Why}.")]
        public static partial void Failed(ILogger logger, string client, string why);

        [LoggerMessage(1052, LogLevel.Error, "{Client}: the credentials were refused {Times} times in a row: no further try before a restart.")]
        public static partial void Suspended(ILogger logger, string client, int times);

        [LoggerMessage(1053, LogLevel.Debug, "{Client}: stopping.")]
        public static partial void Stopping(ILogger logger, string client);

        [LoggerMessage(1054, LogLevel.Error, "{Client}: the loop of the client failed and has ended.")]
        public static partial void LoopFailed(ILogger logger, Exception exception, string client);
    }
}
