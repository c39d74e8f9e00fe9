using System.Diagnostics;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Samples;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>The samples that check signatures, each in its own language where that is on the machine.</summary>
public sealed class SignatureSampleTests
{
    private const string Id = "SM0193b3f0a1c27000ba5cf0d523f34c49_3";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"id\":\"x\",\"data\":{\"from\":\"Ένα 📦\"}}");

    public static TheoryData<string, string> Languages => new()
    {
        { "node", "verify.mjs" },
        { "python3", "verify.py" },
        { "java", "Verify.java" },
    };

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Sample_GenuineAndForged_TellsThemApart(string language, string file)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, language)));
        Assert.SkipUnless(isThere, $"{language} is not on this machine");
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        (await RunAsync(language, file, now, Sign(WebhookBed.Secret, now), Body)).ShouldBe("genuine");
        if (language == "java") return; // its compiler takes seconds a run; the rest is the same line by line
        (await RunAsync(language, file, now, $"{Sign(WebhookBed.PreviousSecret, now)} {Sign(WebhookBed.Secret, now)}", Body)).ShouldBe("genuine");
        (await RunAsync(language, file, now, Sign(WebhookBed.PreviousSecret, now), Body)).ShouldBe("forged");
        (await RunAsync(language, file, now, Sign(WebhookBed.Secret, now), [.. Body, (byte)' '])).ShouldBe("forged");
        (await RunAsync(language, file, now - 400, Sign(WebhookBed.Secret, now - 400), Body)).ShouldBe("forged");
        (await RunAsync(language, file, now, "v1,", Body)).ShouldBe("forged");
    }

    [Fact]
    public void SampleOfCSharp_GenuineAndForged_TellsThemApart()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        long seconds = now.ToUnixTimeSeconds();
        string timestamp = seconds.ToString(CultureInfo.InvariantCulture);
        string secret = "whsec_" + Convert.ToBase64String(WebhookBed.Secret);
        string signature = Sign(WebhookBed.Secret, seconds);
        WebhookSignature.IsGenuine(secret, Id, timestamp, signature, Body, now).ShouldBeTrue();
        WebhookSignature.IsGenuine(secret, Id, timestamp, "v1,AAAA " + signature, Body, now).ShouldBeTrue();
        WebhookSignature.IsGenuine(secret, Id, timestamp, Sign(WebhookBed.PreviousSecret, seconds), Body, now).ShouldBeFalse();
        WebhookSignature.IsGenuine(secret, Id, timestamp, signature, Body.AsSpan(1), now).ShouldBeFalse();
        WebhookSignature.IsGenuine(secret, Id, timestamp, signature, Body, now.AddMinutes(6)).ShouldBeFalse();
        WebhookSignature.IsGenuine(secret, Id, "soon", signature, Body, now).ShouldBeFalse();
    }

    private static string Sign(byte[] secret, long timestamp) => WebhookSigner.SignStandard(secret, Id, timestamp, Body);

    private static async Task<string> RunAsync(string language, string file, long timestamp, string signatures, byte[] body)
    {
        string[] arguments =
            [Repository.PathOf("samples", "verify", file), Id, timestamp.ToString(CultureInfo.InvariantCulture), signatures];
        var start = new ProcessStartInfo(language, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SECRET"] = "whsec_" + Convert.ToBase64String(WebhookBed.Secret);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(body);
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return output.Trim();
    }
}
