using System.Net;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.TestKit;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>A server of ours on a free port, on a clock that the test moves.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public TestServer(SmppServerOptions? options = null)
    {
        Server = new SmppServer(options ?? Options(), Handler, Time, Logger);
        Server.Start();
    }

    public ManualTimeProvider Time { get; } = new();

    public RecordingHandler Handler { get; } = new();

    public LinesLogger Logger { get; } = new();

    public SmppServer Server { get; }

    public static SmppServerOptions Options(int window = 10) =>
        new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), InFlightWindow = window };

    public Task<RawPeer> ConnectAsync() => RawPeer.ConnectAsync(Server.EndPoint);

    /// <summary>A scripted client, bound.</summary>
    public async Task<(RawPeer Peer, SmppSession Session)> BindAsync(CommandId bind, byte version = 0x34)
    {
        RawPeer peer = await ConnectAsync();
        await peer.SendAsync(Pdu.Bind(bind, 1, version: version));
        await peer.ExpectAsync(bind.ToResponse());
        return (peer, (await Handler.NextAsync(EventKind.Bound)).Session);
    }

    /// <summary>Moves the clock on in steps until what is awaited has happened; after each step others get a moment to act on it.</summary>
    public static async Task AdvanceUntilAsync(ManualTimeProvider time, Task awaited)
    {
        for (var step = 0; !awaited.IsCompleted; step++)
        {
            step.ShouldBeLessThan(5_000, "the clock was moved far and nothing happened");
            await StepAsync(time, awaited);
        }

        await awaited;
    }

    public static async Task StepAsync(ManualTimeProvider time, Task awaited)
    {
        time.Advance(TimeSpan.FromMilliseconds(500));
        await Task.WhenAny(awaited, Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System));
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
