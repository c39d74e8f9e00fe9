using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Simulator.Handsets;
using Crosspoint.Smpp.Codec;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Simulator;

/// <summary>A carrier: an SMPP message centre with customers, handsets and faults.</summary>
public sealed partial class SimulatedCarrier : IAsyncDisposable
{
    // Anybody may bind, but not with any number of names.
    private const int CustomersMost = 10_000;

    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);
    private static readonly ReceiptState Refused = new("REJECTD", "000", 1);

    private readonly TimeProvider _time;
    private readonly TimerWheel _wheel;
    private readonly SeededRandom _random;
    private readonly RateLimiter _limiter;
    private readonly ILogger _logger;
    private readonly SubmitLogFile? _log;
    private readonly ConcurrentDictionary<string, Customer> _customers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<CarrierConnection, byte> _connections = [];
    private readonly Lock _listenGate = new();
    private readonly Lock _behaviourGate = new();
    private readonly long _firstId;
    private NetworkTable _inForce;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _ids;
    private long _logged;
    private bool _isTicking;
    private bool _isDisposed;

    internal SimulatedCarrier(
        CarrierOptions options, HandsetStore handsets, TimerWheel wheel, SeededRandom random, TimeProvider time, ILogger logger)
    {
        Options = options;
        Name = options.Name;
        Handsets = handsets;
        _wheel = wheel;
        _random = random;
        _time = time;
        _inForce = new NetworkTable(options.Behaviour, null, time);
        _logger = logger;
        _limiter = new RateLimiter(time);
        Ring = new SubmitRing(options.SubmitsKept);
        SystemId = Encoding.ASCII.GetBytes(Name[..Math.Min(Name.Length, 15)]);
        // Milliseconds with room for a million ids a second: a restarted carrier begins above all that it gave before.
        _firstId = options.FirstId != 0 ? options.FirstId : time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        foreach (CarrierAccount account in options.Accounts)
            _customers[account.SystemId] = new Customer(this, account.SystemId, account.Password);
        EndPoint = options.Listen;
        if (options.SubmitLog is not null) _log = new SubmitLogFile(options.SubmitLog, wheel);
        _inbound = new WheelAction(GenerateInbound);
    }

    public string Name { get; }

    /// <summary>Where it listens: the real port, when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; private set; }

    /// <summary>True while binds can come in.</summary>
    public bool IsListening
    {
        get
        {
            lock (_listenGate) return _listener is not null;
        }
    }

    /// <summary>How it behaves. A new value is in force at once, for everything that begins after it.</summary>
    public CarrierBehaviour Behaviour
    {
        get => InForce.Carrier;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Change(_ => value);
        }
    }

    public CarrierCounters Counters => Counts.Snapshot();

    /// <summary>What was counted for each network of <see cref="CarrierBehaviour.Networks"/>, by its name.</summary>
    public IReadOnlyDictionary<string, NetworkCounters> Networks =>
        InForce.Networks.ToDictionary(static network => network.Name, static network => network.Counts.Snapshot(), StringComparer.Ordinal);

    /// <summary>The phones, shared by all carriers of the simulator.</summary>
    public HandsetStore Handsets { get; }

    /// <summary>Everybody who is connected now.</summary>
    public IReadOnlyList<CarrierSession> Sessions => [.. _connections.Keys.Select(static connection => new CarrierSession(
        connection.RemoteEndPoint?.ToString() ?? "",
        connection.Customer?.SystemId,
        connection.BoundAs switch
        {
            CommandId.BindReceiver => "receiver",
            CommandId.BindTransmitter => "transmitter",
            CommandId.BindTransceiver => "transceiver",
            _ => "open",
        },
        connection.InFlight))];

    /// <summary>Receipts and messages that wait for a customer to take them.</summary>
    public int Pending => _customers.Values.Sum(static customer => customer.Pending);

    internal CarrierOptions Options { get; }

    internal byte[] SystemId { get; }

    internal Tallies Counts { get; } = new();

    internal SubmitRing Ring { get; }

    internal TimeProvider Time => _time;

    private NetworkTable InForce => Volatile.Read(ref _inForce);

    /// <summary>Opens the listener. Does nothing when it is open.</summary>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public void StartListening()
    {
        lock (_listenGate)
        {
            if (_listener is not null || _isDisposed) return;
            var listener = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(EndPoint);
                listener.Listen(1024);
            }
            catch
            {
                listener.Dispose();
                throw;
            }

            EndPoint = (IPEndPoint)listener.LocalEndPoint!;
            _listener = listener;
            _accepting = AcceptAsync(listener);
        }

        Log.Listening(_logger, Name, EndPoint);
    }

    /// <summary>Closes the listener. Connections that are open stay; see <see cref="DisconnectAll"/>.</summary>
    public void StopListening()
    {
        lock (_listenGate)
        {
            _listener?.Dispose();
            _listener = null;
        }

        Log.StoppedListening(_logger, Name);
    }

    /// <summary>Drops connections without an unbind.</summary>
    /// <param name="systemId">Those of one customer; null for all, those that have not bound too.</param>
    /// <param name="isReset">At once with a RST, what was written or not; else in order, after what is written already.</param>
    /// <returns>How many there were.</returns>
    public int DisconnectAll(string? systemId = null, bool isReset = false)
    {
        var count = 0;
        foreach (CarrierConnection connection in _connections.Keys)
        {
            if (systemId is not null && connection.Customer?.SystemId != systemId) continue;
            count++;
            Counts.Disconnects.Add();
            if (isReset) connection.Reset();
            else connection.Close();
        }

        return count;
    }

    /// <summary>Unbinds customers: each of their binds gets an unbind, and is closed with what was written before it.</summary>
    /// <param name="systemId">That of one customer; null for all.</param>
    /// <returns>How many binds there were.</returns>
    public int UnbindAll(string? systemId = null)
    {
        var count = 0;
        foreach (CarrierConnection connection in _connections.Keys)
        {
            if (connection.Customer is not { } customer || (systemId is not null && customer.SystemId != systemId)) continue;
            count++;
            Counts.Disconnects.Add();
            connection.Unbind();
        }

        return count;
    }

    /// <summary>Sets every counter to zero.</summary>
    public void ResetCounters()
    {
        Counts.Reset();
        foreach (NetworkInForce network in InForce.Networks) network.Counts.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_listenGate)
        {
            _isDisposed = true;
            _listener?.Dispose();
            _listener = null;
        }

        await _accepting.ConfigureAwait(false);
        foreach (CarrierConnection connection in _connections.Keys) connection.Close();
        _log?.Dispose();
    }

    /// <summary>Makes a new behaviour of the one in force; one change after another.</summary>
    internal void Change(Func<CarrierBehaviour, CarrierBehaviour> change)
    {
        lock (_behaviourGate) Volatile.Write(ref _inForce, new NetworkTable(change(_inForce.Carrier), _inForce, _time));
        StartInbound();
        // The end of a stall, or a wider window: what waited may go.
        foreach (Customer customer in _customers.Values) customer.Pump();
    }

    internal Customer? FindCustomer(string systemId)
    {
        if (_customers.TryGetValue(systemId, out Customer? customer)) return customer;
        if (Options.Accounts.Count > 0 || _customers.Count >= CustomersMost) return null;
        return _customers.GetOrAdd(systemId, static (id, carrier) => new Customer(carrier, id, null), this);
    }

    internal void OnBound(CarrierConnection connection)
    {
        Counts.Binds.Add();
        Log.Bound(_logger, Name, connection.Customer!.SystemId, connection.RemoteEndPoint);
    }

    internal void OnBindRefused(CarrierConnection connection, CommandStatus status)
    {
        Counts.BindsRefused.Add();
        Log.BindRefused(_logger, Name, connection.RemoteEndPoint, CommandStatuses.Name(status));
    }

    internal void OnClosed(CarrierConnection connection)
    {
        if (_connections.TryRemove(connection, out _)) Log.Closed(_logger, Name, connection.RemoteEndPoint);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ObjectDisposedException || IsListenerGone(exception, listener))
            {
                return;
            }
            catch (SocketException)
            {
                // The customer was gone before it was taken.
                continue;
            }

            socket.NoDelay = true;
            Counts.Connections.Add();
            var connection = new CarrierConnection(this, socket, _time);
            _connections[connection] = 0;
            StartTicking();
            _ = connection.RunAsync();
        }
    }

    private bool IsListenerGone(Exception exception, Socket listener)
    {
        lock (_listenGate) return exception is SocketException && !ReferenceEquals(listener, _listener);
    }

    private void StartTicking()
    {
        lock (_listenGate)
        {
            if (_isTicking) return;
            _isTicking = true;
        }

        _wheel.Schedule(new WheelAction(Tick), TickEvery);
    }

    private void Tick()
    {
        foreach (CarrierConnection connection in _connections.Keys) connection.Tick();
        lock (_listenGate) _isTicking = !_connections.IsEmpty && !_isDisposed;
        if (_isTicking) _wheel.Schedule(new WheelAction(Tick), TickEvery);
    }

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Information, "Carrier {Carrier} listens on {EndPoint}")]
        public static partial void Listening(ILogger logger, string carrier, IPEndPoint endPoint);

        [LoggerMessage(1502, LogLevel.Information, "Carrier {Carrier} has stopped listening")]
        public static partial void StoppedListening(ILogger logger, string carrier);

        [LoggerMessage(1503, LogLevel.Information, "Carrier {Carrier}: {SystemId} has bound from {Remote}")]
        public static partial void Bound(ILogger logger, string carrier, string systemId, IPEndPoint? remote);

        [LoggerMessage(1504, LogLevel.Information, "Carrier {Carrier} refused a bind from {Remote} with {Status}")]
        public static partial void BindRefused(ILogger logger, string carrier, IPEndPoint? remote, string status);

        [LoggerMessage(1505, LogLevel.Information, "Carrier {Carrier}: the connection from {Remote} is closed")]
        public static partial void Closed(ILogger logger, string carrier, IPEndPoint? remote);
    }
}
