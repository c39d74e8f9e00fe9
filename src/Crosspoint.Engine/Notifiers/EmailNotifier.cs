using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crosspoint.Engine.Alerts;

namespace Crosspoint.Engine.Notifiers;

/// <summary>E-mail over SMTP: one connection for each notification, as there are few.</summary>
internal sealed class EmailNotifier(EmailNotifierOptions options, string publicUrl, TimeProvider time) : INotifier
{
    // Base64 lines of RFC 2045 §6.8, and words of RFC 2047 §2, which may have 75 characters in all.
    private const int LineCharacters = 76;
    private const int WordBytes = 42;

    public void Dispose()
    {
    }

    public async Task<NotifyOutcome> SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        try
        {
            await DeliverAsync(notification, cancellationToken).ConfigureAwait(false);
            return NotifyOutcome.Taken;
        }
        catch (SmtpException e)
        {
            return new(e.Message, e.IsFinal);
        }
        catch (AuthenticationException)
        {
            return new("TLS failed: the server's certificate is not trusted, or it speaks no TLS of today");
        }
        catch (SocketException e)
        {
            bool isName = e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;
            return new(isName ? "the host name cannot be resolved" : "could not connect");
        }
        catch (CryptographicException)
        {
            return new("the file with the authorities cannot be used");
        }
        catch (IOException)
        {
            return new("the connection broke");
        }
    }

    /// <summary>The message as it goes over the wire: header fields, an empty line, and the text in Base64.</summary>
    internal static string Compose(Notification notification, EmailNotifierOptions options, string publicUrl, DateTimeOffset now)
    {
        string domain = options.From[(options.From.LastIndexOf('@') + 1)..];
        var message = new StringBuilder();
        message.Append("From: Crosspoint <").Append(options.From).Append(">\r\n");
        message.Append("To: ").AppendJoin(",\r\n ", options.To.Select(static to => $"<{to}>")).Append("\r\n");
        message.Append("Subject: ").Append(Encode(NotificationText.Subject(notification))).Append("\r\n");
        message.Append("Date: ").Append(now.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)).Append("\r\n");
        message.Append("Message-ID: <").Append(notification.Id).Append('@').Append(domain).Append(">\r\n");

        // One thread for one alert.
        string thread = $"<{notification.Alert.Id}@{domain}>";
        message.Append("In-Reply-To: ").Append(thread).Append("\r\nReferences: ").Append(thread).Append("\r\n");
        message.Append("Auto-Submitted: auto-generated\r\n");
        if (notification.Alert.Severity == Incidents.Severity.L3) message.Append("Importance: high\r\n");
        message.Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        string text = NotificationText.Body(notification, publicUrl).Replace("\n", "\r\n", StringComparison.Ordinal);
        string body = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        for (int i = 0; i < body.Length; i += LineCharacters) message.Append(body.AsSpan(i, Math.Min(LineCharacters, body.Length - i))).Append("\r\n");
        return message.ToString(0, message.Length - 2);
    }

    // As it is where it is plain and short; else in words of RFC 2047, none of which splits a character.
    private static string Encode(string text)
    {
        if (text.Length <= 200 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("=?", StringComparison.Ordinal)) return Fold(text);
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> room = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            ReadOnlySpan<byte> bytes = room[..rune.EncodeToUtf8(room)];
            if (word.Count + bytes.Length > WordBytes)
            {
                words.Add(Word(word));
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add(Word(word));
        return string.Join("\r\n ", words);

        static string Word(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
    }

    // A line of a header has 78 characters at best (RFC 5322 §2.1.1); it is folded before a blank.
    private static string Fold(string text)
    {
        const int First = 65;
        if (text.Length <= First) return text;
        int blank = text.LastIndexOf(' ', First);
        return blank <= 0 ? text : $"{text[..blank]}\r\n {Fold(text[(blank + 1)..])}";
    }

    private async Task DeliverAsync(Notification notification, CancellationToken cancellationToken)
    {
        SslClientAuthenticationOptions tls = LoadTls();
        IPAddress[] addresses = await NotifierHosts.ResolveAsync(options.Host, cancellationToken).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        string name;
        try
        {
            await socket.ConnectAsync(addresses, options.Port, cancellationToken).ConfigureAwait(false);
            name = NameOf((IPEndPoint)socket.LocalEndPoint!);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (options.Security == MailSecurity.Tls)
        {
            var secure = new SslStream(stream, leaveInnerStreamOpen: false);
            stream = secure;
            try
            {
                await secure.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await secure.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        using var smtp = new SmtpConversation(stream);
        await smtp.GreetAsync(cancellationToken).ConfigureAwait(false);
        await smtp.HelloAsync(name, cancellationToken).ConfigureAwait(false);
        if (options.Security == MailSecurity.StartTls)
        {
            await smtp.StartTlsAsync(tls, cancellationToken).ConfigureAwait(false);
            await smtp.HelloAsync(name, cancellationToken).ConfigureAwait(false);
        }

        if (options.User is { } user) await smtp.AuthenticateAsync(user, options.Password, cancellationToken).ConfigureAwait(false);
        await smtp.CommandAsync($"MAIL FROM:<{options.From}>", 250, cancellationToken).ConfigureAwait(false);
        int taken = 0;
        foreach (string to in options.To) taken += await smtp.RecipientAsync(to, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        if (taken == 0) throw new SmtpException("the server refuses every recipient", isFinal: true);
        await smtp.MessageAsync(Compose(notification, options, publicUrl, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        try
        {
            await smtp.CommandAsync("QUIT", 221, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The message was taken: that it is over need not be said politely.
        }
    }

    // An address literal (RFC 5321 §4.1.3): this host's name may be no name that a server accepts.
    private static string NameOf(IPEndPoint local)
    {
        IPAddress address = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{new IPAddress(address.GetAddressBytes())}]" : $"[{address}]";
    }

    private SslClientAuthenticationOptions LoadTls()
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (options.Authorities is null) return tls;

        // Authorities of one's own publish no revocations that could be asked for.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(options.Authorities);
        tls.CertificateChainPolicy = policy;
        return tls;
    }
}
