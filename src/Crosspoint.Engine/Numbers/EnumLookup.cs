using System.Net.Sockets;
using System.Security.Cryptography;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Asks a name server for the NAPTR records of a number (ENUM, RFC 6116). Each question has a socket and an id of its own, so that an answer
/// is hard to forge; a datagram that is lost is sent once more.
/// </summary>
internal sealed class EnumLookup(LookupServiceOptions service, TimeProvider time) : INumberLookup
{
    private readonly EnumLookupOptions _options = service.Enum!;
    private readonly NetworkNames _names = new(service.Names);

    public async Task<LookupAnswer> AskAsync(E164 number, CancellationToken cancellationToken)
    {
        var query = new byte[Naptr.MostBytes];
        int length = Naptr.WriteQuery(query, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), number, _options.Suffix);
        using var socket = new Socket(_options.Server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(_options.Server, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> expressions = await AskAsync(socket, query.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            LookupAnswer answer = default;
            foreach (string expression in expressions)
            {
                answer = Naptr.ReadExpression(expression, _names);
                if (answer.Network.IsKnown) return answer;
            }

            return answer;
        }
        catch (SocketException error)
        {
            throw new LookupException(error.Message, error) { IsOutage = true };
        }
    }

    public void Dispose()
    {
    }

    private async Task<IReadOnlyList<string>> AskAsync(Socket socket, ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        var answer = new byte[Naptr.MostBytes];
        await socket.SendAsync(query, cancellationToken).ConfigureAwait(false);
        using var again = new CancellationTokenSource(service.Timeout / 2, time);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(again.Token, cancellationToken);
        CancellationToken waiting = first.Token;
        while (true)
        {
            try
            {
                int received = await socket.ReceiveAsync(answer, waiting).ConfigureAwait(false);
                if (Naptr.IsAnswerTo(answer.AsSpan(0, received), query.Span)) return Naptr.Read(answer.AsSpan(0, received), query.Length);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && waiting != cancellationToken)
            {
                waiting = cancellationToken;
                await socket.SendAsync(query, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
