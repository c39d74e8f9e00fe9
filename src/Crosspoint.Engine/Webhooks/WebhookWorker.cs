using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Carries out tries of one endpoint, one after another, and rests when there are none. Keeps its buffers and its cancellation source from
/// try to try.
/// </summary>
#pragma warning disable CA1001 // A cancellation source without a timer holds nothing that needs disposal.
internal sealed class WebhookWorker : IThreadPoolWorkItem
#pragma warning restore CA1001
{
    // The text is UTF-8 and is never embedded in HTML, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions JsonOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly WebhookDispatcher _dispatcher;
    private readonly Lock _gate = new();
    private CancellationTokenSource _cancellation = new();
    private long _number;

    public WebhookWorker(WebhookDispatcher dispatcher)
    {
        _dispatcher = dispatcher;
        Json = new(Payload, JsonOptions);
    }

    public PayloadBuffer Payload { get; } = new();

    /// <summary>What a Twilio-shaped signature covers.</summary>
    public PayloadBuffer Signed { get; } = new();

    public PayloadBuffer Key { get; } = new();

    public Utf8JsonWriter Json { get; }

    /// <summary>Where answers that nobody reads go.</summary>
    public byte[] Discard { get; } = new byte[4096];

    public CancellationToken Token => _cancellation.Token;

    /// <summary>The try was cancelled because the dispatcher stops, not because it took too long.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>What it works on, sent together if there are several; filled by the dispatcher under its lock.</summary>
    public List<PendingWebhook> Items { get; } = [];

    /// <summary>The items go as a list, be it a list of one.</summary>
    public bool IsBatch { get; set; }

    /// <summary>Its place among the running workers; the dispatcher's.</summary>
    public int Slot { get; set; }

    /// <summary>Ticks of the dispatcher's clock at which the current try has taken too long.</summary>
    public long Deadline { get; set; }

    /// <summary>The try under way, to be named when it is cancelled.</summary>
    public long Number => Volatile.Read(ref _number);

    public void Execute() => _ = _dispatcher.RunAsync(this);

    public void BeginTry()
    {
        lock (_gate)
        {
            _number++;
            if (_cancellation.TryReset()) return;
            _cancellation.Dispose();
            _cancellation = new();
        }
    }

    /// <summary>Cancels the try of this number, if it is still under way.</summary>
    public void Cancel(long number)
    {
        // Continuations run elsewhere: they would take this lock, or the dispatcher's.
        lock (_gate)
        {
            if (number == _number) _ = _cancellation.CancelAsync();
        }
    }

    /// <summary>Cancels the try under way, and every later one, because the dispatcher stops.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            IsAbandoned = true;
            _ = _cancellation.CancelAsync();
        }
    }
}
