using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Crosspoint.Cli.Bench.Accounting;
using Crosspoint.Simulator;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A gateway in a process of its own under load, with a carrier and a webhook receiver, and the logs of all.</summary>
internal sealed partial class FaultRig : IAsyncDisposable
{
    private const int Batch = 5;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stopLoad = new();
    private readonly ConcurrentQueue<long> _lifted = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private SimulatorHost? _simulator;
    private SmppCustomer? _customer;
    private Task _loading = Task.CompletedTask;
    private int _mayDouble;

    public FaultRig(FaultSettings settings, ILoggerFactory loggers, TimeProvider time)
    {
        (Settings, _loggers, Time) = (settings, loggers, time);
        Random = new Random(settings.Seed);
        Client = new SubmissionLog(time);
        Hooks = new HookLog(time);
        Folder = Directory.CreateTempSubdirectory("crosspoint-faults-").FullName;
        Config = new FaultConfig { Data = Path.Combine(Folder, "data") };
        Launch = new GatewayLaunch { Log = Path.Combine(Folder, "gateway.log") };
    }

    public FaultSettings Settings { get; }

    public TimeProvider Time { get; }

    public Random Random { get; }

    public string Folder { get; }

    /// <summary>In force for the next start of the gateway.</summary>
    public FaultConfig Config { get; set; }

    public GatewayLaunch Launch { get; set; }

    public string ConfigFile => Path.Combine(Folder, "crosspoint.yaml");

    /// <summary>Address that carrier and receiver listen on.</summary>
    public IPAddress ToolsAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Address of the carrier where it is another.</summary>
    public IPAddress? CarrierAddress { get; set; }

    public SubmissionLog Client { get; }

    public HookLog Hooks { get; }

    public SimulatedCarrier Carrier => _simulator!.Carriers[0];

    public HookReceiver Receiver { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>What the fault has to tell, for the table.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Time that the fault may take.</summary>
    public TimeSpan FaultTime => Settings.Seconds * 0.7;

    /// <summary>Second copies that what happened so far can explain.</summary>
    public int SecondCopiesAllowed => _mayDouble;

    public string SubmitLog => Path.Combine(Folder, "submits.log");

    public Func<string, bool> HasReceipt => partId => _customer?.HasReceipt(partId) ?? false;

    /// <summary>Sessions ended in a way that leaves what was in flight unknown.</summary>
    public void MayDouble(int sessions = FaultConfig.Sessions) => Interlocked.Add(ref _mayDouble, sessions * FaultConfig.Window);

    /// <summary>The trouble is over from now on: recovery is counted from here.</summary>
    public void Lifted() => _lifted.Enqueue(Time.GetTimestamp());

    /// <summary>Lets time pass under load.</summary>
    public Task PassAsync(TimeSpan span, CancellationToken cancellationToken) => Task.Delay(span, Time, cancellationToken);

    /// <exception cref="FaultFailedException">It did not come true within the limit.</exception>
    public async Task WaitAsync(Func<bool> isTrue, string what, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? Settings.Limit;
        long started = Time.GetTimestamp();
        while (!isTrue())
        {
            if (Time.GetElapsedTime(started) > most) throw new FaultFailedException($"not within {most.TotalSeconds:0.#} s: {what}");
            await Task.Delay(Poll, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StartToolsAsync(CancellationToken cancellationToken)
    {
        string carrier = string.Create(CultureInfo.InvariantCulture, $$"""
            seed: {{Settings.Seed}}
            carriers:
              - name: carrier
                listen: {{CarrierAddress ?? ToolsAddress}}:0
                submit_log: {{SubmitLog}}
                behaviour:
                  latency: { distribution: uniform, min: 1ms, max: 15ms }
                  enquire_link: 2s
                  redelivery: { timeout: 5s }
                  receipts: { delay: { distribution: uniform, min: 20ms, max: 400ms } }
            """);
        SimulatorOptionsResult options = SimulatorOptions.ParseYaml(carrier, "faults");
        if (options.Options is null) throw new InvalidOperationException(string.Join('\n', options.Errors));
        _simulator = await SimulatorHost.StartAsync(options.Options, Time, _loggers, cancellationToken).ConfigureAwait(false);
        Receiver = new HookReceiver(new IPEndPoint(ToolsAddress, 0), Hooks.See);
        Config = Config with { Carrier = Carrier.EndPoint, Hooks = new(ToolsAddress, Receiver.Port) };
    }

    /// <summary>Starts the gateway and waits for its binds, then starts the load.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Config = Config with
        {
            Http = new(Config.Http.Address, FreePort(Config.Http.Address)),
            Smpp = new(Config.Smpp.Address, FreePort(Config.Smpp.Address)),
        };
        await StartGatewayAsync(cancellationToken).ConfigureAwait(false);
        await WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
        string hookUrl = $"http://{Config.Hooks}/hook";
        var load = new HttpLoad(
            new(Config.Http, FaultConfig.AccountSid, FaultConfig.Token, Settings.Rate * 0.6, Batch, hookUrl), Client, Time);
        _customer = new SmppCustomer(Config.Smpp, Settings.Rate * 0.4, Client, Time, _loggers.CreateLogger<SmppClient>());
        _customer.Start();
        _loading = Task.WhenAll(load.RunAsync(_stopLoad.Token), _customer.RunAsync(_stopLoad.Token));
    }

    public async Task StartGatewayAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(ConfigFile, Config.ToYaml(), cancellationToken).ConfigureAwait(false);
        Gateway = await GatewayProcess.StartAsync(ConfigFile, Launch, Time, cancellationToken).ConfigureAwait(false);
    }

    public Task WaitForBindsAsync(CancellationToken cancellationToken) => WaitAsync(
        () => Carrier.Sessions.Count(session => session.State != "open") >= FaultConfig.Sessions, "the sessions are bound", cancellationToken);

    /// <summary>SIGKILL, and a new process on the same data.</summary>
    public async Task CrashAsync(CancellationToken cancellationToken)
    {
        MayDouble();
        await Gateway.KillAsync().ConfigureAwait(false);
        Lifted();
        await Gateway.DisposeAsync().ConfigureAwait(false);
        await StartGatewayAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until something that was accepted after the trouble has been reported delivered.</summary>
    public async Task WaitForRecoveryAsync(CancellationToken cancellationToken)
    {
        if (_lifted.IsEmpty) Lifted();
        await WaitAsync(() => FirstReport(_lifted.Last()) is not null, "a message of after the fault is accepted and reported", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The longest time from an end of trouble to the first report of a message that was accepted after it; null when one has none.</summary>
    public TimeSpan? Recovery()
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (long lifted in _lifted)
        {
            if (FirstReport(lifted) is not { } first) return null;
            if (Time.GetElapsedTime(lifted, first) is var took && took > longest) longest = took;
        }

        return longest;
    }

    public async Task StopLoadAsync()
    {
        await _stopLoad.CancelAsync().ConfigureAwait(false);
        await _loading.WaitAsync(TimeSpan.FromSeconds(40), Time, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits until all that is on record has ended and was told, or the limit is reached; the account says what is missing.</summary>
    /// <param name="stays">Messages that need not end.</param>
    public async Task<GatewayRecord> SettleAsync(IReadOnlySet<int> stays, CancellationToken cancellationToken)
    {
        long started = Time.GetTimestamp();
        while (!IsTold() && Time.GetElapsedTime(started) < Settings.Limit) await Task.Delay(Poll, Time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            GatewayRecord record = await ReadRecordAsync(cancellationToken).ConfigureAwait(false);
            bool isOver = record.Messages.All(message => message.Value.IsPartial || stays.Contains(message.Key)
                || (message.Value.IsFinal && (IsFromSmpp(message.Key) || Hooks.HasFinal(message.Key))));
            if ((isOver && IsTold()) || Time.GetElapsedTime(started) > Settings.Limit) return record;
            await Task.Delay(Poll * 5, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<GatewayRecord> ReadRecordAsync(CancellationToken cancellationToken) =>
        GatewayRecord.ReadAsync(Config.Http, FaultConfig.AccountSid, FaultConfig.Token, cancellationToken);

    /// <summary>The gateway's delivery log of the first webhooks that are missing.</summary>
    public async Task<IReadOnlyList<string>> AskAboutHooksAsync(CancellationToken cancellationToken)
    {
        var logs = new List<string>();
        foreach (Submission message in Client.Acknowledged.Where(message => message.Callback == Callback.Webhook && !Hooks.HasFinal(message.Number)).Take(3))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Config.Http}/v1/messages/{message.MessageId}/webhooks");
            request.Headers.Authorization = GatewayRecord.Authorization(FaultConfig.AccountSid, FaultConfig.Token);
            using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            logs.Add($"webhooks of {message.MessageId}: {await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)}");
        }

        return logs;
    }

    /// <summary>Sessions that the gateway itself holds for bound.</summary>
    public async Task<int> BoundSessionsAsync(CancellationToken cancellationToken)
    {
        string metrics = await _http.GetStringAsync(new Uri($"http://{Config.Http}/metrics"), cancellationToken).ConfigureAwait(false);
        Match match = BoundSessions().Match(metrics);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Ends the carrier, so that its log is whole, and reads it.</summary>
    public async Task<CarrierRecord> ReadCarrierAsync()
    {
        if (_simulator is not null) await _simulator.DisposeAsync().ConfigureAwait(false);
        _simulator = null;
        return CarrierRecord.Read(SubmitLog);
    }

    /// <summary>The receiver goes away: its port is closed and its connections end.</summary>
    public ValueTask StopReceiverAsync() => Receiver.DisposeAsync();

    /// <summary>The receiver is back where it was.</summary>
    public void StartReceiver() => Receiver = new HookReceiver(new IPEndPoint(ToolsAddress, Receiver.Port), Hooks.See);

    /// <summary>The last lines that the gateway has logged.</summary>
    public IEnumerable<string> LogTail() =>
        Launch.Log is { } log && File.Exists(log) ? File.ReadLines(log).TakeLast(8).Select(line => line.Length > 300 ? line[..300] : line) : [];

    public async ValueTask DisposeAsync()
    {
        await _stopLoad.CancelAsync().ConfigureAwait(false);
        await _loading.WaitAsync(TimeSpan.FromSeconds(40), Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_customer is not null) await _customer.DisposeAsync().ConfigureAwait(false);
        if (Gateway is not null) await Gateway.DisposeAsync().ConfigureAwait(false);
        if (_simulator is not null) await _simulator.DisposeAsync().ConfigureAwait(false);
        if (Receiver is not null) await Receiver.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
        _stopLoad.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Timestamp of the first report of a message that was accepted after a moment; null when there is none.</summary>
    private long? FirstReport(long lifted)
    {
        long first = long.MaxValue;
        foreach (Submission message in Client.Acknowledged)
        {
            if (message.Callback == Callback.Webhook && message.AnsweredAt >= lifted && Hooks.HasFinal(message.Number))
                first = Math.Min(first, Hooks.Messages[message.Number].FinalAt);
        }

        return first == long.MaxValue ? null : first;
    }

    private bool IsTold() => Client.Acknowledged.All(message => message.Callback switch
    {
        Callback.Webhook => Hooks.HasFinal(message.Number),
        Callback.Receipt => message.PartIds.All(HasReceipt),
        _ => true,
    });

    private bool IsFromSmpp(int number) => !Client.TryGet(number, out Submission? message) || message.Callback != Callback.Webhook;

    // In a network of its own the gateway's addresses are not here; nothing else listens there.
    private static int FreePort(IPAddress address) => IPAddress.IsLoopback(address) ? Ports.Free(address) : Ports.Free();

    [GeneratedRegex("""^crosspoint_smpp_sessions\{[^}]*state="bound"[^}]*\} (\d+)""", RegexOptions.Multiline)]
    private static partial Regex BoundSessions();
}
