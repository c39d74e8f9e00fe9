using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>A carrier scripted PDU by PDU, for what no server of ours would do.</summary>
internal sealed class RawCarrier : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private TcpClient? _peer;

    public RawCarrier() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Takes the next connection and accepts its bind.</summary>
    /// <param name="body">Body of the bind response.</param>
    public async Task AcceptAsync(byte[] body)
    {
        _peer = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        PduHeader bind = (await ReadAsync()).Header;
        bind.CommandId.ShouldBe(CommandId.BindTransceiver);
        await WriteAsync(CommandId.BindTransceiverResp, bind.SequenceNumber, body);
    }

    public async Task<(PduHeader Header, byte[] Body)> ReadAsync()
    {
        NetworkStream stream = _peer!.GetStream();
        byte[] octets = new byte[PduHeader.Bytes];
        await stream.ReadExactlyAsync(octets, TestContext.Current.CancellationToken);
        PduHeader.TryRead(octets, out PduHeader header).ShouldBeTrue();
        byte[] body = new byte[header.CommandLength - PduHeader.Bytes];
        await stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return (header, body);
    }

    public async Task WriteAsync(CommandId command, uint sequenceNumber, byte[] body)
    {
        byte[] octets = new byte[PduHeader.Bytes + body.Length];
        new PduHeader((uint)octets.Length, command, CommandStatus.Ok, sequenceNumber).Write(octets);
        body.CopyTo(octets, PduHeader.Bytes);
        await _peer!.GetStream().WriteAsync(octets, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _peer?.Dispose();
        _listener.Dispose();
    }
}
