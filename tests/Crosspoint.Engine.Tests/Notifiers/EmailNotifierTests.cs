using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Notifiers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Notifiers;

public sealed class EmailNotifierTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-mail-");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.None)]
    public async Task Send_EachSecurity_Delivers(MailSecurity security)
    {
        using SmtpServer server = SmtpServer.Start(new()
        {
            IsImplicitTls = security == MailSecurity.Tls,
            OffersStartTls = security == MailSecurity.StartTls,
            User = security == MailSecurity.None ? null : "ops",
            Password = "p\u00E4ss w\u00F6rd",
        });
        EmailNotifierOptions options = Options(server, security);
        if (security == MailSecurity.None) options = options with { User = null };
        (await SendAsync(options, Sample.Notification())).ShouldBe(NotifyOutcome.Taken);

        ReceivedMail mail = await server.NextAsync();
        (mail.From, mail.WasSecure, mail.User).ShouldBe(("crosspoint@example.com", security != MailSecurity.None, security == MailSecurity.None ? null : "ops"));
        mail.To.ShouldBe(["a@example.com", "b@example.com"]);
        mail.Header("Subject").ShouldBe("[L2] Delivery to DE is 94.5 %");
        mail.Header("Date").ShouldBe("Fri, 02 Jan 2026 03:04:05 +0000");
        mail.Header("To").ShouldBe("<a@example.com>, <b@example.com>");
        mail.Header("Message-ID").ShouldBe("<NO1@example.com>");
        mail.Header("References").ShouldBe("<AL0123456789abcdef0123456789abcdef@example.com>");
        mail.Body.ShouldContain("94.5 % of 900 messages arrived <soon> & late.\r\n.\r\nA line with a dot before it.");
        mail.Body.ShouldContain("Evidence: Delivery by network: GET https://sms.example.com/v1/quality?country=DE");
        mail.Body.ShouldContain("Action: Open incidents: GET https://sms.example.com/v1/incidents?state=open");
        mail.Data.Split("\r\n").ShouldAllBe(static line => line.Length <= 78);
    }

    [Fact]
    public async Task Send_ServerTakesLoginAlone_UsesIt()
    {
        using SmtpServer server = SmtpServer.Start(new() { Auth = "LOGIN", User = "ops", Password = "p\u00E4ss w\u00F6rd" });
        (await SendAsync(Options(server))).Error.ShouldBeNull();
        (await server.NextAsync()).User.ShouldBe("ops");
    }

    [Fact]
    public async Task Send_WrongPassword_IsFinalAndSaysNoSecret()
    {
        using SmtpServer server = SmtpServer.Start(new() { User = "ops", Password = "another" });
        NotifyOutcome outcome = await SendAsync(Options(server));
        outcome.ShouldBe(new("the server answered 535 to the authentication", IsFinal: true));
    }

    [Fact]
    public async Task Send_CertificateNotTrusted_SendsNothing()
    {
        using SmtpServer server = SmtpServer.Start();
        using SmtpServer other = SmtpServer.Start();
        NotifyOutcome outcome = await SendAsync(Options(server) with { Authorities = FileOf(other) });
        outcome.Error!.ShouldStartWith("TLS failed");
        (await SendAsync(Options(server) with { Authorities = null })).Error!.ShouldStartWith("TLS failed");
    }

    [Fact]
    public async Task Send_NoStartTlsOffered_SendsNeitherPasswordNorMail()
    {
        using SmtpServer server = SmtpServer.Start(new() { OffersStartTls = false });
        (await SendAsync(Options(server))).ShouldBe(new("the server does not offer STARTTLS", IsFinal: true));
    }

    [Fact]
    public async Task Send_PlainTextBehindStartTls_IsRefused()
    {
        using SmtpServer server = SmtpServer.Start(new() { Injected = "\r\n250-AUTH PLAIN" });
        (await SendAsync(Options(server))).Error.ShouldBe("the server went on in plain text after STARTTLS");
    }

    [Fact]
    public async Task Send_SomeRecipientsUnknown_ReachesTheOthers_NoneKnownIsFinal()
    {
        using SmtpServer server = SmtpServer.Start(new() { Unknown = ["a@example.com"], User = "ops", Password = "p\u00E4ss w\u00F6rd" });
        (await SendAsync(Options(server))).Error.ShouldBeNull();
        (await server.NextAsync()).To.ShouldBe(["b@example.com"]);
        (await SendAsync(Options(server) with { To = ["a@example.com"] })).ShouldBe(new("the server refuses every recipient", IsFinal: true));
    }

    [Theory]
    [InlineData("MAIL", "451 later", "the server answered 451 to MAIL: later", false)]
    [InlineData("MAIL", "550 never", "the server answered 550 to MAIL: never", true)]
    [InlineData("DATA", "554 no", "the server answered 554 to DATA: no", true)]
    [InlineData("CONNECT", "421 too busy", "the server answered 421 to greeting: too busy", false)]
    [InlineData("CONNECT", "SSH-2.0-OpenSSH", "the server does not speak SMTP", false)]
    public async Task Send_ServerRefuses_SaysWhatAndWhetherAgainCouldHelp(string command, string answer, string error, bool isFinal)
    {
        using SmtpServer server = SmtpServer.Start(new() { OffersStartTls = false, Answers = new Dictionary<string, string> { [command] = answer } });
        (await SendAsync(Options(server, MailSecurity.None) with { User = null })).ShouldBe(new(error, isFinal));
    }

    [Fact]
    public async Task Send_NoServer_SaysSo()
    {
        int port;
        using (SmtpServer server = SmtpServer.Start()) port = server.Port;
        (await SendAsync(Options(port) with { User = null })).Error.ShouldBe("could not connect");
    }

    [Fact]
    public async Task Send_ServerHangs_CostsItsOwnTimeoutAlone()
    {
        using SmtpServer hangs = SmtpServer.Start(new() { Hangs = true });
        using var stop = new CancellationTokenSource();
        var notifier = new EmailNotifier(Options(hangs.Port), "", _time);
        Task<NotifyOutcome> sending = notifier.SendAsync(Sample.Notification(), stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public void Compose_TitleOfAnotherScriptOrWithLineBreaks_CannotBreakTheHeader()
    {
        EmailNotifierOptions options = Options(25);
        string title = "Zustellung nach \u00D6sterreich \u2014 \u767A\u9001\u5931\u6557 " + new string('\u00E4', 90) + "\r\nBcc: victim@example.com";
        string mail = EmailNotifier.Compose(Sample.Notification(title: title), options, "", _time.GetUtcNow());
        mail.ShouldNotContain("\r\nBcc:");
        var received = new ReceivedMail("", [], mail, null, false);
        string[] words = received.Header("Subject")!.Split(' ');
        words.ShouldAllBe(static word => word.StartsWith("=?utf-8?B?") && word.EndsWith("?=") && word.Length <= 75);
        string subject = string.Concat(words.Select(static word => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(word[10..^2]))));
        subject.ShouldBe("[L2] " + title.Replace('\r', ' ').Replace('\n', ' '));
        mail.Split("\r\n").ShouldAllBe(static line => line.Length <= 78);
    }

    private EmailNotifierOptions Options(SmtpServer server, MailSecurity security = MailSecurity.StartTls) =>
        Options(server.Port) with { Security = security, Authorities = FileOf(server) };

    private static EmailNotifierOptions Options(int port) => new()
    {
        Name = "mail",
        Host = "localhost",
        Port = port,
        User = "ops",
        Password = "p\u00E4ss w\u00F6rd",
        From = "crosspoint@example.com",
        To = ["a@example.com", "b@example.com"],
    };

    private string FileOf(SmtpServer server)
    {
        string file = Path.Combine(_folder.FullName, $"{server.Port}.pem");
        File.WriteAllText(file, server.Pem);
        return file;
    }

    private async Task<NotifyOutcome> SendAsync(EmailNotifierOptions options, Notification? notification = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        return await new EmailNotifier(options, "https://sms.example.com", _time).SendAsync(notification ?? Sample.Notification(), patience.Token);
    }
}
