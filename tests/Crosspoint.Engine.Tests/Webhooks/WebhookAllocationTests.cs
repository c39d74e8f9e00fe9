using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

/// <summary>Counts the octets of the whole process, so nothing else may run beside it.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class WebhookAllocationTests
{
    // HTTP itself costs about 3 KB a request, the record, the job and the test's own message the rest.
    private const int BytesPerWebhook = 16_000;

    [Theory]
    [InlineData(CallbackForm.Native)]
    [InlineData(CallbackForm.Twilio)]
    public async Task Try_Delivered_AllocatesWithinItsBudget(CallbackForm form)
    {
        await using var receiver = new RawReceiver(AnswerAsync);
        await using var bed = new WebhookBed(room: 20_000);
        bed.Dispatcher.Start();
        await RunAsync(bed, receiver.Url, form, 500);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(bed, receiver.Url, form, 3_000);
        long bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / 3_000;
        bytes.ShouldBeLessThan(BytesPerWebhook);
    }

    private static async Task AnswerAsync(System.Net.Sockets.NetworkStream stream, CancellationToken token)
    {
        byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
        byte[] buffer = new byte[8192];
        while (await RawReceiver.ReadRequestAsync(stream, buffer, token)) await stream.WriteAsync(answer, token);
    }

    private static async Task RunAsync(WebhookBed bed, string url, CallbackForm form, int count)
    {
        var sends = new Task<MessageId>[count];
        for (int i = 0; i < count; i++) sends[i] = bed.SendAsync(head => head with { CallbackUrl = url, CallbackForm = form });
        MessageId[] ids = await Task.WhenAll(sends);
        foreach (MessageId id in ids) await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        foreach (MessageId id in ids) bed.Journal.Delete(id);
    }
}
