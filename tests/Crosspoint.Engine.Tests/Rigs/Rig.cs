using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>
/// A whole gateway on a journal of its own in a temporary directory. With a manual clock, waiting for something moves the clock on in small
/// steps,
/// so that minutes pass in a second and nothing depends on the speed of the machine.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string Number = "+15550001000";
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-engine-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TimeProvider _time;
    private EngineOptions _options;
    private bool _isDown = true;

    private Rig(EngineOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
    }

    public static Account Account { get; } = new()
    {
        Sid = "AC00000000000000000000000000000001",
        Name = "test",
        AuthToken = "token",
        WebhookSecret = new byte[24],
        Numbers = [new OwnedNumber(Number, null, CallbackForm.Native)],
    };

    /// <summary>How far the manual clock moves at once while something is waited for.</summary>
    public TimeSpan Step { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Warnings and errors of the gateway.</summary>
    public LogLines Log { get; } = new();

    public JournalGate Journal { get; private set; } = null!;

    public Gateway Gateway { get; private set; } = null!;

    public ManualTimeProvider Clock => (ManualTimeProvider)_time;

    /// <summary>A gateway on one connection for each port, in that order of preference, named "a", "b", …; its clock is a manual
    /// one.</summary>
    public static Task<Rig> StartAsync(params ScriptedCarrier[] carriers) => StartAsync(
        Options([.. carriers.Select((carrier, i) => Connection(NameOf(i), carrier.Port))]));

    public static async Task<Rig> StartAsync(EngineOptions options, TimeProvider? time = null)
    {
        var rig = new Rig(options, time ?? new ManualTimeProvider());
        await rig.StartAsync();
        return rig;
    }

    public static EngineOptions Options(params ConnectionOptions[] connections) => new()
    {
        Accounts = [Account],
        Connections = connections,
        Routing = new RoutingPlan(1, [.. connections.Select(connection => connection.Name)]),
        Webhooks = new WebhookOptions { AllowPrivateAddresses = true },
    };

    public static ConnectionOptions Connection(string name, int port, Func<SmppConnectionOptions, SmppConnectionOptions>? change = null)
    {
        var smpp = new SmppConnectionOptions
        {
            Host = "127.0.0.1",
            Port = port,
            SystemId = "cp",
            Password = "cp",
            ResponseTimeout = TimeSpan.FromSeconds(5),
            ReconnectFirst = TimeSpan.FromMilliseconds(50),
            ReconnectMost = TimeSpan.FromMilliseconds(500),
            EnquireLink = TimeSpan.FromMinutes(30),
        };
        return new() { Name = name, Vendor = name, Group = name, Smpp = change is null ? smpp : change(smpp) };
    }

    public static string NameOf(int index) => ((char)('a' + index)).ToString();

    /// <summary>Starts, or starts again on the same directory.</summary>
    public async Task StartAsync()
    {
        Journal = new JournalGate(await SqliteJournal.OpenAsync(
            new SqliteJournalOptions { Directory = _directory.FullName, ReserveBytes = 0 }, _time, NullLogger<SqliteJournal>.Instance, null,
                CancellationToken.None));
        Gateway = new Gateway(_options, Journal, _time, Log, _services.GetRequiredService<IMeterFactory>());
        await Gateway.StartAsync(CancellationToken.None);
        _isDown = false;
    }

    /// <summary>The process is killed: nothing that happens from now on is recorded.</summary>
    public async Task KillAsync()
    {
        Journal.Cut();
        await StopHardAsync();
    }

    /// <summary>Killed and started again, perhaps with another configuration.</summary>
    public async Task RestartAsync(EngineOptions? options = null)
    {
        if (!_isDown) await KillAsync();
        _options = options ?? _options;
        await StartAsync();
    }

    /// <summary>Waits until so many sessions are bound on a connection.</summary>
    public Task BoundAsync(string connection = "a", int sessions = 1) => UntilAsync(
        () => Gateway.Connections().First(status =>
            status.Name == connection).Sessions.Count(session => session.State == Smpp.Sessions.SmppClientState.Bound) == sessions);

    public async Task<MessageHead> SendAsync(SendRequest request)
    {
        IntakeResult result = await Gateway.Intake.SendAsync(request, null, CancellationToken.None);
        result.IsAccepted.ShouldBeTrue(result.Detail);
        return result.Head!;
    }

    public Task<MessageHead> SendAsync(
        string body = "Hello", TrafficClass trafficClass = TrafficClass.Transactional, string to = "+15551230001") =>
        SendAsync(Request(body, trafficClass, to));

    public static SendRequest Request(
        string body = "Hello", TrafficClass trafficClass = TrafficClass.Transactional, string to = "+15551230001") =>
        new() { Account = Account, From = Number, To = to, Body = body, Class = trafficClass };

    public async Task<Message> FindAsync(MessageId id) => (await Gateway.Messages.FindAsync(id, CancellationToken.None)).ShouldNotBeNull();

    public Task<Message> UntilAsync(MessageHead head, MessageState state) => UntilAsync(head, message => message.State == state);

    public async Task<Message> UntilAsync(MessageHead head, Func<Message, bool> condition)
    {
        Message? last = null;
        try
        {
            await UntilAsync(async () => (last = await FindAsync(head.Id)) is { } message && condition(message));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(last is null ? "The message was never found." : Describe(last));
        }

        return last!;
    }

    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <summary>Waits for a condition, letting time pass.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit) throw new TimeoutException("What was waited for did not happen.");
            await PassAsync(Step);
        }
    }

    /// <summary>Lets time pass: with a manual clock in steps, so that what each step sets off can happen before the next.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        if (_time is not ManualTimeProvider clock)
        {
            await Task.Delay(time < Pause ? time : Pause, TimeProvider.System);
            return;
        }

        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            clock.Advance(Step);
            await Task.Delay(Pause, TimeProvider.System);

            // A slow machine slows the clock: a step is over when the journal has worked through what it set off, unless a test holds that
            // back.
            var mark = new Mark();
            Journal.EnqueueInside(mark);
            await Task.WhenAny(mark.Reached, Task.Delay(LongestStep, TimeProvider.System));
        }
    }

    /// <summary>Waits until everything that was handed to the journal before is on disk and its consequences have begun.</summary>
    public async Task SettleAsync()
    {
        var mark = new Mark();
        Journal.Enqueue(mark);
        await mark.Reached.WaitAsync(Limit, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Commits go on, but nobody is told of them until the result is disposed of.</summary>
    public IDisposable HoldCompletions()
    {
        var hold = new CompletionHold();
        Journal.Enqueue(hold);
        return hold;
    }

    /// <summary>The present value of one of the engine's gauges, or of a counter that is asked for its value.</summary>
    public int Gauge(string name)
    {
        int value = -1;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == name
                && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>()) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, measured, _, _) => value = measured);
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => value = (int)measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }

    /// <summary>Counts what one of the engine's counters gets from here on.</summary>
    public CounterReader Count(string name) => new(name, _services.GetRequiredService<IMeterFactory>());

    /// <summary>The message's timeline in one line, for failures and for comparing.</summary>
    public static string Timeline(Message message) => string.Join(' ', message.Events.Select(entry => entry.Kind.ToString()));

    public static string Describe(Message message)
    {
        IEnumerable<SegmentState> segments = message.Segments.Select(segment => segment.State);
        IEnumerable<string> attempts = message.Attempts.Select(
            attempt => $"{attempt.Connection}:{attempt.Outcome}:{attempt.CommandStatus:x}");
        return $"{message.State} error {message.ErrorCode}: {Timeline(message)}; segments {string.Join(',', segments)}; attempts {string.Join(',', attempts)}";
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isDown) await StopHardAsync();
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task StopHardAsync()
    {
        _isDown = true;
        await Gateway.DisposeAsync();
        await Journal.DisposeAsync();
    }

    public sealed class CounterReader : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _sum;

        public CounterReader(string name, IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name && instrument.Meter.Scope == factory) self.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref _sum, measured));
            _listener.Start();
        }

        public long Sum => Volatile.Read(ref _sum);

        public void Dispose() => _listener.Dispose();
    }

    private sealed class CompletionHold : Stores.Transition, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public override void Apply(Stores.IJournalTransaction transaction)
        {
        }

        public override void Committed() => _released.Wait(Limit);

        public void Dispose() => _released.Set();
    }

    private sealed class Mark : Stores.Transition
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public override bool IsRequired => true;

        public override void Apply(Stores.IJournalTransaction transaction)
        {
        }

        public override void Committed() => _reached.TrySetResult();

        public override void Failed(Stores.StoreFailure failure) => _reached.TrySetResult();
    }
}
