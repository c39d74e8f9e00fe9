using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>
/// More webhooks than there is room: nothing is forgotten, nothing is sent twice, order holds, and nobody waits for a stranger.
/// </summary>
public sealed class WebhookOverflowTests
{
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, ConcurrencyPerEndpoint = 4, RetrySchedule = [TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)] };

    [Fact]
    public async Task Overflow_FarMoreThanThereIsRoom_EachIsSentOnceAndInOrder()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, room: 32);
        bed.Dispatcher.Start();
        Task[] sends = new Task[2_000];
        for (int i = 0; i < sends.Length; i++)
            sends[i] = bed.SendAsync($"{receiver.Url}/{i % 3}", MessageState.Sent, MessageState.Delivered);
        await Task.WhenAll(sends);
        await bed.Journal.WhenAsync(all => all.Count() == sends.Length && all.All(m => !m.HasPendingDelivery));
        AssertOnceAndInOrder(receiver, sends.Length * 2);
        bed.Dispatcher.Waiting.ShouldBe(0);
        bed.Journal.PagesRead.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Overflow_CommitsAreToldLate_EachIsSentOnceAndInOrder()
    {
        // The journal's pages show what was not handed over yet; what is handed over later must not be sent a second time.
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, room: 16);
        bed.Journal.BeforeTelling = async () => await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System);
        bed.Dispatcher.Start();
        Task[] sends = new Task[600];
        for (int i = 0; i < sends.Length; i++)
        {
            sends[i] = bed.SendAsync($"{receiver.Url}/{i % 2}", MessageState.Sent, MessageState.Delivered);
            if (i % 10 == 0) await sends[i];
        }

        await Task.WhenAll(sends);
        await bed.Journal.WhenAsync(all => all.Count() == sends.Length && all.All(m => !m.HasPendingDelivery));
        AssertOnceAndInOrder(receiver, sends.Length * 2);
    }

    [Fact]
    public async Task Overflow_PagesAreStaleWhenTheyArrive_EachIsSentOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, room: 16);
        bed.Journal.AfterPageRead = async () => await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        bed.Dispatcher.Start();
        Task[] sends = new Task[400];
        for (int i = 0; i < sends.Length; i++)
        {
            sends[i] = bed.SendAsync($"{receiver.Url}/{i % 2}", MessageState.Sent, MessageState.Delivered);
            if (i % 7 == 0) await sends[i];
        }

        await Task.WhenAll(sends);
        await bed.Journal.WhenAsync(all => all.Count() == sends.Length && all.All(m => !m.HasPendingDelivery));
        AssertOnceAndInOrder(receiver, sends.Length * 2);
    }

    [Fact]
    public async Task Overflow_LaterEventOfAMessageInTheJournal_DoesNotOvertake()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer("/a", (_, _) => release.Task);
        await using var bed = new WebhookBed(Options, room: 16);
        bed.Dispatcher.Start();
        List<MessageId> ids = [];
        for (int i = 0; i < 40; i++) ids.Add(await bed.SendAsync(receiver.Url + "/a", MessageState.Sent));
        for (int i = 39; i >= 0; i--) await bed.TellAsync(ids[i], MessageState.Delivered);
        bed.Dispatcher.Waiting.ShouldBeLessThan(16);
        release.SetResult();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        AssertOnceAndInOrder(receiver, 80);
    }

    [Fact]
    public async Task Overflow_ManyDeadEndpoints_LeaveRoomForALivingOne()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        await using var bed = new WebhookBed(Options, room: 200);
        bed.Dispatcher.Start();
        for (int i = 0; i < 10; i++)
        {
            receiver.Answer($"/dead{i}", (_, _) => never.Task);
            for (int k = 0; k < 50; k++) await bed.SendAsync($"{receiver.Url}/dead{i}");
        }

        bed.Dispatcher.Waiting.ShouldBeLessThanOrEqualTo(150);
        for (int i = 0; i < 50; i++)
        {
            MessageId id = await bed.SendAsync(receiver.Url + "/alive");
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        never.SetResult();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.Count.ShouldBe(550);
    }

    [Fact]
    public async Task Overflow_MoreEndpointsThanRoom_AllAreServed()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, room: 16);
        for (int i = 0; i < 300; i++) await bed.SendAsync($"{receiver.Url}/{i}", MessageState.Sent, MessageState.Delivered);
        bed.Dispatcher.Waiting.ShouldBeLessThanOrEqualTo(16);
        bed.Dispatcher.Start();
        await AdvanceUntilAsync(bed, TimeSpan.FromMilliseconds(100), bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery)));
        AssertOnceAndInOrder(receiver, 600);
    }

    [Fact]
    public async Task Overflow_Retries_ComeBackWhenTheyAreDue()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/a", 500);
        await using var bed = new WebhookBed(Options, room: 40);
        bed.Dispatcher.Start();
        for (int i = 0; i < 100; i++) await bed.SendAsync(receiver.Url + "/a");
        await bed.Journal.WhenAsync(all => all.All(m => m.Deliveries[0].Tries == 1));

        // The last record is seen before the dispatcher has counted it.
        SpinWait.SpinUntil(() => bed.Dispatcher.Waiting <= 10, TimeSpan.FromSeconds(20));
        bed.Dispatcher.Waiting.ShouldBeLessThanOrEqualTo(10);
        receiver.Answer("/a", 200);
        await AdvanceUntilAsync(bed, TimeSpan.FromSeconds(1), bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery)));
        receiver.Received.Count.ShouldBe(200);
        receiver.Received.GroupBy(r => r.Id).ShouldAllBe(g => g.Count() == 2);
        bed.Journal.ReadAll().ShouldAllBe(m => m.Deliveries[0].State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task Overflow_MixedFortunes_EveryWebhookEndsAndNoneIsDeliveredTwice()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        for (int p = 0; p < 5; p++)
        {
            // Every third webhook fails the first time, every ninth always.
            receiver.Answer($"/{p}", (context, hook) =>
            {
                int time = seen.AddOrUpdate(hook.Id, 1, (_, before) => before + 1);
                int number = Math.Abs(StringComparer.Ordinal.GetHashCode(hook.Id)) % 9;
                if (number == 0 || (number % 3 == 0 && time == 1)) context.Response.StatusCode = 500;
                return Task.CompletedTask;
            });
        }

        await using var bed = new WebhookBed(Options, room: 60);
        bed.Dispatcher.Start();
        List<Task> sends = [];
        for (int i = 0; i < 1_000; i++) sends.Add(bed.SendAsync($"{receiver.Url}/{i % 5}", MessageState.Sent, MessageState.Delivered));
        await Task.WhenAll(sends);
        await AdvanceUntilAsync(bed, TimeSpan.FromSeconds(1), bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery)));
        foreach (Message message in bed.Journal.ReadAll())
        {
            foreach (WebhookDelivery delivery in message.Deliveries) delivery.Tries.ShouldBe(seen[$"{message.Id}_{delivery.EventNumber}"]);
        }
    }

    [Fact]
    public async Task Overflow_JournalStalls_MemoryStaysBoundedAndNothingIsLost()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, room: 16);
        List<WebhookJob> jobs = [];
        for (int i = 0; i < 100; i++)
        {
            MessageId id = await bed.SendAsync(receiver.Url + "/a");
            jobs.Add(WebhookJob.From(bed.Journal.Read(id), bed.Delivery(id)));
        }

        bed.Journal.Hold();
        bed.Dispatcher.Start();
        await receiver.WhenAsync(all => all.Count >= 6);
        foreach (WebhookJob job in jobs) bed.Dispatcher.Enqueue(job);
        receiver.Received.Count.ShouldBeLessThanOrEqualTo(12);
        bed.Journal.Resume();
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        receiver.Received.GroupBy(r => r.Id).ShouldAllBe(g => g.Count() == 1);
        receiver.Received.Count.ShouldBe(100);
    }

    // Sweeps and retries run on other threads, so the clock is moved in steps until all is done.
    private static async Task AdvanceUntilAsync(WebhookBed bed, TimeSpan step, Task done)
    {
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
            bed.Time.Advance(step);
        }

        await done;
    }

    private static void AssertOnceAndInOrder(Receiver receiver, int expected)
    {
        List<ReceivedHook> received = receiver.Received;
        received.Count.ShouldBe(expected);
        received.Select(r => r.Id).Distinct().Count().ShouldBe(expected);
        foreach (IGrouping<string, string> message in received.Select(r => r.Id).GroupBy(id => id[..34]))
        {
            int[] numbers = [.. message.Select(id => int.Parse(id[35..], System.Globalization.CultureInfo.InvariantCulture))];
            numbers.ShouldBe([.. numbers.Order()]);
        }
    }
}
