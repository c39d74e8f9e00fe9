using System.Net;
using System.Text;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>samples/webhook-receiver.mjs, as an application would run it.</summary>
public sealed class WebhookReceiverTests
{
    [Fact(Timeout = 90_000)]
    public async Task Receiver_AcceptsWhatTheGatewaySignedAndNothingElse()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.WaitForBindsAsync("north");
        var environment = new Dictionary<string, string>
        {
            ["PORT"] = "0",
            ["WEBHOOK_SECRET"] = (string)(await rig.Gateway.GetAsync("v1/webhooks/secret"))["secret"]!,
            ["AUTH_TOKEN"] = GatewayConfig.AuthToken,
        };
        await using ChildProcess receiver = ChildProcess.Start("node", [Repository.PathOf("samples", "webhook-receiver.mjs")], environment);
        string ready = await receiver.WaitForLineAsync(line => line.StartsWith("listening on ", StringComparison.Ordinal), "the receiver");
        var address = new Uri(ready["listening on ".Length..]);

        string native =
            await rig.Gateway.SendAsync("+306900000001", "Ένα μήνυμα 📦", callbackUrl: new Uri(address, "status?order=7").AbsoluteUri);
        string twilio = await SendAsTwilioAsync(rig.Gateway, new Uri(address, "status?order=8&x=a%20b").AbsoluteUri);

        // Without a path, and with a host that only the Host header can tell as it was written.
        string nativeBare = await rig.Gateway.SendAsync("+306900000003", "Hello", callbackUrl: address.GetLeftPart(UriPartial.Authority));
        string twilioBare = await SendAsTwilioAsync(rig.Gateway, address.GetLeftPart(UriPartial.Authority));
        string twilioQuery = await SendAsTwilioAsync(rig.Gateway, $"http://LocalHost:{address.Port}?order=9");

        foreach (string message in new[]
            { $"native {native}", $"twilio {twilio}", $"native {nativeBare}", $"twilio {twilioBare}", $"twilio {twilioQuery}" })
        {
            await receiver.WaitForLineAsync(text => text == $"verified: {message} sent", $"{message} sent");
            await receiver.WaitForLineAsync(text => text == $"verified: {message} delivered", $"{message} delivered");
        }

        receiver.Output.ShouldNotContain(line => line.StartsWith("refused", StringComparison.Ordinal), receiver.Transcript);

        using var forger = new HttpClient();
        (await PostAsync(forger, address, ("webhook-id", "x"), ("webhook-timestamp", "0"), ("webhook-signature", "v1,AAAA")))
            .ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(forger, address, ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="))).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(forger, address)).ShouldBe(HttpStatusCode.Forbidden);
        receiver.Errors.ShouldBeEmpty();
    }

    private static async Task<string> SendAsTwilioAsync(GatewayProcess gateway, string callback)
    {
        using var form = new FormUrlEncodedContent(
            [new("To", "+306900000002"), new("From", "Crosspoint"), new("Body", "Hello"), new("StatusCallback", callback)]);
        using HttpResponseMessage response =
            await gateway.Http.PostAsync(
                new Uri($"2010-04-01/Accounts/{GatewayConfig.AccountSid}/Messages.json", UriKind.Relative), form, CancellationToken.None);
        string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, text);
        return (string)System.Text.Json.Nodes.JsonNode.Parse(text)!["sid"]!;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, Uri address, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent("MessageSid=SM0&SmsStatus=delivered", Encoding.UTF8);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
        return response.StatusCode;
    }
}
