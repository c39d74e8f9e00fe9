using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// The <c>webhook-id</c> of a batch: made of the events in it and their order, so that it is the same over all tries of the same batch, on
/// whatever run of the gateway, and another as soon as the batch is another.
/// </summary>
internal static class BatchId
{
    private const int BytesPerEvent = 16 + sizeof(int);

    /// <summary><c>WB</c> and 32 hex digits.</summary>
    public static string Of(List<PendingWebhook> webhooks)
    {
        Span<byte> events = stackalloc byte[Accounts.WebhookBatch.MostEvents * BytesPerEvent];
        int length = 0;
        foreach (PendingWebhook webhook in webhooks)
        {
            webhook.Job.Head.Id.WriteBytes(events[length..]);
            BinaryPrimitives.WriteInt32BigEndian(events[(length + 16)..], webhook.EventNumber);
            length += BytesPerEvent;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(events[..length], hash);
        return string.Concat("WB", Convert.ToHexStringLower(hash[..16]));
    }
}
