using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Notifiers;

/// <summary>
/// Notifiers that make one POST: signed webhook, Slack, PagerDuty. Which places may be called is what the rules for webhooks say, and is looked at
/// again when a name has become an address.
/// </summary>
internal sealed class HttpNotifier : INotifier
{
    // Of an answer nothing but its status counts.
    private const int MostAnswer = 64 * 1024;

    // PagerDuty's limits: Events API v2.
    private const int MostSummary = 1_024;
    private const int MostDedupKey = 255;

    // Slack's limit of a section's text.
    private const int MostSlack = 3_000;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly NotifierOptions _options;
    private readonly WebhookOptions _rules;
    private readonly string _publicUrl;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public HttpNotifier(NotifierOptions options, WebhookOptions rules, string publicUrl, TimeProvider time)
    {
        (_options, _rules, _publicUrl, _time) = (options, rules, publicUrl, time);
        _http = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                MaxResponseHeadersLength = 32,
                ConnectCallback = ConnectAsync,
            },
            disposeHandler: true);
    }

    public void Dispose() => _http.Dispose();

    public async Task<NotifyOutcome> SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        string url = UrlOf(_options);
        if (!WebhookTarget.TryParse(url, _rules, out Uri? uri, out _, out string problem)) return new(problem, IsFinal: true);
        if (_options is PagerDutyNotifierOptions && notification.Event == NotificationEvent.Remind) return NotifyOutcome.Taken;
        byte[] body = BodyOf(notification);
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent(body), Version = HttpVersion.Version11 };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Crosspoint", null));
        if (_options is WebhookNotifierOptions signed) Sign(request, signed, notification.Id, body);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            await DiscardAsync(response, cancellationToken).ConfigureAwait(false);
            if (status is >= 200 and < 300) return NotifyOutcome.Taken;

            // What the receiver finds wrong with a request it will find wrong again.
            bool isFinal = status is >= 400 and < 500 and not (408 or 409 or 425 or 429);
            return new(ErrorTexts.OfStatus(status), isFinal);
        }
        catch (HttpRequestException e)
        {
            return new(e.InnerException is AddressRefusedException ? ErrorTexts.AddressRefused : TextOf(e));
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            return new(ErrorTexts.Broken);
        }
    }

    internal static string UrlOf(NotifierOptions options) => options switch
    {
        WebhookNotifierOptions webhook => webhook.Url,
        SlackNotifierOptions slack => slack.Url,
        PagerDutyNotifierOptions pagerDuty => pagerDuty.Url,
        _ => "",
    };

    private static string TextOf(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => ErrorTexts.NoSuchHost,
        HttpRequestError.ConnectionError => ErrorTexts.ConnectFailed,
        HttpRequestError.SecureConnectionError => ErrorTexts.TlsFailed,
        _ => e.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }
            ? ErrorTexts.NoSuchHost
            : ErrorTexts.Broken,
    };

    private static async Task DiscardAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int total = 0;
            int read;
            while (total < MostAnswer && (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0) total += read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status has come: that is the answer.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Sign(HttpRequestMessage request, WebhookNotifierOptions options, string id, byte[] body)
    {
        long timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSigner.SignStandard(options.Secret, id, timestamp, body));
    }

    private byte[] BodyOf(Notification notification)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            switch (_options)
            {
                case SlackNotifierOptions:
                    json.WriteStartObject();
                    json.WriteString("text"u8, SlackText(NotificationText.Body(notification, _publicUrl)));
                    json.WriteEndObject();
                    break;
                case PagerDutyNotifierOptions pagerDuty:
                    WritePagerDuty(json, notification, pagerDuty);
                    break;
                default:
                    NotificationText.Write(json, notification, _publicUrl);
                    break;
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    // The three characters that mean something in Slack's text; in that order.
    private static string SlackText(string text)
    {
        string escaped = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
        if (escaped.Length <= MostSlack) return escaped;

        // The links stand at the end, and must be there.
        int links = escaped.LastIndexOf("\nBegan: ", StringComparison.Ordinal);
        string tail = links > 0 && escaped.Length - links < MostSlack / 2 ? escaped[links..] : "";
        return $"{escaped[..(MostSlack - tail.Length - 2)]}…{tail}";
    }

    private void WritePagerDuty(Utf8JsonWriter json, Notification notification, PagerDutyNotifierOptions options)
    {
        Alert alert = notification.Alert;
        string action = notification.Event switch
        {
            NotificationEvent.Acknowledge => "acknowledge",
            NotificationEvent.Resolve => "resolve",
            _ => "trigger",
        };
        json.WriteStartObject();
        json.WriteString("routing_key"u8, options.RoutingKey);
        json.WriteString("event_action"u8, action);
        json.WriteString("dedup_key"u8, alert.Id.Length <= MostDedupKey ? alert.Id : alert.Id[..MostDedupKey]);
        if (action == "trigger")
        {
            string summary = NotificationText.Subject(notification);
            json.WriteString("client"u8, "Crosspoint");
            if (_publicUrl.Length > 0) json.WriteString("client_url"u8, NotificationText.UrlOf($"/v1/alerts/{alert.Id}", _publicUrl));
            json.WriteStartObject("payload"u8);
            json.WriteString("summary"u8, summary.Length <= MostSummary ? summary : summary[..MostSummary]);
            json.WriteString("source"u8, _publicUrl.Length > 0 ? _publicUrl : "crosspoint");
            json.WriteString("severity"u8, notification.Event == NotificationEvent.Test ? "info" : alert.Severity switch { Incidents.Severity.L3 => "critical", Incidents.Severity.L2 => "error", _ => "warning" });
            json.WriteString("timestamp"u8, Messages.Micros.ToInstant(alert.OpenedAt).UtcDateTime);
            json.WriteString("component"u8, alert.Rule);
            json.WriteString("class"u8, alert.Rule);
            json.WriteStartObject("custom_details"u8);
            json.WriteString("text"u8, NotificationText.Body(notification, _publicUrl));
            NotificationText.WriteLabels(json, alert);
            json.WriteEndObject();
            json.WriteEndObject();

            // PagerDuty takes whole URLs alone.
            json.WriteStartArray("links"u8);
            if (_publicUrl.Length > 0)
            {
                foreach (Incidents.IncidentLink link in new[] { alert.Evidence, alert.Action })
                {
                    json.WriteStartObject();
                    json.WriteString("href"u8, NotificationText.UrlOf(link.Path, _publicUrl));
                    json.WriteString("text"u8, $"{link.Text} ({link.Method})");
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    // Connects to addresses that were checked, never to a name.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await NotifierHosts.ResolveAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        if (!_rules.AllowPrivateAddresses && !addresses.All(AddressRules.IsPublic)) throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AddressRefusedException : IOException;
}
