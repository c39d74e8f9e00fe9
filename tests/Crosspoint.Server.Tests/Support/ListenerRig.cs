using System.Net;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Smpp.Sessions;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Support;

/// <summary>A whole gateway with its listener for customers, a journal on disk, a manual clock and a carrier.</summary>
internal sealed class ListenerRig : IAsyncDisposable
{
    public const string Sid = "AC00000000000000000000000000000001";
    public const string AdminToken = "token-of-the-operator";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-listener-");
    private readonly string _smpp;
    private readonly string _listener;

    private ListenerRig(string smpp, string listener) => (_smpp, _listener) = (smpp, listener);

    public TestCarrier Carrier { get; } = new();

    public ManualTimeProvider Clock { get; } = new();

    public GatewayHost Host { get; private set; } = null!;

    public IPEndPoint EndPoint => Host.SmppEndPoint!;

    /// <param name="smpp">Keys of the credential "demo" besides its password, in YAML's flow form.</param>
    /// <param name="listener">Keys of the listener.</param>
    public static async Task<ListenerRig> StartAsync(
        string smpp = "max_binds: 10, in_flight_window: 1000, message_ids: hex", string listener = "")
    {
        var rig = new ListenerRig(smpp, listener);
        await rig.StartAsync();
        return rig;
    }

    public async Task StartAsync()
    {
        string text = $$"""
            data: {{_directory.FullName}}
            http: { listen: 127.0.0.1:0, admin_token: {{AdminToken}} }
            smpp: { listen: 127.0.0.1:0, enquire_link: 1h{{(_listener.Length == 0 ? "" : ", " + _listener)}} }
            accounts:
              - sid: {{Sid}}
                auth_token: 0123456789abcdef0123456789abcdef
                numbers: [ { number: "+15550001000", smpp: demo } ]
                smpp:
                  - { system_id: demo, password: secret, {{_smpp}} }
                  - { system_id: other, password: secret, max_binds: 10, message_ids: decimal }
              - sid: AC00000000000000000000000000000002
                auth_token: 0123456789abcdef0123456789abcdef
                smpp: [ { system_id: stranger, password: secret, message_ids: hex } ]
            vendors:
              - name: north
                connections:
                  - { name: north-1, smpp: { host: 127.0.0.1, port: {{Carrier.Port}}, system_id: cp, password: cp, in_flight_window: 100, enquire_link: 1h } }
            routing: { default: [ north-1 ] }
            """;
        ConfigResult result = ConfigFile.Parse(text, "test.yaml", _directory.FullName);
        result.Errors.ShouldBeEmpty();
        Host = await GatewayHost.StartAsync(result.Config!, Clock, NullLoggerFactory.Instance, CancellationToken.None);
        await UntilAsync(() => Host.Gateway.Connections()[0].Sessions[0].State == SmppClientState.Bound);
    }

    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        await StartAsync();
    }

    public Task<TestCustomer> BindAsync(string systemId = "demo") => TestCustomer.BindAsync(EndPoint, systemId);

    public async Task<IReadOnlyList<Message>> MessagesAsync() => (await Host.Gateway.Messages.ListAsync(
        new MessageQuery(Sid, null, null, null, null, null, 1000), CancellationToken.None)).Messages;

    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <summary>Waits for a condition; the clock moves a little with each look.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit) throw new TimeoutException("What was waited for did not happen.");
            Clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Reads from a customer while the clock goes on.</summary>
    /// <param name="step">Milliseconds at a time.</param>
    public async Task<T> WhileTimePassesAsync<T>(Task<T> task, int step = 20)
    {
        while (!task.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(step));
            await Task.WhenAny(task, Task.Delay(Pause, TimeProvider.System));
        }

        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Carrier.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
