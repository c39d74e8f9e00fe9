using System.Net;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>PROXY protocol, version 2, in front of SMPP.</summary>
public sealed class ProxyProtocolTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";
    private const string OverIPv4 = Signature + "21 11 000C C6336407 0A000001 D431 0AD7";
    private const string OverIPv6 = Signature + "21 21 0024 20010DB8000000000000000000000007 20010DB8000000000000000000000001 D431 0AD7";
    private const int RefusedId = 1105;

    [Theory]
    [InlineData(OverIPv4, "198.51.100.7:54321")]
    [InlineData(OverIPv6, "[2001:db8::7]:54321")]
    [InlineData(Signature + "21 11 0013 C6336407 0A000001 D431 0AD7 04 0004 00000000", "198.51.100.7:54321")] // a TLV (no-op)
    public async Task Header_OfATrustedProxy_NamesTheClient(string header, string client)
    {
        await using TestServer server = NewServer();
        using RawPeer peer = await server.ConnectAsync();
        BindCredentials? seen = null;
        server.Handler.Decide = credentials =>
        {
            seen = credentials;
            return new BindDecision(CommandStatus.Ok, 0);
        };
        await peer.SendAsync(Hex.Bytes(header), Pdu.Bind(CommandId.BindTransceiver));
        await peer.ExpectAsync(CommandId.BindTransceiverResp);
        SmppSession session = (await server.Handler.NextAsync(EventKind.Bound)).Session;
        session.RemoteEndPoint!.ToString().ShouldBe(client);
        session.Name.ShouldBe(client);
        seen!.RemoteEndPoint!.ToString().ShouldBe(client);
    }

    [Theory]
    [InlineData(Signature + "20 00 0000")]
    [InlineData(Signature + "20 11 000C C6336407 0A000001 D431 0AD7")]
    public async Task Header_OfTheProxyItself_KeepsItsAddress(string header)
    {
        await using TestServer server = NewServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Hex.Bytes(header), Pdu.Bind(CommandId.BindTransceiver));
        await peer.ExpectAsync(CommandId.BindTransceiverResp);
        SmppSession session = (await server.Handler.NextAsync(EventKind.Bound)).Session;
        ((IPEndPoint)session.RemoteEndPoint!).Address.ShouldBe(IPAddress.Loopback);
    }

    [Theory]
    [InlineData("00000010 00000015 00000000 00000001")] // SMPP without a header
    [InlineData("50524F58592054435034203139382E35312E3130302E37")] // version 1
    [InlineData(Signature + "11 11 000C C6336407 0A000001 D431 0AD7")] // another version
    [InlineData(Signature + "22 11 000C C6336407 0A000001 D431 0AD7")] // another command
    [InlineData(Signature + "21 12 000C C6336407 0A000001 D431 0AD7")] // UDP
    [InlineData(Signature + "21 31 00D8")] // a Unix socket
    [InlineData(Signature + "21 00 0000")] // a client that is not named
    [InlineData(Signature + "21 11 000B C6336407 0A000001 D431 0A")] // too short for its family
    [InlineData(Signature + "21 21 000C C6336407 0A000001 D431 0AD7")]
    [InlineData(Signature + "21 11 0801")] // longer than is allowed
    [InlineData("0D0A0D0A000D0A515549540B 21 11 000C C6336407 0A000001 D431 0AD7")]
    public async Task AnythingElse_FromATrustedProxy_IsCut(string hex)
    {
        await using TestServer server = NewServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Hex.Bytes(hex));
        (await peer.CountToEndAsync()).ShouldBe(0);
        server.Server.Sessions.ShouldBeEmpty();
        server.Logger.Count(RefusedId).ShouldBe(1);
    }

    [Fact]
    public async Task Header_OfSomebodyNotTrusted_IsRefusedAndSaidOnce()
    {
        await using TestServer server = NewServer(trusted: "192.0.2.0/24");
        for (var i = 0; i < 3; i++)
        {
            using RawPeer peer = await server.ConnectAsync();
            await peer.SendAsync(Hex.Bytes(OverIPv4), Pdu.Bind(CommandId.BindTransceiver));
            (await peer.CountToEndAsync()).ShouldBe(0);
        }

        server.Logger.Count(RefusedId).ShouldBe(1);
    }

    [Fact]
    public async Task Header_WithoutTheOption_IsNoSmpp()
    {
        await using var server = new TestServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Hex.Bytes(OverIPv4), Pdu.Bind(CommandId.BindTransceiver));
        await peer.ReadToEndAsync();
        server.Handler.TryNext(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0D0A0D0A00")]
    [InlineData(Signature + "21 11 000C C633")]
    public async Task Header_ThatDoesNotEnd_IsCutAfterSessionInit(string hex)
    {
        await using TestServer server = NewServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Hex.Bytes(hex));
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Limit_PerAddress_CountsTheAnnouncedClients()
    {
        await using TestServer server = NewServer(perAddress: 1);
        using RawPeer first = await server.ConnectAsync();
        await first.SendAsync(Hex.Bytes(OverIPv4), Pdu.Bind(CommandId.BindTransceiver));
        await first.ExpectAsync(CommandId.BindTransceiverResp);
        using RawPeer same = await server.ConnectAsync();
        await same.SendAsync(Hex.Bytes(OverIPv4), Pdu.Bind(CommandId.BindTransceiver));
        (await same.CountToEndAsync()).ShouldBe(0);
        using RawPeer other = await server.ConnectAsync();
        await other.SendAsync(Hex.Bytes(OverIPv6), Pdu.Bind(CommandId.BindTransceiver));
        await other.ExpectAsync(CommandId.BindTransceiverResp);

        // A client that has gone makes room for its next connection.
        first.Close();
        await server.Handler.NextAsync(EventKind.Closed);
        for (var tries = 0; ; tries++)
        {
            using RawPeer again = await server.ConnectAsync();
            await again.SendAsync(Hex.Bytes(OverIPv4), Pdu.Bind(CommandId.BindTransceiver));
            if (await again.CountToEndOrAsync(PduHeader.Bytes) > 0) break;
            tries.ShouldBeLessThan(1_000, "the place of a closed connection stays taken");
        }
    }

    private static TestServer NewServer(string trusted = "127.0.0.0/8", int perAddress = 1_000) => new(new SmppServerOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        TrustedProxies = [IPNetwork.Parse("2001:db8:ffff::/48"), IPNetwork.Parse(trusted)],
        MaxConnectionsPerAddress = perAddress,
    });
}
