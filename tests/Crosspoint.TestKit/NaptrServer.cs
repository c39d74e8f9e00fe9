using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crosspoint.TestKit;

/// <summary>A NAPTR record.</summary>
public sealed record NaptrRecord(string Expression, int Order = 100, int Preference = 10, string Flags = "u", string Services = "E2U+pstn:tel");

/// <summary>What a name server answers.</summary>
public sealed record NaptrReply
{
    /// <summary>RCODE; 0 for no error, 3 for no such name.</summary>
    public int Code { get; init; }

    public IReadOnlyList<NaptrRecord> Records { get; init; } = [];

    /// <summary>Nothing is sent.</summary>
    public bool IsSilent { get; init; }

    public bool IsTruncated { get; init; }

    /// <summary>Sends a datagram with another id, and one for another name, before the right one.</summary>
    public bool IsForgedBefore { get; init; }

    /// <summary>Bytes cut off the end of the answer.</summary>
    public int Cut { get; init; }
}

/// <summary>A name server for NAPTR records on a loopback UDP port.</summary>
public sealed class NaptrServer : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public NaptrServer(Func<string, NaptrReply> answer)
    {
        Answer = answer;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync();
    }

    /// <summary>What it answers to a name.</summary>
    public Func<string, NaptrReply> Answer { get; set; }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Names that were asked for, in order of arrival.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private static string NameIn(ReadOnlySpan<byte> query, out int end)
    {
        var labels = new List<string>();
        int at = 12;
        for (; query[at] != 0; at += query[at] + 1) labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
        end = at + 5; // the last label, type, class
        return string.Join('.', labels);
    }

    private static byte[] Build(ReadOnlySpan<byte> query, int questionEnd, NaptrReply reply)
    {
        var answer = new List<byte>(query[..questionEnd].ToArray());
        answer[2] = (byte)(0x80 | (query[2] & 1) | (reply.IsTruncated ? 2 : 0));
        answer[3] = (byte)(0x80 | reply.Code);
        answer[7] = (byte)(reply.Records.Count + (reply.Records.Count > 0 ? 1 : 0));
        if (reply.Records.Count > 0) Add([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 4, 3, (byte)'o', (byte)'k', (byte)'!']); // a TXT record, of which nothing is wanted
        foreach (NaptrRecord record in reply.Records)
        {
            var data = new List<byte>();
            var number = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)record.Order);
            data.AddRange(number);
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)record.Preference);
            data.AddRange(number);
            foreach (string text in (string[])[record.Flags, record.Services, record.Expression])
            {
                data.Add((byte)text.Length);
                data.AddRange(Encoding.Latin1.GetBytes(text));
            }

            data.Add(0);
            Add([0xC0, 12, 0, 35, 0, 1, 0, 0, 0, 60, (byte)(data.Count >> 8), (byte)data.Count, .. data]);
        }

        return [.. answer.Take(answer.Count - reply.Cut)];

        void Add(byte[] bytes) => answer.AddRange(bytes);
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                byte[] query = buffer[..received.ReceivedBytes];
                string name = NameIn(query, out int end);
                NaptrReply reply = Answer(name);
                Asked.Enqueue(name);
                if (reply.IsSilent) continue;
                byte[] answer = Build(query, end, reply);
                if (reply.IsForgedBefore)
                {
                    byte[] otherId = Build(query, end, new() { Code = 3 });
                    otherId[0] ^= 0xFF;
                    await _socket.SendToAsync(otherId, received.RemoteEndPoint, _stop.Token);
                    byte[] otherName = Build(query, end, new() { Code = 3 });
                    otherName[13] ^= 1;
                    await _socket.SendToAsync(otherName, received.RemoteEndPoint, _stop.Token);
                    await _socket.SendToAsync(new byte[5], received.RemoteEndPoint, _stop.Token);
                }

                await _socket.SendToAsync(answer, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
