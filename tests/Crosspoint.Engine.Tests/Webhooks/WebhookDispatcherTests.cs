using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookDispatcherTests
{
    private static readonly TimeSpan[] Schedule = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)];
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, RetrySchedule = Schedule };

    [Fact]
    public async Task Enqueue_ReceiverAnswers200_RecordsDeliveryWithStatusAndTime()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed();
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        WebhookDelivery delivery = bed.Delivery(id);
        delivery.Tries.ShouldBe(1);
        delivery.LastStatus.ShouldBe(200);
        delivery.LastError.ShouldBeNull();
        delivery.LastAt.ShouldBe(bed.Time.GetUtcMicros());
        receiver.Received.Count.ShouldBe(1);
        receiver.Received[0].Id.ShouldBe($"{id}_2");
    }

    [Fact]
    public async Task Enqueue_BeforeStart_SendsAfterStart()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        bed.Dispatcher.Waiting.ShouldBe(1);
        receiver.Received.ShouldBeEmpty();
        bed.Dispatcher.Start();
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        bed.Dispatcher.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Enqueue_SameWebhookTwice_SendsOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        bed.Dispatcher.Enqueue(WebhookJob.From(bed.Journal.Read(id), bed.Delivery(id)));
        bed.Dispatcher.Waiting.ShouldBe(1);
        bed.Dispatcher.Start();
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        MessageId last = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenAsync(last, d => d.State == DeliveryState.Delivered);
        receiver.Received.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(425)]
    public async Task Retry_PassingFailure_FollowsScheduleThenGivesUp(int status)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", status);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        for (int i = 0; i < Schedule.Length; i++)
        {
            await bed.WhenTriedAsync(id, i + 1);
            WebhookDelivery delivery = bed.Delivery(id);
            delivery.State.ShouldBe(DeliveryState.Pending);
            delivery.LastStatus.ShouldBe(status);
            TimeSpan wait = TimeSpan.FromMicroseconds(delivery.NextAt - delivery.LastAt);
            wait.ShouldBeInRange(Schedule[i] * 0.8, Schedule[i] * 1.2);
            bed.PassWait(id);
        }

        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        bed.Delivery(id).Tries.ShouldBe(Schedule.Length + 1);
        bed.Delivery(id).LastError.ShouldBe($"HTTP {status}");
        receiver.Received.Select(r => r.Id).Distinct().Count().ShouldBe(1);
        receiver.Received.Count.ShouldBe(Schedule.Length + 1);
    }

    [Fact]
    public async Task Retry_BeforeItIsDue_TriesNothing()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", 500);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenTriedAsync(id, 1);
        bed.Time.Advance(Schedule[0] * 0.79);
        MessageId probe = await bed.SendAsync(receiver.Url + "/probe");
        await bed.WhenAsync(probe, d => d.State == DeliveryState.Delivered);
        bed.Delivery(id).Tries.ShouldBe(1);
        bed.PassWait(id);
        await bed.WhenTriedAsync(id, 2);
    }

    [Fact]
    public async Task Retry_Status410_GivesUpAtOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", 410);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        bed.Delivery(id).Tries.ShouldBe(1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Retry_OtherRefusal_GivesUpAfterThreeTries(int status)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", (context, _) =>
        {
            context.Response.StatusCode = status;
            if (status == 302) context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenTriedAsync(id, 1);
        bed.PassWait(id);
        await bed.WhenTriedAsync(id, 2);
        bed.PassWait(id);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        bed.Delivery(id).Tries.ShouldBe(3);
        receiver.Received.ShouldAllBe(r => r.Path == "/hook");
    }

    [Fact]
    public async Task Retry_Outage_DeliversWhenTheReceiverIsBack()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", 503);
        await using var bed = new WebhookBed();
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        int tries = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed < TimeSpan.FromHours(1);)
        {
            await bed.WhenTriedAsync(id, ++tries);
            TimeSpan wait = TimeSpan.FromMicroseconds(bed.Delivery(id).NextAt - bed.Time.GetUtcMicros());
            passed += wait;
            if (passed >= TimeSpan.FromHours(1)) receiver.Answer("/hook", 200);
            bed.Time.Advance(wait + TimeSpan.FromMilliseconds(1));
        }

        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task RetryAfter_On429_HoldsTheWholeEndpointAndNoOther()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", (context, _) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId first = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenTriedAsync(first, 1);
        bed.Delivery(first).NextAt.ShouldBe(bed.Time.GetUtcMicros() + 600 * Micros.PerSecond);
        receiver.Answer("/hook", 200);
        MessageId second = await bed.SendAsync(receiver.Url + "/hook");
        MessageId other = await bed.SendAsync(receiver.Url + "/other");
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        bed.Time.Advance(TimeSpan.FromSeconds(599));
        MessageId third = await bed.SendAsync(receiver.Url + "/other");
        await bed.WhenAsync(third, d => d.State == DeliveryState.Delivered);
        bed.Delivery(second).Tries.ShouldBe(0);
        bed.Time.Advance(TimeSpan.FromSeconds(2));
        await bed.WhenAsync(second, d => d.State == DeliveryState.Delivered);
        await bed.WhenAsync(first, d => d.State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task RetryAfter_LongerThanAnHour_IsHonouredForAnHour()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", (context, _) =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "86400";
            return Task.CompletedTask;
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).NextAt.ShouldBe(bed.Time.GetUtcMicros() + 3600 * Micros.PerSecond);
    }

    [Fact]
    public async Task Order_EventsOfOneMessage_SecondWaitsForTheFirst()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer("/hook", (_, hook) => hook.Id.EndsWith("_2", StringComparison.Ordinal) ? release.Task : Task.CompletedTask);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook", MessageState.Sent, MessageState.Delivered);
        MessageId other = await bed.SendAsync(
            head => head with { CallbackUrl = receiver.Url + "/hook?x=1" }, MessageState.Delivered, MessageState.Delivered);
        await receiver.WhenAsync(all => all.Count == 2);
        receiver.Received.Select(r => r.Id).ShouldBe([$"{id}_2", $"{other}_2"], ignoreOrder: true);
        release.SetResult();
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered, index: 1);
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered, index: 1);
        receiver.Received.Select(r => r.Id).ToList().IndexOf($"{id}_3").ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Order_FirstTryOfEarlierEventFails_LaterEventGoes()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", (context, hook) =>
        {
            if (hook.Id.EndsWith("_2", StringComparison.Ordinal)) context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook", MessageState.Sent, MessageState.Delivered);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered, index: 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).Tries.ShouldBe(1);
    }

    [Fact]
    public async Task Isolation_ThousandHooksHang_OtherEndpointIsServedAtOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        receiver.Answer("/hang", (_, _) => never.Task);
        await using var bed = new WebhookBed(room: 4_000);
        bed.Dispatcher.Start();
        for (int i = 0; i < 1_000; i++) await bed.SendAsync(receiver.Url + "/hang");
        await receiver.WhenAsync(all => all.Count >= 32);
        for (int i = 0; i < 20; i++)
        {
            MessageId id = await bed.SendAsync(receiver.Url + "/fast");
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        // The clock has not moved: nothing that hangs has ended, and no more of it was begun than the endpoint's own limit.
        receiver.Received.Count(r => r.Path == "/hang").ShouldBe(32);
        never.SetResult();
    }

    [Fact]
    public async Task Isolation_HangingEndpoint_HoldsFewerTriesAfterTimeouts()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        receiver.Answer("/hang", (_, _) => never.Task);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        for (int i = 0; i < 100; i++) await bed.SendAsync(receiver.Url + "/hang");
        await receiver.WhenAsync(all => all.Count == 32);
        bed.Time.Advance(TimeSpan.FromSeconds(16));
        await bed.Journal.WhenAsync(all => all.Sum(m => m.Deliveries[0].Tries) == 32);
        await receiver.WhenAsync(all => all.Count == 33);
        bed.Journal.ReadAll().Count(m => m.Deliveries[0].LastError == "no answer in time").ShouldBe(32);
        never.SetResult();
    }

    [Fact]
    public async Task Stop_TryUnderWay_EndsAndIsRecorded_RestStaysPending()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer("/hook", (_, _) => release.Task);
        await using var bed = new WebhookBed(Options with { ConcurrencyPerEndpoint = 1 });
        bed.Dispatcher.Start();
        MessageId running = await bed.SendAsync(receiver.Url + "/hook");
        MessageId queued = await bed.SendAsync(receiver.Url + "/hook");
        await receiver.WhenAsync(all => all.Count == 1);
        Task stop = bed.Dispatcher.StopAsync(TestContext.Current.CancellationToken);
        stop.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stop.WaitAsync(TimeSpan.FromSeconds(30));
        await bed.WhenAsync(running, d => d.State == DeliveryState.Delivered);
        bed.Delivery(queued).State.ShouldBe(DeliveryState.Pending);
        receiver.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Stop_TryHangs_CutOffAtTheLimitAndNotCounted()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        receiver.Answer("/hang", (_, _) => never.Task);
        await using var bed = new WebhookBed(Options with { TotalTimeout = TimeSpan.FromMinutes(5) });
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hang");
        await receiver.WhenAsync(all => all.Count == 1);
        Task stop = bed.Dispatcher.StopAsync(TestContext.Current.CancellationToken);
        bed.Time.Advance(TimeSpan.FromSeconds(21));
        await stop.WaitAsync(TimeSpan.FromSeconds(30));
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).Tries.ShouldBe(0);
        never.SetResult();
    }

    [Fact]
    public async Task Enqueue_JobWithTriesFromTheJournal_ContinuesTheSchedule()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", 500);
        await using var bed = new WebhookBed(Options);
        MessageId id = await bed.SendAsync(receiver.Url + "/unused");
        MessageHead head = bed.Journal.Read(id).Head with { CallbackUrl = receiver.Url + "/hook", Id = new MessageId(77, 1) };
        long due = bed.Time.GetUtcMicros() + 40 * Micros.PerSecond;
        bed.Dispatcher.Enqueue(new WebhookJob(head, 2, MessageState.Sent, 0, 0, Tries: Schedule.Length, NextAt: due, false));
        bed.Dispatcher.Start();
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        receiver.Received.Count(r => r.Path == "/hook").ShouldBe(0);
        bed.Time.Advance(TimeSpan.FromSeconds(41));
        await receiver.WhenAsync(all => all.Count(r => r.Path == "/hook") == 1);
    }

    [Fact]
    public async Task Record_MessageDeletedMeanwhile_ChangesNothingAndGoesOn()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer("/hook", (_, _) => release.Task);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hook");
        await receiver.WhenAsync(all => all.Count == 1);
        bed.Journal.Delete(id);
        release.SetResult();
        MessageId other = await bed.SendAsync(receiver.Url + "/hook");
        await bed.WhenAsync(other, d => d.State == DeliveryState.Delivered);
        bed.Journal.ReadAll().Select(m => m.Id).ShouldBe([other]);
    }

    [Fact]
    public async Task Metrics_EachResult_IsCountedUnderItsName()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/retried", 500);
        receiver.Answer("/failed", 410);
        await using var bed = new WebhookBed(Options);
        var counts = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        int waiting = -1;
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == bed.Meter) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) => counts.AddOrUpdate((string)tags[0].Value!, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => waiting = value);
        listener.Start();
        bed.Dispatcher.Start();
        MessageId[] ids =
        [
            await bed.SendAsync(receiver.Url + "/ok"), await bed.SendAsync(receiver.Url + "/retried"),
            await bed.SendAsync(receiver.Url + "/failed"), await bed.SendAsync("ftp://example.com/"),
        ];
        foreach (MessageId id in ids) await bed.WhenTriedAsync(id, 1);

        // The last record is seen before the dispatcher has counted it.
        SpinWait.SpinUntil(() => counts.Values.Sum() == 4 && bed.Dispatcher.Waiting == 1, TimeSpan.FromSeconds(20));
        listener.RecordObservableInstruments();
        counts["delivered"].ShouldBe(1);
        counts["retried"].ShouldBe(1);
        counts["failed"].ShouldBe(1);
        counts["refused"].ShouldBe(1);
        waiting.ShouldBe(1);
    }
}
