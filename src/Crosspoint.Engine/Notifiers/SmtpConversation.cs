using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Crosspoint.Engine.Notifiers;

/// <summary>The server answered what the conversation cannot go on with, or something that is no answer.</summary>
/// <param name="isFinal">The same again would be answered the same (5yz, RFC 5321 §4.2.1).</param>
internal sealed class SmtpException(string message, bool isFinal) : IOException(message)
{
    public bool IsFinal { get; } = isFinal;
}

/// <summary>Commands and replies of SMTP (RFC 5321) over one connection. The owner bounds the time of all of it.</summary>
internal sealed class SmtpConversation(Stream stream) : IDisposable
{
    // RFC 5321 §4.5.3.1.5 has 512 octets; some servers write more.
    private const int MostLine = 4_096;
    private const int MostLines = 100;

    private readonly byte[] _input = new byte[MostLine];
    private Stream _stream = stream;
    private int _length;

    /// <summary>The keywords of the last EHLO, with their parameters.</summary>
    public IReadOnlyList<string> Extensions { get; private set; } = [];

    public void Dispose() => _stream.Dispose();

    /// <summary>Waits for the server's greeting.</summary>
    public async Task GreetAsync(CancellationToken cancellationToken) =>
        Expect(await ReadAsync(cancellationToken).ConfigureAwait(false), 220, "greeting");

    public async Task HelloAsync(string name, CancellationToken cancellationToken)
    {
        (int code, List<string> lines) = await AskAsync($"EHLO {name}", cancellationToken).ConfigureAwait(false);
        Expect((code, lines), 250, "EHLO");
        Extensions = [.. lines.Skip(1)];
    }

    /// <summary>Goes on over TLS. What was said before counts no more.</summary>
    public async Task StartTlsAsync(SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        if (!Extensions.Any(static word => word.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
            throw new SmtpException("the server does not offer STARTTLS", isFinal: true);
        await CommandAsync("STARTTLS", 220, cancellationToken).ConfigureAwait(false);

        // Whatever came already was not protected: somebody between may have put it there (CVE-2011-0411).
        if (_length > 0) throw new SmtpException("the server went on in plain text after STARTTLS", isFinal: true);
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        await secure.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
        Extensions = [];
    }

    public async Task AuthenticateAsync(string user, string password, CancellationToken cancellationToken)
    {
        string[] ways = [.. Extensions
            .Where(static word => word.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase) || word.StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase))
            .SelectMany(static word => word[5..].ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        if (ways.Contains("PLAIN"))
        {
            await SecretAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", 235, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!ways.Contains("LOGIN")) throw new SmtpException("the server takes neither AUTH PLAIN nor AUTH LOGIN", isFinal: true);
        await SecretAsync("AUTH LOGIN", 334, cancellationToken).ConfigureAwait(false);
        await SecretAsync(Base64(user), 334, cancellationToken).ConfigureAwait(false);
        await SecretAsync(Base64(password), 235, cancellationToken).ConfigureAwait(false);
    }

    public async Task CommandAsync(string line, int expected, CancellationToken cancellationToken) =>
        Expect(await AskAsync(line, cancellationToken).ConfigureAwait(false), expected, line.Split(' ', ':')[0]);

    /// <summary>A recipient; false when the server refuses it for good.</summary>
    public async Task<bool> RecipientAsync(string address, CancellationToken cancellationToken)
    {
        (int code, List<string> lines) = await AskAsync($"RCPT TO:<{address}>", cancellationToken).ConfigureAwait(false);
        if (code is >= 500 and < 600) return false;
        Expect((code, lines), 250, "RCPT");
        return true;
    }

    /// <summary>The message after DATA. Its lines end with CRLF, and none begins with a dot.</summary>
    public async Task MessageAsync(string message, CancellationToken cancellationToken)
    {
        await CommandAsync("DATA", 354, cancellationToken).ConfigureAwait(false);
        await CommandAsync(message + "\r\n.", 250, cancellationToken).ConfigureAwait(false);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    // The command is never part of an error: it holds the password.
    private async Task SecretAsync(string line, int expected, CancellationToken cancellationToken)
    {
        (int code, _) = await AskAsync(line, cancellationToken).ConfigureAwait(false);
        if (code != expected) throw new SmtpException(string.Create(CultureInfo.InvariantCulture, $"the server answered {code} to the authentication"), code is >= 500 and < 600);
    }

    private static void Expect((int Code, List<string> Lines) answer, int expected, string command)
    {
        if (answer.Code == expected) return;
        string text = answer.Lines[0].Length > 200 ? answer.Lines[0][..200] : answer.Lines[0];
        string shown = new([.. text.Select(static c => char.IsControl(c) ? ' ' : c)]);
        throw new SmtpException(
            string.Create(CultureInfo.InvariantCulture, $"the server answered {answer.Code} to {(command.Length > 20 ? "the message" : command)}: {shown}"),
            answer.Code is >= 500 and < 600);
    }

    private async Task<(int Code, List<string> Lines)> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<(int Code, List<string> Lines)> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            bool isReply = line.Length >= 3 && int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && (line.Length == 3 || line[3] is ' ' or '-');
            if (!isReply || lines.Count >= MostLines) throw new SmtpException("the server does not speak SMTP", isFinal: false);
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ') return (int.Parse(line.AsSpan(0, 3), CultureInfo.InvariantCulture), lines);
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = _input.AsSpan(0, _length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.UTF8.GetString(_input.AsSpan(0, end)).TrimEnd('\r');
                _input.AsSpan(end + 1, _length - end - 1).CopyTo(_input);
                _length -= end + 1;
                return line;
            }

            if (_length == _input.Length) throw new SmtpException("the server's answer is too long", isFinal: false);
            int read = await _stream.ReadAsync(_input.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new SmtpException("the server closed the connection", isFinal: false);
            _length += read;
        }
    }
}
