using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>Receivers that are disabled, by people or by their own silence, and test events.</summary>
public sealed class WebhookControlTests
{
    private static readonly WebhookOptions Options = new()
    {
        AllowPrivateAddresses = true,
        DisableAfter = TimeSpan.FromDays(1),
        RetrySchedule = [.. Enumerable.Repeat(TimeSpan.FromHours(4), 12)],
    };

    [Fact]
    public async Task Disable_Asked_KeepsEverythingAndEnableSendsItInOrder()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        List<MessageId> ids = [];
        for (int i = 0; i < 10; i++) ids.Add(await bed.SendAsync(receiver.Url + "/a", MessageState.Sent, MessageState.Delivered));
        EndpointStatus status = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 10).ShouldHaveSingleItem();
        status.Url.ShouldBe(receiver.Url + "/a");
        status.Waiting.ShouldBe(20);
        (await bed.Dispatcher.DisableEndpointAsync(WebhookBed.Sid, status.Id)).ShouldBe(EndpointChange.Done);
        bed.Dispatcher.Start();
        for (int i = 0; i < 5; i++) ids.Add(await bed.SendAsync(receiver.Url + "/a", MessageState.Sent, MessageState.Delivered));
        MessageId other = await bed.SendAsync(receiver.Url + "/b");
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        receiver.Received.Count.ShouldBe(1);
        status = bed.Dispatcher.FindEndpoint(WebhookBed.Sid, status.Id)!;
        status.ShouldSatisfyAllConditions(
            s => s.Disabled.ShouldBe(DisabledBecause.Asked),
            s => s.DisabledSince.ShouldBeGreaterThan(0),
            s => s.Waiting.ShouldBe(0),
            s => s.HasMore.ShouldBeTrue());

        (await bed.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, status.Id)).ShouldBe(EndpointChange.Done);
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.Count.ShouldBe(31);
        foreach (MessageId id in ids)
            receiver.Received.Where(hook => hook.Id.StartsWith(id.ToString(), StringComparison.Ordinal)).Select(hook => hook.Id[35..]).ShouldBe(["2", "3"]);
        bed.Dispatcher.FindEndpoint(WebhookBed.Sid, status.Id)!.Disabled.ShouldBe(DisabledBecause.None);
        bed.Journal.Marks.ShouldAllBe(mark => mark.Value == 0);
    }

    [Fact]
    public async Task Disable_RetriesThatWait_AreKeptAndSentWhenEnabled()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/a", 500);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/a");
        await bed.WhenTriedAsync(id, 1);
        string endpoint = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Id;
        await bed.Dispatcher.DisableEndpointAsync(WebhookBed.Sid, endpoint);
        SpinWait.SpinUntil(() => bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Running == 0, TimeSpan.FromSeconds(20));
        bed.Time.Advance(TimeSpan.FromHours(6));
        SpinWait.SpinUntil(() => bed.Dispatcher.Waiting == 0, TimeSpan.FromSeconds(20)).ShouldBeTrue();
        bed.Delivery(id).Tries.ShouldBe(1);
        receiver.Answer("/a", 200);
        await bed.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, endpoint);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        receiver.Received.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Disable_AfterARestart_StillHolds()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var marks = new SortedDictionary<string, long>(StringComparer.Ordinal);
        string id;
        await using (var first = new WebhookBed(Options, marks: marks))
        {
            await first.SendAsync(receiver.Url + "/a");
            id = first.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Id;
            await first.Dispatcher.DisableEndpointAsync(WebhookBed.Sid, id);
        }

        await using var second = new WebhookBed(Options, marks: marks);
        await second.Dispatcher.LoadAsync(CancellationToken.None);
        second.Dispatcher.FindEndpoint(WebhookBed.Sid, id)!.Disabled.ShouldBe(DisabledBecause.Asked);
        second.Dispatcher.Start();
        MessageId kept = await second.SendAsync(receiver.Url + "/a");
        MessageId other = await second.SendAsync(receiver.Url + "/b");
        await second.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        second.Delivery(kept).State.ShouldBe(DeliveryState.Pending);
        await second.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, id);
        await second.WhenAsync(kept, d => d.State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task Disable_NothingButFailuresForTheTime_DisablesAndSaysSo()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/dead", 503);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/dead");
        EndpointStatus status;
        for (int tries = 1; ; tries++)
        {
            await bed.WhenTriedAsync(id, tries);
            SpinWait.SpinUntil(() => bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Running == 0, TimeSpan.FromSeconds(20));
            status = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0];
            if (status.Disabled != DisabledBecause.None) break;
            status.Failures.ShouldBe(tries);
            bed.PassWait(id);
        }

        status.Disabled.ShouldBe(DisabledBecause.Failing);
        status.LastStatus.ShouldBe(503);
        (status.DisabledSince - status.FailingSince).ShouldBeGreaterThanOrEqualTo(Micros.From(TimeSpan.FromDays(1)));
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        int before = receiver.Received.Count;
        MessageId later = await bed.SendAsync(receiver.Url + "/dead");
        bed.Time.Advance(TimeSpan.FromHours(6));
        receiver.Answer("/dead", 200);
        await bed.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, status.Id);
        await bed.WhenAsync(later, d => d.State == DeliveryState.Delivered);
        receiver.Received.Count.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Disable_OneSuccessBetween_BeginsAnew()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/a", 503);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/a");
        for (int tries = 1; tries <= 4; tries++)
        {
            await bed.WhenTriedAsync(id, tries);
            SpinWait.SpinUntil(() => bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Running == 0, TimeSpan.FromSeconds(20));
            bed.PassWait(id);
        }

        receiver.Answer("/a", 200);
        bed.Time.Advance(TimeSpan.FromMinutes(2));
        MessageId well = await bed.SendAsync(receiver.Url + "/a");
        await bed.WhenAsync(well, d => d.State == DeliveryState.Delivered);
        SpinWait.SpinUntil(() => bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Running == 0, TimeSpan.FromSeconds(20));
        EndpointStatus status = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0];
        status.FailingSince.ShouldBe(0);
        status.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task Disable_Configured_KeepsAndCannotBeEnabledByRequest()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, endpoints: [new() { Url = receiver.Url + "/a", IsEnabled = false }]);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/a");
        MessageId other = await bed.SendAsync(receiver.Url + "/b");
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        EndpointStatus status = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 10).First(s => s.Url.EndsWith("/a", StringComparison.Ordinal));
        status.Disabled.ShouldBe(DisabledBecause.Configured);
        (await bed.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, status.Id)).ShouldBe(EndpointChange.Configured);
    }

    [Fact]
    public async Task Accounts_Replaced_ReceiversGoByTheirSettingsAtOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Accounts.Changed += bed.Dispatcher.TakeAccounts;
        bed.Dispatcher.Start();
        MessageId first = await bed.SendAsync(receiver.Url + "/a");
        await bed.WhenAsync(first, d => d.State == DeliveryState.Delivered);

        var settings = new WebhookEndpointSettings { Url = receiver.Url + "/a", IsEnabled = false };
        bed.Accounts.Replace([bed.Demo with { WebhookEndpoints = [settings] }]);
        MessageId held = await bed.SendAsync(receiver.Url + "/a");
        MessageId other = await bed.SendAsync(receiver.Url + "/b");
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        bed.Delivery(held).State.ShouldBe(DeliveryState.Pending);
        bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Disabled.ShouldBe(DisabledBecause.Configured);

        bed.Accounts.Replace([bed.Demo with { WebhookEndpoints = [settings with { IsEnabled = true, Batch = new(2, TimeSpan.Zero) }] }]);
        await bed.WhenAsync(held, d => d.State == DeliveryState.Delivered);
        EndpointStatus status = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0];
        (status.Disabled, status.Settings!.Batch!.Events).ShouldBe((DisabledBecause.None, 2));
    }

    [Fact]
    public async Task Control_OfAnotherAccountOrUnknown_IsNotFound()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        await bed.SendAsync(receiver.Url + "/a");
        string id = bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 1)[0].Id;
        bed.Dispatcher.ListEndpoints(WebhookBed.OtherSid, "", 10).ShouldBeEmpty();
        bed.Dispatcher.FindEndpoint(WebhookBed.OtherSid, id).ShouldBeNull();
        (await bed.Dispatcher.DisableEndpointAsync(WebhookBed.OtherSid, id)).ShouldBe(EndpointChange.NotFound);
        (await bed.Dispatcher.EnableEndpointAsync(WebhookBed.Sid, "WE0")).ShouldBe(EndpointChange.NotFound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Test_Url_SendsASignedEventAtOnce(bool isBatch)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(
            Options, endpoints: isBatch ? [new() { Url = receiver.Url + "/t", Batch = new(10, TimeSpan.FromSeconds(1)) }] : null);
        WebhookTestResult result = await bed.Dispatcher.TestAsync(bed.Demo, receiver.Url + "/t", CancellationToken.None);
        result.Error.ShouldBeNull();
        result.Status.ShouldBe(200);
        ReceivedHook hook = receiver.Received.ShouldHaveSingleItem();
        hook.Id.ShouldBe(result.Id);
        hook.Headers["webhook-signature"].ShouldBe(WebhookBatchTests.SignatureOf(hook, WebhookBed.Secret));
        System.Text.Json.Nodes.JsonNode body = System.Text.Json.Nodes.JsonNode.Parse(hook.Text)!;
        System.Text.Json.Nodes.JsonNode told = isBatch ? body["events"]![0]! : body;
        ((string)told["type"]!).ShouldBe("webhook.test");
        ((string)told["id"]!).ShouldBe(result.Id);
        ((string)told["data"]!["account_sid"]!).ShouldBe(WebhookBed.Sid);
    }

    [Fact]
    public async Task Test_RefusedOrUncallable_SaysWhy()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/no", 401);
        await using var bed = new WebhookBed(Options);
        WebhookTestResult refused = await bed.Dispatcher.TestAsync(bed.Demo, receiver.Url + "/no", CancellationToken.None);
        refused.Status.ShouldBe(401);
        refused.Error.ShouldNotBeNull();
        refused.IsDelivered.ShouldBeFalse();
        (await bed.Dispatcher.TestAsync(bed.Demo, "ftp://x/", CancellationToken.None)).Error.ShouldBe("only http and https can be called");
        await using var strict = new WebhookBed(new() { AllowHttp = true });
        (await strict.Dispatcher.TestAsync(strict.Demo, "http://127.0.0.1:8080/", CancellationToken.None)).Error
            .ShouldBe("the host is not on the public internet");
    }

    [Fact]
    public async Task Test_ReceiverThatHangs_EndsAtTheTimeLimitAndFurtherOnesAreRefusedMeanwhile()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        receiver.Answer("/t", (_, _) => never.Task);
        await using var bed = new WebhookBed(Options);
        Task<WebhookTestResult>[] tests = new Task<WebhookTestResult>[4];
        for (int i = 0; i < tests.Length; i++) tests[i] = bed.Dispatcher.TestAsync(bed.Demo, receiver.Url + "/t", CancellationToken.None).AsTask();
        await receiver.WhenAsync(all => all.Count == 4);
        (await bed.Dispatcher.TestAsync(bed.Demo, receiver.Url + "/t", CancellationToken.None)).IsBusy.ShouldBeTrue();
        bed.Time.Advance(TimeSpan.FromSeconds(16));
        foreach (WebhookTestResult result in await Task.WhenAll(tests)) result.Error.ShouldBe(ErrorTexts.TimedOut);
        never.SetResult();
        (await bed.Dispatcher.TestAsync(bed.Demo, receiver.Url + "/u", CancellationToken.None)).Status.ShouldBe(200);
    }
}
