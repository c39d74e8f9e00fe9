using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Cli.Bench;

namespace Crosspoint.Cli.Demo;

/// <summary>A steady trickle of messages of all kinds: codes, alerts, campaigns; short and long; GSM and UCS-2.</summary>
internal sealed class SampleTraffic(
    IPEndPoint gateway, int hookPort, string accountSid, string token, double rate, DemoBoard board, TimeProvider time)
{
    private static readonly (string Class, string Body)[] Samples =
    [
        ("otp", "Your code is 493817. It is valid for 5 minutes."),
        ("transactional", "Your parcel is on its way: it arrives today between 14:00 and 16:00."),
        ("transactional", "Το δέμα σας παραδίδεται σήμερα. 📦"),
        ("marketing", "Spring sale: everything at half its price this weekend, in all our shops and on line. Come early, bring your friends, and show this message at the till for another five per cent off. Reply STOP to opt out."),
    ];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string authorization = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{accountSid}:{token}"));
        using HttpConversation conversation = await HttpConversation.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / rate), time);
        for (int i = 0; await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false); i++)
        {
            (string trafficClass, string text) = Samples[i % Samples.Length];
            string body = string.Create(CultureInfo.InvariantCulture,
                $"{{\"to\":\"+3069{i % 100_000_000:00000000}\",\"from\":\"Crosspoint\",\"class\":\"{trafficClass}\",\"body\":\"{text}\",\"callback_url\":\"http://127.0.0.1:{hookPort}/status?n={i}\"}}");
            string request = string.Create(CultureInfo.InvariantCulture,
                $"POST /v1/messages HTTP/1.1\r\nHost: {gateway}\r\nAuthorization: Basic {authorization}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
            long started = time.GetTimestamp();
            await conversation.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken).ConfigureAwait(false);
            if (!await conversation.ReadAsync(cancellationToken).ConfigureAwait(false)) return;
            board.Accepted(conversation.Status, time.GetElapsedTime(started));
        }
    }
}
