using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>Receivers that get their native events as lists.</summary>
public sealed class WebhookBatchTests
{
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, RetrySchedule = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)] };

    [Fact]
    public async Task Batch_AsManyEventsAsItHolds_IsOnePostSignedAsOneAndRecordedAsOne()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 10, TimeSpan.FromSeconds(1));
        List<MessageId> ids = [];
        for (int i = 0; i < 10; i++) ids.Add(await bed.SendAsync(receiver.Url + "/a?id=" + i, MessageState.Delivered));
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        ReceivedHook hook = receiver.Received.ShouldHaveSingleItem();
        hook.Path.ShouldBe("/a");
        hook.Query.ShouldBeEmpty();
        hook.Id.ShouldStartWith("WB");
        hook.Headers["Content-Type"].ShouldBe("application/json");
        hook.Headers["webhook-signature"].ShouldBe(SignatureOf(hook, WebhookBed.Secret));
        JsonArray events = EventsOf(hook);
        events.Select(e => (string)e!["id"]!).ShouldBe(ids.Select(id => $"{id}_2"));
        events.ShouldAllBe(e => (string)e!["type"]! == "message.delivered" && (string)e["data"]!["account_sid"]! == WebhookBed.Sid);
        bed.Journal.TriesRecorded.ShouldBe(1);
        foreach (MessageId id in ids) bed.Delivery(id).ShouldSatisfyAllConditions(d => d.Tries.ShouldBe(1), d => d.LastStatus.ShouldBe(200));
        bed.Dispatcher.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Batch_FewerEventsThanItHolds_GoesWhenTheFirstHasWaited()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 10, TimeSpan.FromMilliseconds(20));
        bed.Dispatcher.Start();
        await bed.SendAsync(receiver.Url + "/a");
        bed.Time.Advance(TimeSpan.FromMilliseconds(10));
        await bed.SendAsync(receiver.Url + "/a");
        await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.ListEndpoints(WebhookBed.Sid, "", 10)[0].Running.ShouldBe(0);
        bed.Time.Advance(TimeSpan.FromMilliseconds(10));
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        EventsOf(receiver.Received.ShouldHaveSingleItem()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Batch_MoreEventsThanItHolds_TheRestFollows()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 4, TimeSpan.Zero);
        for (int i = 0; i < 10; i++) await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.Select(hook => EventsOf(hook).Count).Order().ShouldBe([2, 4, 4]);
        bed.Journal.TriesRecorded.ShouldBe(3);
    }

    [Fact]
    public async Task Batch_OneEvent_IsAListAllTheSame()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 1, TimeSpan.Zero);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/a");
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        ((string)EventsOf(receiver.Received[0])[0]!["data"]!["id"]!).ShouldBe(id.ToString());
    }

    [Fact]
    public async Task Batch_Refused_IsSentAgainAsItWasUnderTheSameId()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/a", 500);
        await using WebhookBed bed = Bed(receiver, 3, TimeSpan.Zero);
        for (int i = 0; i < 3; i++) await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => m.Deliveries[0].Tries == 1));

        // Later events must not get in among those that were sent together.
        await bed.SendAsync(receiver.Url + "/a");
        await bed.Journal.WhenAsync(all => all.All(m => m.Deliveries[0].Tries == 1));
        receiver.Answer("/a", 200);
        bed.Time.Advance(TimeSpan.FromSeconds(7));
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        List<ReceivedHook> hooks = receiver.Received;
        IGrouping<string, ReceivedHook>[] byId = [.. hooks.GroupBy(hook => hook.Id)];
        byId.Length.ShouldBe(2);
        foreach (IGrouping<string, ReceivedHook> batch in byId)
        {
            batch.Count().ShouldBe(2);
            batch.Select(hook => hook.Text).Distinct().Count().ShouldBe(1);
            batch.Select(hook => hook.Headers["webhook-timestamp"]).Distinct().Count().ShouldBe(2);
        }

        bed.Journal.ReadAll().ShouldAllBe(m => m.Deliveries[0].State == DeliveryState.Delivered && m.Deliveries[0].Tries == 2);
    }

    [Fact]
    public async Task Batch_GivenUp_IsGivenUpWhole()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/a", 410);
        await using WebhookBed bed = Bed(receiver, 3, TimeSpan.Zero);
        for (int i = 0; i < 3; i++) await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => m.Deliveries[0].State == DeliveryState.Failed));
        bed.Dispatcher.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Batch_EventsOfOneMessage_GoTogetherInTheirOrder()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 100, TimeSpan.Zero);
        for (int i = 0; i < 5; i++) await bed.SendAsync(receiver.Url + "/a", MessageState.Sent, MessageState.Delivered);
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        JsonArray events = EventsOf(receiver.Received.ShouldHaveSingleItem());
        events.Count.ShouldBe(10);
        foreach (IGrouping<string, JsonNode?> message in events.GroupBy(e => (string)e!["data"]!["id"]!))
            message.Select(e => (int)e!["data"]!["event"]!).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Batch_TwilioShapedEvents_GoAloneAndUnchanged()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 10, TimeSpan.Zero);
        for (int i = 0; i < 4; i++)
        {
            CallbackForm form = i % 2 == 0 ? CallbackForm.Twilio : CallbackForm.Native;
            await bed.SendAsync(head => head with { CallbackUrl = receiver.Url + "/a?q=1", CallbackForm = form });
        }

        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.Count(hook => hook.Headers.ContainsKey("X-Twilio-Signature") && hook.Query == "?q=1").ShouldBe(2);
        receiver.Received.Where(hook => hook.Query.Length == 0).Sum(hook => EventsOf(hook).Count).ShouldBe(2);
    }

    [Fact]
    public async Task Batch_UrlsThatAskForOtherLimits_GoApart()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookBed bed = Bed(receiver, 10, TimeSpan.Zero);
        await bed.SendAsync(receiver.Url + "/a?1#rc=1");
        await bed.SendAsync(receiver.Url + "/a?2#rc=1");
        await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.Select(hook => EventsOf(hook).Count).Order().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Batch_FarMoreThanThereIsRoom_EachEventIsSentOnceAndInOrder()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(
            Options, room: 64, endpoints: [new() { Url = receiver.Url + "/*", Batch = new(10, TimeSpan.Zero) }]);
        bed.Dispatcher.Start();
        Task[] sends = new Task[2_000];
        for (int i = 0; i < sends.Length; i++)
            sends[i] = bed.SendAsync($"{receiver.Url}/{i % 3}", MessageState.Sent, MessageState.Delivered);
        await Task.WhenAll(sends);
        await bed.Journal.WhenAsync(all => all.Count() == sends.Length && all.All(m => !m.HasPendingDelivery));
        List<(string Id, int Number)> told =
            [.. receiver.Received.SelectMany(EventsOf).Select(e => ((string)e!["data"]!["id"]!, (int)e["data"]!["event"]!))];
        told.Count.ShouldBe(4_000);
        told.Distinct().Count().ShouldBe(4_000);
        foreach (IGrouping<string, int> message in told.GroupBy(e => e.Id, e => e.Number)) message.ShouldBe([2, 3]);
        bed.Dispatcher.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Batch_MixedFortunes_EveryEventEndsAndTriesAgreeWithWhatCame()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        int count = 0;
        receiver.Answer("/a", (context, _) =>
        {
            if (Interlocked.Increment(ref count) % 3 == 0) context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using WebhookBed bed = Bed(receiver, 7, TimeSpan.FromMilliseconds(5), room: 100);
        bed.Dispatcher.Start();
        List<Task> sends = [];
        for (int i = 0; i < 1_000; i++) sends.Add(bed.SendAsync(receiver.Url + "/a", MessageState.Sent, MessageState.Delivered));
        await Task.WhenAll(sends);
        Task done = bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
            bed.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await done;
        Dictionary<string, int> seen = receiver.Received.SelectMany(EventsOf).GroupBy(e => (string)e!["id"]!).ToDictionary(g => g.Key, g => g.Count());
        foreach (Message message in bed.Journal.ReadAll())
        {
            foreach (WebhookDelivery delivery in message.Deliveries) delivery.Tries.ShouldBe(seen[$"{message.Id}_{delivery.EventNumber}"]);
        }
    }

    [Fact]
    public async Task Rate_MoreThanItAllows_WaitsForTheTime()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, endpoints: [new() { Url = receiver.Url + "/a", Rate = 10 }]);
        bed.Time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 6; i++) await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        for (int allowed = 2; allowed <= 6; allowed++)
        {
            await bed.Journal.WhenAsync(all => all.Count(m => !m.HasPendingDelivery) == allowed);

            // The dispatcher hears of the commit after it.
            while (bed.Dispatcher.Waiting > 6 - allowed) await Task.Yield();
            bed.Dispatcher.Waiting.ShouldBe(6 - allowed);
            bed.Time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task Concurrency_OfItsOwn_IsKept()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        int at = 0;
        int most = 0;
        receiver.Answer("/a", async (_, _) =>
        {
            int now = Interlocked.Increment(ref at);
            most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref at);
        });
        await using var bed = new WebhookBed(Options, endpoints: [new() { Url = receiver.Url + "/a", Concurrency = 1 }]);
        for (int i = 0; i < 50; i++) await bed.SendAsync(receiver.Url + "/a");
        bed.Dispatcher.Start();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        most.ShouldBe(1);
    }

    [Fact]
    public async Task Secret_OfItsOwn_SignsInPlaceOfTheAccounts()
    {
        byte[] own = new byte[32];
        byte[] before = new byte[24];
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(
            Options,
            endpoints:
            [
                new() { Url = receiver.Url + "/both", Secret = own, SecretPrevious = before },
                new() { Url = receiver.Url + "/own", Secret = own, Batch = new(5, TimeSpan.Zero) },
            ]);
        bed.Dispatcher.Start();
        foreach (string path in new[] { "/both", "/own", "/none" }) await bed.SendAsync(receiver.Url + path);
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        foreach (ReceivedHook hook in receiver.Received)
        {
            string expected = hook.Path switch
            {
                "/both" => $"{SignatureOf(hook, own)} {SignatureOf(hook, before)}",
                "/own" => SignatureOf(hook, own),
                _ => SignatureOf(hook, WebhookBed.Secret),
            };
            hook.Headers["webhook-signature"].ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("https://h/a", "exact")]
    [InlineData("https://h/a/b", "a")]
    [InlineData("https://h/a/", "a")]
    [InlineData("https://h/ab", "all")]
    [InlineData("https://h/", "all")]
    [InlineData("https://other/", null)]
    [InlineData("https://h:8443/a", null)]
    public void EndpointTable_Url_FindsTheNearest(string url, string? expected)
    {
        var account = new Account
        {
            Sid = "AC1",
            Name = "x",
            AuthToken = "x",
            WebhookSecret = [1],
            WebhookEndpoints =
            [
                new() { Url = "https://h/*", Rate = 1 },
                new() { Url = "https://h/a", Rate = 2 },
                new() { Url = "https://h/a/*", Rate = 3 },
            ],
        };
        var table = new EndpointTable(new AccountDirectory([account]));
        string? found = table.Find(new("AC1", url))?.Rate switch { 1 => "all", 2 => "exact", 3 => "a", _ => null };
        found.ShouldBe(expected);
        table.Find(new("AC2", url)).ShouldBeNull();
    }

    internal static JsonArray EventsOf(ReceivedHook hook) => JsonNode.Parse(hook.Text)!["events"]!.AsArray();

    internal static string SignatureOf(ReceivedHook hook, byte[] secret)
    {
        byte[] text = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{hook.Id}.{hook.Headers["webhook-timestamp"]}.{hook.Text}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, text));
    }

    private static WebhookBed Bed(Receiver receiver, int events, TimeSpan wait, int room = 1_000) =>
        new(Options, room, endpoints: [new() { Url = receiver.Url + "/a", Batch = new(events, wait) }]);
}
