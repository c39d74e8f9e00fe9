using System.Net;
using System.Net.Sockets;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Proxies;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.TestKit;

namespace Crosspoint.Simulator.Tests.Proxies;

public sealed class TcpFaultProxyTests : IAsyncLifetime
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly ManualTimeProvider _time = new();
    private readonly TcpListener _target = new(IPAddress.Loopback, 0);
    private TcpFaultProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _target.Start();
        _proxy = TcpFaultProxy.Start(AnyPort, (IPEndPoint)_target.LocalEndpoint, _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _target.Dispose();
    }

    [Fact]
    public async Task Clean_BytesPassBothWays_AndTheEndFollows()
    {
        (Socket client, Socket target) = await ConnectAsync();

        await client.SendAsync("ask"u8.ToArray(), Token);
        (await ReadAsync(target)).ShouldBe("ask"u8.ToArray());
        await target.SendAsync("answer"u8.ToArray(), Token);
        (await ReadAsync(client)).ShouldBe("answer"u8.ToArray());
        client.Dispose();

        (await ReadAsync(target)).ShouldBeEmpty();
        await Until.TrueAsync(() => _proxy.Connections == 0);
        _proxy.Accepted.ShouldBe(1);
        _proxy.Cut.ShouldBe(0, "the client ended it");
        target.Dispose();
    }

    [Fact]
    public async Task Delay_NothingPassesBefore_AndAllOfItAfter()
    {
        (Socket client, Socket target) = await ConnectAsync();
        _proxy.Behaviour = ProxyBehaviour.Clean with { Delay = TimeSpan.FromSeconds(1) };
        await client.SendAsync("late"u8.ToArray(), Token);
        (await TimeUntilAsync(() => target.Available > 0)).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));

        (await ReadAsync(target)).ShouldBe("late"u8.ToArray());
        End(client, target);
    }

    [Fact]
    public async Task BytesPerSecond_ComeInSmallPieces()
    {
        (Socket client, Socket target) = await ConnectAsync();
        _proxy.Behaviour = ProxyBehaviour.Clean with { BytesPerSecond = 40 };

        await client.SendAsync(new byte[6], Token);
        TimeSpan whole = await TimeUntilAsync(() => target.Available == 6);

        whole.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100), "three pieces of two bytes, a twentieth of a second each");
        End(client, target);
    }

    [Fact]
    public async Task Held_NothingPassesNotEvenAnEnd_UntilItIsReleased()
    {
        (Socket client, Socket target) = await ConnectAsync();
        _proxy.Behaviour = ProxyBehaviour.Clean with { Held = ProxyDirections.ToTarget };

        await client.SendAsync("held"u8.ToArray(), Token);
        await target.SendAsync("passes"u8.ToArray(), Token);
        (await ReadAsync(client)).ShouldBe("passes"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        target.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead).ShouldBeFalse("neither bytes nor the end come through");
        _proxy.Connections.ShouldBe(1);

        _proxy.Behaviour = ProxyBehaviour.Clean;
        (await ReadAsync(target)).ShouldBe("held"u8.ToArray());
        (await ReadAsync(target)).ShouldBeEmpty();
        End(client, target);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CutAfter_TheTargetGetsSoManyBytesAndTheEnd(bool byReset)
    {
        (Socket client, Socket target) = await ConnectAsync();
        await client.SendAsync("before"u8.ToArray(), Token);
        (await ReadAsync(target)).ShouldBe("before"u8.ToArray());
        _proxy.Behaviour = ProxyBehaviour.Clean with { CutAfter = 3, CutByReset = byReset };

        await client.SendAsync("whole"u8.ToArray(), Token);

        if (!byReset) (await ReadAsync(target)).ShouldBe("who"u8.ToArray());
        await ShouldEndAsync(target, byReset);
        await ShouldEndAsync(client, byReset);
        _proxy.Cut.ShouldBe(1);
        End(client, target);
    }

    [Fact]
    public async Task DropAllAndResetAll_EndEveryConnection_EachInItsWay()
    {
        (Socket dropped, Socket droppedTarget) = await ConnectAsync();
        _proxy.DropAll().ShouldBe(1);
        await ShouldEndAsync(dropped, byReset: false);
        (Socket reset, Socket resetTarget) = await ConnectAsync();
        _proxy.ResetAll().ShouldBe(1);
        await ShouldEndAsync(reset, byReset: true);
        await ShouldEndAsync(resetTarget, byReset: true);

        await Until.TrueAsync(() => _proxy.Connections == 0);
        _proxy.Cut.ShouldBe(2);
        End(dropped, droppedTarget);
        End(reset, resetTarget);
    }

    [Fact]
    public async Task Refuse_ConnectionsEndAtOnce()
    {
        _proxy.Behaviour = ProxyBehaviour.Clean with { Refuse = true };
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_proxy.EndPoint, Token);

        (await ReadAsync(client)).ShouldBeEmpty();
        _target.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task BeforeACarrier_HalfOpenLink_BindGetsNoAnswerUntilItIsReleased()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TcpFaultProxy proxy = TcpFaultProxy.Start(AnyPort, simulator.Carrier.EndPoint, simulator.Time);
        proxy.Behaviour = ProxyBehaviour.Clean with { Held = ProxyDirections.ToClient };
        using var esme = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await esme.ConnectAsync(proxy.EndPoint, Token);

        // bind_transceiver as "a", no password.
        await esme.SendAsync(Convert.FromHexString("00000018000000090000000000000001" + "6100" + "00" + "00" + "34000000"), Token);
        await Until.TrueAsync(() => simulator.Carrier.Counters.Binds == 1);
        esme.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead).ShouldBeFalse();
        proxy.Behaviour = ProxyBehaviour.Clean;

        byte[] answer = await ReadAsync(esme);
        Convert.ToHexString(answer.AsSpan(4, 8)).ShouldBe("8000000900000000", "bind_transceiver_resp with ESME_ROK");
    }

    /// <summary>Lets time pass until something is true, and tells how much it took.</summary>
    private async Task<TimeSpan> TimeUntilAsync(Func<bool> isTrue)
    {
        long started = _time.GetTimestamp();
        await Until.TrueAsync(() =>
        {
            if (isTrue()) return true;
            _time.Advance(TimeSpan.FromMilliseconds(5));
            return false;
        });
        return _time.GetElapsedTime(started);
    }

    private static void End(params Socket[] sockets)
    {
        foreach (Socket socket in sockets) socket.Dispose();
    }

    private static async Task<byte[]> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        int read = await socket.ReceiveAsync(buffer, Token);
        return buffer[..read];
    }

    private static async Task ShouldEndAsync(Socket socket, bool byReset)
    {
        if (!byReset)
        {
            (await ReadAsync(socket)).ShouldBeEmpty();
            return;
        }

        SocketException reset = await Should.ThrowAsync<SocketException>(async () =>
        {
            // What came before the reset may be read still.
            while ((await ReadAsync(socket)).Length > 0)
            {
            }
        });
        reset.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    private async Task<(Socket Client, Socket Target)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(_proxy.EndPoint, Token);
        return (client, await _target.AcceptSocketAsync(Token));
    }
}
