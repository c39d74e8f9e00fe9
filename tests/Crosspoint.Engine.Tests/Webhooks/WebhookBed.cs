using System.Diagnostics.Metrics;
using System.Net.Security;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>A dispatcher over a journal in memory and a clock that stands still, with everything a test asks of it.</summary>
internal sealed class WebhookBed : IAsyncDisposable
{
    public const string Sid = "AC00000000000000000000000000000001";
    public const string AuthToken = "0123456789abcdef0123456789abcdef";
    public const string OtherSid = "AC00000000000000000000000000000002";
    public static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    public static readonly byte[] PreviousSecret = [.. Enumerable.Range(101, 24).Select(i => (byte)i)];

    private readonly TestMeters _meters = new();

    public WebhookBed(
        WebhookOptions? options = null, int room = 1_000, Func<string, System.Net.IPAddress[]>? lookUp = null, TimeProvider? time = null,
        WebhookEndpointSettings[]? endpoints = null, SortedDictionary<string, long>? marks = null, SslClientAuthenticationOptions? tls = null)
    {
        Journal = new(time ?? Time) { Marks = marks ?? new(StringComparer.Ordinal) };
        Account[] accounts =
        [
            new() { Sid = Sid, Name = "demo", AuthToken = AuthToken, WebhookSecret = Secret, WebhookEndpoints = endpoints ?? [] },
            new() { Sid = OtherSid, Name = "other", AuthToken = "other", WebhookSecret = Secret, WebhookSecretPrevious = PreviousSecret },
        ];
        Demo = accounts[0];
        Dispatcher = new(
            options ?? new() { AllowPrivateAddresses = true },
            new QueueOptions { Webhooks = room },
            Accounts = new AccountDirectory(accounts),
            Journal,
            Replies,
            time ?? Time,
            NullLogger<WebhookDispatcher>.Instance,
            _meters,
            new HostResolver(time ?? Time, lookUp),
            tls);
    }

    public ManualTimeProvider Time { get; } = new();

    public AccountDirectory Accounts { get; }

    public Account Demo { get; }

    public TestJournal Journal { get; }

    public ReplyLog Replies { get; } = new();

    public WebhookDispatcher Dispatcher { get; }

    public Meter Meter => _meters.Meter!;

    /// <summary>Stores a message with these events to tell, and hands them over after the commit, as the engine does.</summary>
    public Task<MessageId> SendAsync(string url, params MessageState[] states) =>
        SendAsync(head => head with { CallbackUrl = url }, states);

    public async Task<MessageId> SendAsync(Func<MessageHead, MessageHead> shape, params MessageState[] states)
    {
        var store = new Store(this, shape, states.Length == 0 ? [MessageState.Delivered] : states);
        Journal.Enqueue(store);
        return await store.Done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Adds an event to a message and hands its webhook over after the commit.</summary>
    public Task TellAsync(MessageId id, MessageState state)
    {
        var tell = new Tell(this, id, state);
        Journal.Enqueue(tell);
        return tell.Done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public WebhookDelivery Delivery(MessageId id, int index = 0) => Journal.Read(id).Deliveries[index];

    public Task WhenAsync(MessageId id, Func<WebhookDelivery, bool> condition, int index = 0) =>
        Journal.WhenAsync(all => all.Any(m => m.Id == id && condition(m.Deliveries[index])));

    public Task WhenTriedAsync(MessageId id, int tries, int index = 0) => WhenAsync(id, d => d.Tries >= tries, index);

    /// <summary>Moves the clock to the webhook's next try, and not so far that the try would time out.</summary>
    public void PassWait(MessageId id) => Time.Advance(TimeSpan.FromMicroseconds(Delivery(id).NextAt - Time.GetUtcMicros() + 1));

    public async ValueTask DisposeAsync()
    {
        await Dispatcher.DisposeAsync();
        await Journal.DisposeAsync();
        _meters.Dispose();
    }

    private static MessageHead Head(MessageId id, long now) => new()
    {
        Id = id,
        AccountSid = Sid,
        From = "+15550001000",
        To = "+4915112345678",
        Body = "hello",
        SegmentCount = 1,
        CreatedAt = now,
    };

    private sealed class Store(WebhookBed bed, Func<MessageHead, MessageHead> shape, MessageState[] states) : Transition
    {
        private Message? _message;

        public TaskCompletionSource<MessageId> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Apply(IJournalTransaction transaction)
        {
            _message = Message.Create(shape(Head(transaction.NextId(), transaction.Now)), MessageState.Accepted, EventKind.Accepted);
            foreach (MessageState state in states) AddEvent(_message, state, transaction.Now);
            transaction.Insert(_message);
        }

        public override void Committed()
        {
            foreach (WebhookDelivery delivery in _message!.Deliveries) bed.Dispatcher.Enqueue(WebhookJob.From(_message, delivery));
            Done.SetResult(_message.Id);
        }
    }

    private sealed class Tell(WebhookBed bed, MessageId id, MessageState state) : Transition
    {
        private WebhookJob? _job;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Apply(IJournalTransaction transaction)
        {
            Message message = transaction.Find(id.Key)!;
            AddEvent(message, state, transaction.Now);
            _job = WebhookJob.From(message, message.Deliveries[^1]);
            transaction.Save(message);
        }

        public override void Committed()
        {
            bed.Dispatcher.Enqueue(_job!);
            Done.SetResult();
        }
    }

    private static void AddEvent(Message message, MessageState state, long now)
    {
        if (state is MessageState.Failed or MessageState.Undelivered) message.ErrorCode = 30003;
        MessageEvent entry = message.Note(now, EventKind.Sent);
        message.Deliveries.Add(new WebhookDelivery { EventNumber = entry.Number, Status = state, NextAt = now });
    }

    private sealed class TestMeters : IMeterFactory
    {
        public Meter? Meter { get; private set; }

        public Meter Create(MeterOptions options) => Meter = new(options);

        public void Dispose() => Meter?.Dispose();
    }
}

/// <summary>What applications answered.</summary>
internal sealed class ReplyLog : IInboundReplySink
{
    private readonly Lock _gate = new();

    public List<string> Bodies { get; } = [];

    public List<string> Ignored { get; } = [];

    public void Reply(MessageHead inbound, IReadOnlyList<string> bodies)
    {
        lock (_gate) Bodies.AddRange(bodies);
    }

    public void ReplyIgnored(MessageHead inbound, string verb)
    {
        lock (_gate) Ignored.Add(verb);
    }
}
