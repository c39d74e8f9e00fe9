using System.Globalization;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Where a webhook in memory stands.</summary>
internal enum WebhookStage : byte
{
    /// <summary>An earlier event of its message has not had its first try yet.</summary>
    Blocked,

    /// <summary>In its endpoint's queue.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Running,

    /// <summary>Until its next try is due.</summary>
    Waiting,

    /// <summary>Delivered or given up; leaves memory once that is committed.</summary>
    Finished,

    /// <summary>There is no room to wait in memory; goes back to the journal once the try is committed.</summary>
    Leaving,
}

/// <summary>A webhook in memory. Guarded by the dispatcher's lock; the worker that runs it owns <see cref="Tries"/> meanwhile.</summary>
internal sealed class PendingWebhook(WebhookJob job, TargetUrl target, WebhookEndpoint endpoint)
{
    private int _recordsUnderWay;
    private string? _id;

    public WebhookJob Job { get; } = job;

    public TargetUrl Target { get; } = target;

    public WebhookEndpoint Endpoint { get; } = endpoint;

    public long Key => Job.Head.Id.Key;

    public int EventNumber => Job.EventNumber;

    public bool IsNative => Job.Head.CallbackForm == CallbackForm.Native;

    /// <summary>
    /// The message's id, "_" and the number of the event: the same over all tries, and without a dot (Standard Webhooks 1.0).
    /// </summary>
    public string Id => _id ??= string.Create(CultureInfo.InvariantCulture, $"{Job.Head.Id}_{Job.EventNumber}");

    public int Tries { get; set; } = job.Tries;

    /// <summary>Microseconds of wall time at which the next try is due.</summary>
    public long NextAt { get; set; } = job.NextAt;

    /// <summary>Counted among the retries of its endpoint, not among the new ones.</summary>
    public bool IsRetry { get; set; } = job.Tries > 0;

    public WebhookStage Stage { get; set; }

    /// <summary>Ticks of the dispatcher's clock at which it joined the queue.</summary>
    public long ReadyAt { get; set; }

    /// <summary>The batch that it was last sent in, which is sent again as it was; 0 for none.</summary>
    public long BatchNumber { get; set; }

    /// <summary>While it waits for its next try: the next of the same batch.</summary>
    public PendingWebhook? NextInBatch { get; set; }

    /// <summary>The next event of the same message in memory.</summary>
    public PendingWebhook? NextOfMessage { get; set; }

    /// <summary>Later events of the message need not wait for this one any more.</summary>
    public bool HasPassed => Tries > 0 || Stage is WebhookStage.Finished or WebhookStage.Leaving;

    public bool IsRecorded => Volatile.Read(ref _recordsUnderWay) == 0;

    public void BeginRecord() => Interlocked.Increment(ref _recordsUnderWay);

    public void EndRecord() => Interlocked.Decrement(ref _recordsUnderWay);
}
