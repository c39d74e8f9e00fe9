using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookJobTests
{
    private const long AnHour = 3_600_000_000;

    [Fact]
    public async Task From_WebhookOfAMomentThatTheClockHasNotReached_IsDueAtOnceUnlessItIsARetry()
    {
        // A restart after the clock was set back: what was accepted before it is of the future.
        await using var bed = new WebhookBed();
        MessageId id = await bed.SendAsync("http://127.0.0.1:9/hook");
        WebhookDelivery delivery = bed.Delivery(id);
        long later = delivery.NextAt + AnHour;
        delivery.NextAt = later;

        WebhookJob.From(bed.Journal.Read(id), delivery).NextAt.ShouldBe(0);

        delivery.Tries = 1;
        WebhookJob.From(bed.Journal.Read(id), delivery).NextAt.ShouldBe(later, "a retry keeps its wait");
    }
}
