using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Makes single tries. Everything that receivers could use against the gateway is bounded or switched off here.</summary>
internal sealed class WebhookClient : IDisposable
{
    private static readonly HttpRequestOptionsKey<TimeSpan> ConnectLimit = new("crosspoint.connect");
    private static readonly string UserAgent = "Crosspoint/" + VersionOf(typeof(WebhookClient).Assembly);

    private readonly WebhookOptions _options;
    private readonly AccountDirectory _accounts;
    private readonly IInboundReplySink _replies;
    private readonly TimeProvider _time;
    private readonly HostResolver _resolver;
    private readonly SslClientAuthenticationOptions _tls;
    private readonly HttpMessageInvoker _keeping;
    private readonly HttpMessageInvoker _closing;

    // Connections that rest count too: a receiver with many names could have one left open for each. From the first number on none is
    // kept, at the second no more are made.
    private readonly int _mostKept;
    private readonly int _mostOpen;
    private int _open;

    public WebhookClient(
        WebhookOptions options, AccountDirectory accounts, IInboundReplySink replies, TimeProvider time, HostResolver resolver,
        SslClientAuthenticationOptions? tls = null)
    {
        _options = options;
        _accounts = accounts;
        _replies = replies;
        _time = time;
        _resolver = resolver;
        _tls = tls ?? new();
        _mostOpen = Math.Max(1, options.Concurrency) * 2;
        _mostKept = _mostOpen / 4;

        // A host's new address is seen within minutes even when its connections never rest.
        _keeping = new(NewHandler(TimeSpan.FromMinutes(5)), disposeHandler: true);

        // Asking the receiver to close is not enough: those that do not would fill the number of connections with ones that rest.
        _closing = new(NewHandler(TimeSpan.Zero), disposeHandler: true);
    }

    /// <summary>Connections that are open now, resting ones among them.</summary>
    internal int Open => Volatile.Read(ref _open);

    public void Dispose()
    {
        _keeping.Dispose();
        _closing.Dispose();
        _resolver.Dispose();
    }

    /// <summary>Sends what the worker holds, once. Never throws: every end is an outcome.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TryOutcome> TryAsync(WebhookWorker worker)
    {
        PendingWebhook first = worker.Items[0];
        if (first.Target.Uri is null) return TryOutcome.Without(TryKind.Impossible, first.Target.Problem);
        if (_accounts.Find(first.Job.Head.AccountSid) is not { } account)
            return TryOutcome.Without(TryKind.Impossible, "the account is no longer configured");
        SignedPayload payload = Write(worker, account);
        Uri uri = worker.IsBatch ? BatchUriOf(first.Endpoint) : first.Target.Uri;
        using HttpRequestMessage request = NewRequest(first.Target, uri, payload);
        try
        {
            return await SendAsync(request, first.Job.Head, worker).ConfigureAwait(false);
        }
        finally
        {
            if (!payload.Content.TryClose()) worker.Payload.Abandon();
        }
    }

    /// <param name="head">The message whose answer may hold replies; null for none.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TryOutcome> SendAsync(HttpRequestMessage request, MessageHead? head, WebhookWorker worker)
    {
        int status = 0;
        TimeSpan retryAfter = TimeSpan.Zero;
        try
        {
            using HttpResponseMessage response = await InvokerOf(request).SendAsync(request, worker.Token).ConfigureAwait(false);
            status = (int)response.StatusCode;
            if (status is 429 or >= 500) retryAfter = RetryAfterOf(response);
            await ReadAnswerAsync(response, head, worker).ConfigureAwait(false);
            return new(TryKind.Answered, status, retryAfter, status is >= 200 and < 300 ? null : ErrorTexts.OfStatus(status));
        }
        catch (OperationCanceledException)
        {
            return status != 0 ? AfterStatus(status, retryAfter) : OfCancellation(worker);
        }
        catch (HttpRequestException e)
        {
            return status != 0 ? AfterStatus(status, retryAfter) : OfFailure(e, worker);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            return status != 0 ? AfterStatus(status, retryAfter) : TryOutcome.Without(TryKind.Broken, ErrorTexts.Broken);
        }
    }

    /// <summary>Sends a test event, once, in the form that the receiver gets its events in. Never throws.</summary>
    public async ValueTask<TryOutcome> TestAsync(WebhookWorker worker, TargetUrl target, Account account, string id)
    {
        bool isBatch = target.Settings?.Batch is not null;
        DateTimeOffset now = _time.GetUtcNow();
        string timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        WebhookSigner.WriteStandardPrefix(worker.Payload, id, timestamp);
        int start = worker.Payload.Length;
        NativeJson.WriteTest(id, account.Sid, now, isBatch, worker.Json);
        string signature = Sign(account, target.Settings, worker.Payload.Written);
        var content = new PayloadContent(worker.Payload.WrittenMemory[start..], NativeJson.ContentType, account.Sid);
        using HttpRequestMessage request = NewRequest(target, target.Uri!, new(content, id, signature, timestamp));
        return await SendAsync(request, null, worker).ConfigureAwait(false);
    }

    // The status came whole, so the receiver has spoken, whatever became of the rest of its answer.
    private static TryOutcome AfterStatus(int status, TimeSpan retryAfter) =>
        new(TryKind.Answered, status, retryAfter, status is >= 200 and < 300 ? null : ErrorTexts.OfStatus(status));

    private static TryOutcome OfCancellation(WebhookWorker worker)
    {
        if (worker.IsAbandoned) return TryOutcome.Without(TryKind.Abandoned, "");
        return worker.Token.IsCancellationRequested
            ? TryOutcome.Without(TryKind.TimedOut, ErrorTexts.TimedOut)
            : TryOutcome.Without(TryKind.ConnectFailed, ErrorTexts.ConnectTimedOut);
    }

    private static TryOutcome OfFailure(HttpRequestException failure, WebhookWorker worker)
    {
        if (worker.IsAbandoned) return TryOutcome.Without(TryKind.Abandoned, "");
        if (failure.InnerException is AddressRefusedException) return TryOutcome.Without(TryKind.AddressRefused, ErrorTexts.AddressRefused);
        return failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => TryOutcome.Without(TryKind.ConnectFailed, ErrorTexts.NoSuchHost),
            HttpRequestError.ConnectionError => TryOutcome.Without(TryKind.ConnectFailed, ErrorTexts.ConnectFailed),
            HttpRequestError.SecureConnectionError => TryOutcome.Without(TryKind.ConnectFailed, ErrorTexts.TlsFailed),
            HttpRequestError.ConfigurationLimitExceeded => TryOutcome.Without(TryKind.Broken, ErrorTexts.HeadersTooLarge),
            _ => TryOutcome.Without(failure.InnerException is SocketException ? TryKind.ConnectFailed : TryKind.Broken, ErrorTexts.Broken),
        };
    }

    // The endpoint's own URL. It was parsed once from what it is made of, so it parses.
    private static Uri BatchUriOf(WebhookEndpoint endpoint) =>
        endpoint.BatchUri ??= new(endpoint.Key.Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private SignedPayload Write(WebhookWorker worker, Account account)
    {
        PendingWebhook first = worker.Items[0];
        worker.Payload.Clear();
        if (!first.IsNative)
        {
            worker.Signed.Clear();
            TwilioForm.Write(first, worker.Payload, worker.Signed);
            worker.Key.Clear();
            worker.Key.AppendUtf8(account.AuthToken);
            string twilio = WebhookSigner.SignTwilio(worker.Key.Written, worker.Signed.Written);
            return new(new(worker.Payload.WrittenMemory, TwilioForm.ContentType, account.Sid), first.Id, twilio, null);
        }

        // What is signed is id, time and body in one piece: so the body is written behind the others and taken from there.
        string timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string id = worker.IsBatch ? BatchId.Of(worker.Items) : first.Id;
        WebhookSigner.WriteStandardPrefix(worker.Payload, id, timestamp);
        int start = worker.Payload.Length;
        worker.Json.Reset();
        if (worker.IsBatch) NativeJson.WriteBatch(worker.Items, worker.Json);
        else NativeJson.Write(first, worker.Json);
        string signature = Sign(account, first.Endpoint.Settings, worker.Payload.Written);
        return new(new(worker.Payload.WrittenMemory[start..], NativeJson.ContentType, account.Sid), id, signature, timestamp);
    }

    private static string Sign(Account account, WebhookEndpointSettings? settings, ReadOnlySpan<byte> text)
    {
        bool hasOwn = settings?.Secret is not null;
        string signature = WebhookSigner.SignStandard(hasOwn ? settings!.Secret : account.WebhookSecret, text);
        byte[]? previous = hasOwn ? settings!.SecretPrevious : account.WebhookSecretPrevious;
        return previous is null ? signature : string.Concat(signature, " ", WebhookSigner.SignStandard(previous, text));
    }

    private SocketsHttpHandler NewHandler(TimeSpan lifetime) =>
        new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            SslOptions = _tls,
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionLifetime = lifetime,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,

            // Answers are read by us up to the bound; what is left then is not worth the connection.
            MaxResponseDrainSize = 0,
            EnableMultipleHttp2Connections = true,
        };

    private HttpMessageInvoker InvokerOf(HttpRequestMessage request) =>
        request.Headers.ConnectionClose == true ? _closing : _keeping;

    private HttpRequestMessage NewRequest(TargetUrl target, Uri uri, in SignedPayload payload)
    {
        // Only HTTP/1.1 can ask for a connection's end.
        bool isKept = Open < _mostKept;
        bool mayBeHigher = isKept && uri.Scheme == Uri.UriSchemeHttps;
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = mayBeHigher ? HttpVersionPolicy.RequestVersionOrHigher : HttpVersionPolicy.RequestVersionExact,
            Content = payload.Content,
        };
        HttpRequestHeaders headers = request.Headers;
        if (target.Place.Host is { } host) headers.TryAddWithoutValidation("Host", host);
        if (!isKept) headers.ConnectionClose = true;
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (payload.Timestamp is null)
        {
            headers.TryAddWithoutValidation("X-Twilio-Signature", payload.Signature);
            headers.TryAddWithoutValidation("I-Twilio-Idempotency-Token", payload.Id);
        }
        else
        {
            headers.TryAddWithoutValidation("webhook-id", payload.Id);
            headers.TryAddWithoutValidation("webhook-timestamp", payload.Timestamp);
            headers.TryAddWithoutValidation("webhook-signature", payload.Signature);
        }

        // The handler would go on connecting after a try is over.
        TimeSpan connect = target.Overrides.Connect;
        if (target.Overrides.Total < connect) connect = target.Overrides.Total;
        if (connect < _options.ConnectTimeout) request.Options.Set(ConnectLimit, connect);
        return request;
    }

    private async ValueTask ReadAnswerAsync(HttpResponseMessage response, MessageHead? head, WebhookWorker worker)
    {
        bool isAsked = head is { IsInbound: true } && head.CallbackForm == CallbackForm.Twilio && response.IsSuccessStatusCode;
        MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
        ReplyKind kind = isAsked ? ReplyContent.KindOf(type?.MediaType) : ReplyKind.None;
        bool mayReply = kind is not (ReplyKind.None or ReplyKind.NotSupported);
        Stream stream = await response.Content.ReadAsStreamAsync(worker.Token).ConfigureAwait(false);
        byte[] buffer = mayReply ? ArrayPool<byte>.Shared.Rent(ReplyDocument.MaxBytes + 1) : worker.Discard;
        int total = 0;
        bool isWhole = false;
        try
        {
            while (total <= ReplyDocument.MaxBytes)
            {
                Memory<byte> rest = mayReply ? buffer.AsMemory(total, ReplyDocument.MaxBytes + 1 - total) : buffer;
                int count = await stream.ReadAsync(rest, worker.Token).ConfigureAwait(false);
                total += count;
                isWhole = count == 0;
                if (isWhole) break;
            }
        }
        finally
        {
            if (mayReply)
            {
                PassReply(head!, type!, kind, isWhole, buffer.AsMemory(0, total));
                ArrayPool<byte>.Shared.Return(buffer);
            }
            else if (kind == ReplyKind.NotSupported && total > 0)
            {
                _replies.ReplyIgnored(head!, ReplyContent.NotSupported(type?.MediaType));
            }
        }
    }

    private void PassReply(MessageHead inbound, MediaTypeHeaderValue type, ReplyKind kind, bool isWhole, ReadOnlyMemory<byte> content)
    {
        List<string> bodies = [];
        List<string> ignored = [];
        if (!isWhole) ignored.Add(ReplyDocument.Unparsable);
        else if (content.Length > 0) ReplyContent.Read(content, kind, type, bodies, ignored);
        if (bodies.Count > 0) _replies.Reply(inbound, bodies);
        foreach (string what in ignored) _replies.ReplyIgnored(inbound, what);
    }

    private TimeSpan RetryAfterOf(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } wish) return TimeSpan.Zero;
        TimeSpan wait = wish.Delta ?? (wish.Date is { } date ? date - _time.GetUtcNow() : TimeSpan.Zero);
        if (wait < TimeSpan.Zero) return TimeSpan.Zero;
        return wait < RetryRules.LongestRetryAfter ? wait : RetryRules.LongestRetryAfter;
    }

    // Connects to an address that was checked, never to a name: what the name stands for a moment later is of no account.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? limit = context.InitialRequestMessage.Options.TryGetValue(ConnectLimit, out TimeSpan connect)
            ? new CancellationTokenSource(connect, _time)
            : null;
        using CancellationTokenSource? both =
            limit is null ? null : CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        CancellationToken token = both?.Token ?? cancellationToken;
        try
        {
            string account = ((PayloadContent)context.InitialRequestMessage.Content!).AccountSid;
            IPAddress[] addresses = await _resolver.ResolveAsync(context.DnsEndPoint.Host, account, token).ConfigureAwait(false);
            if (!_options.AllowPrivateAddresses)
            {
                foreach (IPAddress address in addresses)
                {
                    if (!AddressRules.IsPublic(address)) throw new AddressRefusedException();
                }
            }

            return await OpenAsync(addresses, context.DnsEndPoint.Port, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, ErrorTexts.ConnectTimedOut);
        }
    }

    private async ValueTask<Stream> OpenAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _open) > _mostOpen)
        {
            Interlocked.Decrement(ref _open);
            throw new HttpRequestException(HttpRequestError.ConnectionError, ErrorTexts.ConnectFailed);
        }

        Socket? socket = null;
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
            return new CountedStream(this, socket);
        }
        catch
        {
            socket?.Dispose();
            Interlocked.Decrement(ref _open);
            throw;
        }
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>A body with what is said of it in the request's headers.</summary>
    /// <param name="Timestamp">Seconds since 1970 as text; null in Twilio's form, which has none.</param>
    private readonly record struct SignedPayload(PayloadContent Content, string Id, string Signature, string? Timestamp);

    /// <summary>A connection that counts until it is closed.</summary>
    private sealed class CountedStream(WebhookClient owner, Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private bool _isClosed;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (!Interlocked.Exchange(ref _isClosed, true)) Interlocked.Decrement(ref owner._open);
        }
    }

    private sealed class AddressRefusedException : IOException;
}
