using System.Net.Sockets;
using System.Text;

namespace Crosspoint.Server.Tests.Support;

/// <summary>Speaks to the listener byte by byte, as no well-behaved client would.</summary>
internal static class RawClient
{
    /// <summary>Sends the bytes and returns all that comes back until the server closes, or the first answer is whole.</summary>
    /// <param name="half">Close the sending side after the bytes, as a client that gives up does.</param>
    public static async Task<string> ExchangeAsync(Uri address, byte[] bytes, bool half = false)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
        NetworkStream stream = client.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
            if (half) client.Client.Shutdown(SocketShutdown.Send);
            byte[] buffer = new byte[8192];
            while (true)
            {
                int read = await stream.ReadAsync(buffer, limit.Token);
                if (read == 0) break;
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (IsWhole(answer.ToString())) break;
            }
        }
        catch (IOException)
        {
            // A reset is a way to say no.
        }

        return answer.ToString();
    }

    public static Task<string> ExchangeAsync(Uri address, string text, bool half = false) =>
        ExchangeAsync(address, Encoding.Latin1.GetBytes(text), half);

    /// <summary>The status of an answer; 0 when there was none.</summary>
    public static int StatusOf(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3)) : 0;

    private static bool IsWhole(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;
        const string Name = "Content-Length: ";
        int at = answer.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0 || at > end) return false;
        int length = int.Parse(answer.AsSpan(at + Name.Length, answer.IndexOf('\r', at) - at - Name.Length));
        return answer.Length >= end + 4 + length;
    }
}
