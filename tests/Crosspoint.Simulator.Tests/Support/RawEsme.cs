using System.Buffers.Binary;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Tests.Support;

/// <summary>A customer that writes and reads bare PDUs, for what a correct session would hide.</summary>
public sealed class RawEsme : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private uint _sequence;

    public static async Task<RawEsme> ConnectAsync(SimulatedCarrier carrier)
    {
        var esme = new RawEsme();
        await esme._socket.ConnectAsync(carrier.EndPoint);
        return esme;
    }

    public static async Task<RawEsme> BindAsync(SimulatedCarrier carrier)
    {
        RawEsme esme = await ConnectAsync(carrier);
        var body = new byte[64];
        new BindRequest { SystemId = "raw"u8, Password = "raw"u8, InterfaceVersion = 0x34 }.TryWrite(body, out int length);
        await esme.SendAsync(CommandId.BindTransceiver, body[..length]);
        (PduHeader header, _) = await esme.ReadAsync();
        header.CommandStatus.ShouldBe(CommandStatus.Ok);
        return esme;
    }

    public Task SubmitAsync()
    {
        var body = new byte[64];
        var pdu = new SubmitSm
        {
            SourceAddr = new SmppAddress(1, 1, "15550001000"u8),
            DestinationAddr = new SmppAddress(1, 1, "447700900001"u8),
            ShortMessage = "raw"u8,
        };
        pdu.TryWrite(body, out int length);
        return SendAsync(CommandId.SubmitSm, body[..length]);
    }

    public Task SendAsync(CommandId commandId, byte[] body)
    {
        var pdu = new byte[PduHeader.Bytes + body.Length];
        new PduHeader((uint)pdu.Length, commandId, CommandStatus.Ok, ++_sequence).Write(pdu);
        body.CopyTo(pdu, PduHeader.Bytes);
        return SendRawAsync(pdu);
    }

    public async Task SendRawAsync(byte[] bytes) => await _socket.SendAsync(bytes);

    public async Task<(PduHeader Header, byte[] Body)> ReadAsync()
    {
        byte[] head = await ReadExactlyAsync(PduHeader.Bytes);
        PduHeader.TryRead(head, out PduHeader header);
        return (header, await ReadExactlyAsync((int)BinaryPrimitives.ReadUInt32BigEndian(head) - PduHeader.Bytes));
    }

    /// <summary>Waits until the carrier has closed the connection.</summary>
    public async Task ClosedAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            while (await _socket.ReceiveAsync(new byte[1024], patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            int more = await _socket.ReceiveAsync(bytes.AsMemory(read), patience.Token);
            more.ShouldBeGreaterThan(0, "the carrier closed the connection");
            read += more;
        }

        return bytes;
    }
}
