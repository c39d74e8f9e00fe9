using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Crosspoint.TestKit;

/// <summary>A mail that the server took.</summary>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Data, string? User, bool WasSecure)
{
    /// <summary>The value of a header field, unfolded.</summary>
    public string? Header(string name)
    {
        string head = Data[..Data.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal);
        return head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
    }

    /// <summary>The text, out of its Base64.</summary>
    public string Body => Encoding.UTF8.GetString(Convert.FromBase64String(
        Data[(Data.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Replace("\r\n", "", StringComparison.Ordinal)));
}

/// <summary>How a mail server behaves.</summary>
public sealed record SmtpServerOptions
{
    /// <summary>TLS from the first byte.</summary>
    public bool IsImplicitTls { get; init; }

    public bool OffersStartTls { get; init; } = true;

    /// <summary>Ways of authentication that EHLO lists; empty for none.</summary>
    public string Auth { get; init; } = "PLAIN LOGIN";

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Takes connections and says nothing.</summary>
    public bool Hangs { get; init; }

    /// <summary>What is answered to a command in place of the usual, by its first word.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; init; } = new Dictionary<string, string>();

    /// <summary>Recipients that are refused.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Plain text right behind the answer to STARTTLS, as somebody between would put it there.</summary>
    public string Injected { get; init; } = "";
}

/// <summary>A small SMTP server on a free port of the loopback, with a certificate of its own for the name localhost.</summary>
public sealed class SmtpServer : IDisposable
{
    private readonly SmtpServerOptions _options;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly ConcurrentQueue<ReceivedMail> _mails = [];

    private SmtpServer(SmtpServerOptions options)
    {
        _options = options;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>What a client must trust, as PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    public static SmtpServer Start(SmtpServerOptions? options = null) => new(options ?? new());

    /// <summary>The next mail, when it has come.</summary>
    public async Task<ReceivedMail> NextAsync()
    {
        if (!await _arrived.WaitAsync(TimeSpan.FromSeconds(20))) throw new TimeoutException("No mail came.");
        _mails.TryDequeue(out ReceivedMail? mail);
        return mail!;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets) socket.Dispose();
        _certificate.Dispose();
        _arrived.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            if (_options.Hangs) return;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            bool isSecure = _options.IsImplicitTls;
            if (isSecure) stream = await SecureAsync(stream);
            await ConverseAsync(stream, isSecure);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or does not trust the certificate.
            socket.Dispose();
        }
    }

    private async Task<Stream> SecureAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, CancellationToken.None);
        return tls;
    }

    private async Task ConverseAsync(Stream stream, bool isSecure)
    {
        string? user = null;
        string from = "";
        var to = new List<string>();
        await SayAsync(stream, _options.Answers.GetValueOrDefault("CONNECT") ?? "220 localhost ESMTP");
        while (await ReadLineAsync(stream) is { } line)
        {
            string verb = line.Split(' ', ':')[0].ToUpperInvariant();
            string? said = _options.Answers.GetValueOrDefault(verb);
            switch (verb)
            {
                case "EHLO":
                    var words = new List<string> { "localhost greets you", "SIZE 1000000" };
                    if (_options.OffersStartTls && !isSecure) words.Add("STARTTLS");
                    if (_options.Auth.Length > 0 && (isSecure || !_options.OffersStartTls)) words.Add($"AUTH {_options.Auth}");
                    for (int i = 0; i < words.Count; i++) await SayAsync(stream, $"250{(i == words.Count - 1 ? ' ' : '-')}{words[i]}");
                    break;
                case "STARTTLS" when said is null:
                    await SayAsync(stream, "220 go on" + _options.Injected);
                    stream = await SecureAsync(stream);
                    isSecure = true;
                    break;
                case "AUTH" when said is null:
                    user = await AuthenticateAsync(stream, line);
                    await SayAsync(stream, user is null ? "535 wrong" : "235 welcome");
                    break;
                case "MAIL" when said is null:
                    from = Between(line);
                    await SayAsync(stream, _options.User is not null && user is null ? "530 who are you" : "250 fine");
                    break;
                case "RCPT" when said is null:
                    bool isKnown = !_options.Unknown.Contains(Between(line));
                    if (isKnown) to.Add(Between(line));
                    await SayAsync(stream, isKnown ? "250 fine" : "550 no such person");
                    break;
                case "DATA" when said is null:
                    await SayAsync(stream, "354 go on");
                    var data = new StringBuilder();
                    while (await ReadLineAsync(stream) is { } text && text != ".") data.Append(text).Append("\r\n");
                    _mails.Enqueue(new(from, [.. to], data.ToString(), user, isSecure));
                    _arrived.Release();
                    await SayAsync(stream, "250 taken");
                    break;
                case "QUIT" when said is null:
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, said ?? "502 what");
                    break;
            }
        }
    }

    private async Task<string?> AuthenticateAsync(Stream stream, string line)
    {
        string[] parts = line.Split(' ');
        string user;
        string password;
        if (parts[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            string[] fields = Decode(parts[2]).Split('\0');
            (user, password) = (fields[1], fields[2]);
        }
        else
        {
            await SayAsync(stream, "334 VXNlcm5hbWU6");
            user = Decode(await ReadLineAsync(stream) ?? "");
            await SayAsync(stream, "334 UGFzc3dvcmQ6");
            password = Decode(await ReadLineAsync(stream) ?? "");
        }

        return user == _options.User && password == _options.Password ? user : null;
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static string Between(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private static Task SayAsync(Stream stream, string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), CancellationToken.None).AsTask();

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, CancellationToken.None) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }
}
