using System.Text;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookSignerTests
{
    [Theory]
    [InlineData("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")]
    public void SignTwilio_PublishedExample_GivesPublishedSignature(string caller, string expected)
    {
        KeyValuePair<string, string>[] parameters =
        [
            new("To", "+18005551212"), new("CallSid", "CA1234567890ABCDE"), new("Digits", "1234"), new("From", caller),
            new("Caller", caller),
        ];
        WebhookSigner.SignTwilio("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", parameters).ShouldBe(expected);
    }

    [Fact]
    public void SignTwilio_UrlWithFragment_LeavesTheFragmentOut() =>
        WebhookSigner.SignTwilio("t", "https://example.com/a?b#rc=2", []).ShouldBe(
            WebhookSigner.SignTwilio("t", "https://example.com/a?b", []));

    [Fact]
    public void SignStandard_PublishedExample_GivesPublishedSignature()
    {
        byte[] secret = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        byte[] body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
        WebhookSigner.SignStandard(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
