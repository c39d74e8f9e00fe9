using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>The bound on all tries at once: it holds, and nobody is kept waiting by a stranger whose receivers hang.</summary>
public sealed class WebhookPlacesTests
{
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, RetrySchedule = [TimeSpan.FromHours(1)] };

    [Fact]
    public async Task Concurrency_ManyPathsOnOneHost_CountTogether()
    {
        await using Receiver silent = await Receiver.StartAsync();
        await using Receiver fast = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        for (int i = 0; i < 100; i++) silent.Answer($"/{i}", (_, _) => never.Task);
        await using var bed = new WebhookBed(Options with { Concurrency = 64, ConcurrencyPerOrigin = 4 });
        bed.Dispatcher.Start();
        for (int i = 0; i < 100; i++) await bed.SendAsync($"{silent.Url}/{i}");
        await silent.WhenAsync(all => all.Count == 4);
        for (int i = 0; i < 10; i++)
        {
            MessageId id = await bed.SendAsync($"{fast.Url}/{i}");
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        silent.Received.Count.ShouldBe(4);
        never.SetResult();
        await bed.Journal.WhenAsync(all => all.Count(m => m.Deliveries[0].State == DeliveryState.Delivered) == 110);
    }

    [Fact]
    public async Task Concurrency_EveryReceiverOfAnAccountHangs_OthersFindAPlaceAtOnce()
    {
        await using var receivers = new Receivers();
        var never = new TaskCompletionSource();
        for (int i = 0; i < 5; i++) await receivers.AddAsync(never.Task);
        await using Receiver fast = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options with { Concurrency = 8 });
        bed.Dispatcher.Start();
        for (int i = 0; i < 100; i++) await bed.SendAsync($"{receivers.All[i % 5].Url}/{i}");
        await receivers.WhenReceivedAsync(2, 1, 1, 1, 1);
        for (int i = 0; i < 10; i++)
        {
            MessageId id = await bed.SendAsync(head => head with { AccountSid = WebhookBed.OtherSid, CallbackUrl = $"{fast.Url}/{i}" });
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        // Three quarters of the places, and the clock has not moved: none of them ended.
        receivers.Count.ShouldBe(6);
        never.SetResult();
        await bed.Journal.WhenAsync(all => all.Count(m => m.Deliveries[0].State == DeliveryState.Delivered) == 110);
    }

    [Fact]
    public async Task Concurrency_HangingTriesTimeOut_TheRestGetsItsTurn()
    {
        await using var receivers = new Receivers();
        var never = new TaskCompletionSource();
        for (int i = 0; i < 3; i++) await receivers.AddAsync(never.Task);
        await using Receiver fast = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options with { Concurrency = 4, ConcurrencyPerEndpoint = 1 });
        bed.Dispatcher.Start();
        for (int i = 0; i < 30; i++) await bed.SendAsync($"{receivers.All[i % 3].Url}/{i}");
        await receivers.WhenReceivedAsync(1, 1, 1);

        // Of the same account, behind 27 others on hosts that hang: its own host's turn comes with the next places.
        MessageId id = await bed.SendAsync($"{fast.Url}/x");
        bed.Time.Advance(TimeSpan.FromSeconds(16));
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        bed.Journal.ReadAll().Count(m => m.Deliveries[0].Tries > 0).ShouldBeLessThanOrEqualTo(4);
        never.SetResult();
    }

    [Fact]
    public void TakeNext_TwoAccounts_TakesTurns()
    {
        var places = new WebhookPlaces(8, 8);
        WebhookEndpoint[] endpoints =
        [
            Busy(places, "AC1", "http://a", "/1"), Busy(places, "AC1", "http://a", "/2"), Busy(places, "AC1", "http://b", "/1"),
            Busy(places, "AC2", "http://a", "/1"),
        ];
        foreach (WebhookEndpoint endpoint in endpoints) places.Line(endpoint);
        List<WebhookEndpoint> taken = [];
        while (places.TakeNext(0) is { } next)
        {
            taken.Add(next);
            if (next.MayStart(0)) places.Line(next);
        }

        // By turns between accounts, in AC1 between hosts, on host a between paths; and the last place stays free for a third account.
        taken.ShouldBe(
            [endpoints[0], endpoints[3], endpoints[2], endpoints[3], endpoints[1], endpoints[3], endpoints[2]]);
        places.Taken.ShouldBe(7);
    }

    [Fact]
    public void TakeNext_EndpointThatMayNotStartAnyMore_LeavesTheLine()
    {
        var places = new WebhookPlaces(8, 8);
        WebhookEndpoint paused = Busy(places, "AC1", "http://a", "/1");
        WebhookEndpoint ready = Busy(places, "AC1", "http://a", "/2");
        places.Line(paused);
        places.Line(ready);
        paused.Note(new TryOutcome(TryKind.Answered, 429, TimeSpan.FromMinutes(1), null), 0);
        places.TakeNext(0).ShouldBe(ready);
        places.TakeNext(0).ShouldBeNull();
        places.Line(paused);
        places.TakeNext(TimeSpan.FromMinutes(2).Ticks).ShouldBe(paused);
    }

    [Fact]
    public void LineTakeReturn_Repeatedly_AllocatesNothing()
    {
        var places = new WebhookPlaces(2, 2);
        WebhookEndpoint[] endpoints = [.. Enumerable.Range(0, 4).Select(i => Busy(places, $"AC{i % 2}", "http://a", $"/{i}"))];
        Turn(places, endpoints);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) Turn(places, endpoints);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("Limit   Soft   Hard   Units\nMax open files            1500                 524288               files     \n", 1_500)]
    [InlineData("Max open files            unlimited            unlimited            files     \n", int.MaxValue)]
    [InlineData("Max processes             1                    1                    processes \n", 1_024)]
    [InlineData("", 1_024)]
    public void Parse_FileLimit_IsTheSoftOne(string limits, int expected) => FileLimit.Parse(limits).ShouldBe(expected);

    [Fact]
    public void Concurrency_ByDefault_IsAQuarterOfTheFilesWithinBounds() =>
        new WebhookOptions().Concurrency.ShouldBe(Math.Clamp(FileLimit.Read() / 4, 32, 4_000));

    private static void Turn(WebhookPlaces places, WebhookEndpoint[] endpoints)
    {
        foreach (WebhookEndpoint endpoint in endpoints) places.Line(endpoint);
        while (places.TakeNext(0) is { } next) places.Return(next);
    }

    // With more to do than it may have at once.
    private static WebhookEndpoint Busy(WebhookPlaces places, string account, string origin, string path)
    {
        WebhookEndpoint endpoint = places.Add(new(account, origin + path), origin, 32);
        TargetUrl target = TargetUrl.Parse(account, origin + path, Options);
        var head = new MessageHead { Id = new(1, 1), AccountSid = account, From = "1", To = "2", Body = "" };
        for (int i = 0; i < 40; i++)
            endpoint.Ready.Enqueue(new(new WebhookJob(head, i, MessageState.Sent, 0, 0, 0, 0, false), target, endpoint));
        return endpoint;
    }

    private sealed class Receivers : IAsyncDisposable
    {
        public List<Receiver> All { get; } = [];

        public int Count => All.Sum(receiver => receiver.Received.Count);

        public async Task AddAsync(Task answer)
        {
            Receiver receiver = await Receiver.StartAsync();
            for (int i = 0; i < 100; i++) receiver.Answer($"/{i}", (_, _) => answer);
            All.Add(receiver);
        }

        /// <summary>Completes once each has that many requests.</summary>
        public Task WhenReceivedAsync(params int[] counts) =>
            Task.WhenAll(counts.Select((count, i) => All[i].WhenAsync(received => received.Count == count)));

        public async ValueTask DisposeAsync()
        {
            foreach (Receiver receiver in All) await receiver.DisposeAsync();
        }
    }
}
