using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Support;

/// <summary>The engine's doors without an engine: messages live in a list, and a test says what is refused.</summary>
internal sealed class FakeEngine(TimeProvider time) : IIntake, IMessageReader, IConnectionControl, ITrafficControl, IWebhookControl, IRoutingControl
{
    private readonly Lock _gate = new();
    private readonly MessageIdSource _ids = new(time);
    private readonly List<Message> _messages = [];
    private readonly Dictionary<(string Account, string Key), (byte[] Hash, IReadOnlyList<IntakeResult> Results)> _idempotent = [];

    /// <summary>The routing that answers of decisions go by; all connections are up.</summary>
    public RoutingSnapshot Routing { get; set; } = new(
        new(1, ["north-1"]), [new("north-1", "north", ConnectionCapabilities.Default)], new(), new AllUp());

    RoutingPlan IRoutingControl.Plan => Routing.Plan;

    RoutingSnapshot IRoutingControl.Snapshot => Routing;

    RoutePreview IRoutingControl.Preview(SendRequest request, long? moment)
    {
        Requests.Add(request);
        if (Refuse(request) is { } refusal) return new(refusal, null, null, 0);
        E164 number = E164.TryParse(request.To, out E164 parsed) ? parsed : default;
        var head = new MessageHead
        {
            Id = default,
            AccountSid = request.Account.Sid,
            From = request.From!,
            To = request.To!,
            Body = request.Body!,
            Class = request.Class,
            SegmentCount = 1,
            Metadata = request.Metadata,
            Tags = request.Tags,
        };
        long at = moment ?? time.GetUtcMicros();
        return new(null, head, new Router(Routing).Decide(RouteRequest.For(head, Routing.Sources.DestinationOf(number), at, 1), default).Decision, at);
    }

    ControlResult IRoutingControl.TakePlan(RoutingPlan plan)
    {
        Routing = new(plan, Routing.Connections, Routing.Sources, new AllUp());
        return default;
    }

    void IRoutingControl.TakeRates(IRateBook rates) => throw new NotSupportedException("No endpoint takes prices.");

    public sealed class AllUp : IConnectionUse
    {
        public ConnectionUse UseOf(int connection) => ConnectionUse.Usable;

        public double HealthOf(int connection) => 1;
    }

    /// <summary>Every request that reached the door.</summary>
    public List<SendRequest> Requests { get; } = [];

    /// <summary>What the door answers instead of accepting; null to accept.</summary>
    public Func<SendRequest, IntakeResult?> Refuse { get; set; } = static _ => null;

    /// <summary>What a change is answered; null to make it.</summary>
    public ChangeOutcome? ChangeOutcome { get; set; }

    /// <summary>Throws from the door, as a fault of the program would.</summary>
    public Exception? Fault { get; set; }

    public (MessageId Id, int Event)? Replayed { get; private set; }

    /// <summary>What was asked of the connections.</summary>
    public List<string> Wishes { get; } = [];

    /// <summary>What the next wish about a connection is answered.</summary>
    public ControlResult Control { get; set; }

    /// <summary>What waits.</summary>
    public List<QueueStatus> Waiting { get; } = [];

    public IReadOnlyList<QueueStatus> Queues(string? accountSid) =>
        [.. Waiting.Where(queue => accountSid is null || queue.AccountSid == accountSid)];

    /// <summary>Receivers of webhooks, of every account the same.</summary>
    public List<EndpointStatus> Endpoints { get; } = [];

    /// <summary>What a wish about a receiver is answered.</summary>
    public EndpointChange EndpointChange { get; set; }

    /// <summary>What a test of a receiver is answered.</summary>
    public WebhookTestResult Test { get; set; } = new("TE1", 200, TimeSpan.FromMilliseconds(12.5), null);

    /// <summary>What was asked to be sent again.</summary>
    public ReplayQuery? Replay { get; private set; }

    /// <summary>What that is answered.</summary>
    public ReplayResult ReplayResult { get; set; }

    public IReadOnlyList<EndpointStatus> ListEndpoints(string accountSid, string afterUrl, int limit) =>
        [.. Endpoints.Where(e => string.CompareOrdinal(e.Url, afterUrl) > 0).Take(limit)];

    public EndpointStatus? FindEndpoint(string accountSid, string id) => Endpoints.Find(e => e.Id == id);

    public ValueTask<EndpointChange> DisableEndpointAsync(string accountSid, string id) => WishEndpoint("disable", accountSid, id);

    public ValueTask<EndpointChange> EnableEndpointAsync(string accountSid, string id) => WishEndpoint("enable", accountSid, id);

    public ValueTask<WebhookTestResult> TestAsync(Account account, string url, CancellationToken cancellationToken)
    {
        Wishes.Add($"test {account.Sid} {url}");
        return new(Test);
    }

    public ValueTask<ReplayResult> ReplayWebhooksAsync(Account account, ReplayQuery query, CancellationToken cancellationToken)
    {
        Replay = query;
        return new(ReplayResult);
    }

    private ValueTask<EndpointChange> WishEndpoint(string wish, string accountSid, string id)
    {
        Wishes.Add($"{wish} {accountSid} {id}");
        return new(EndpointChange);
    }

    public IReadOnlyList<ConnectionStatus> Connections() =>
        [new("north-1", "north", "north", "usable", 1, 2, 3, 10, 100, 87.5, [new(SmppClientState.Bound, 3, null, "127.0.0.1:2775")], "same", false)];

    /// <summary>The connections there are.</summary>
    public IReadOnlyList<ConnectionOptions> Options { get; set; } =
        [new() { Name = "north-1", Vendor = "north", Group = "north", Smpp = new() { Host = "h", Port = 1, SystemId = "a", Password = "b" } }];

    public IReadOnlyList<ConnectionOptions> ConnectionOptions() => Options;

    public ControlResult AddConnection(ConnectionOptions options, int? place) => Wish($"add {options.Name} {options.Vendor} {place}");

    public ControlResult ChangeConnection(ConnectionOptions options, int? place) =>
        Wish($"change {options.Name} {options.Vendor} {place} {options.Smpp.Host}");

    public ControlResult RemoveConnection(string name) => Wish($"remove {name}");

    public ControlResult CapConnection(string name, double rate) => Wish(System.FormattableString.Invariant($"cap {name} {rate}"));

    public ControlResult PauseConnection(string name) => Wish($"pause {name}");

    public ControlResult ResumeConnection(string name) => Wish($"resume {name}");

    public ControlResult DrainConnection(string name) => Wish($"drain {name}");

    public ControlResult StopConnection(string name) => Wish($"stop {name}");

    public ControlResult RestartConnection(string name) => Wish($"restart {name}");

    /// <summary>Accounts and batches that are paused, paced or canceled.</summary>
    public List<TrafficStatus> Traffic { get; } = [];

    public TrafficStatus TrafficOf(string accountSid, string batch) =>
        Traffic.Find(status => status.AccountSid == accountSid && status.Batch == batch)
        ?? new(accountSid, batch, TrafficState.Running, 0, 0, false, 0);

    /// <summary>Limits as they are told of every account.</summary>
    public List<LimitInForce> Limits { get; } = [];

    public IReadOnlyList<LimitInForce> LimitsOf(string accountSid) => Limits;

    public IReadOnlyList<TrafficStatus> Batches(string accountSid, string after, int limit) =>
        [.. Traffic.Where(s => s.AccountSid == accountSid && s.Batch.Length > 0 && string.CompareOrdinal(s.Batch, after) > 0).Take(limit)];

    public ValueTask<ControlResult> PauseTrafficAsync(string accountSid, string batch, bool byOperator = false) =>
        new(Wish($"pause {accountSid} '{batch}'{By(byOperator)}"));

    public ValueTask<ControlResult> ResumeTrafficAsync(string accountSid, string batch) => new(Wish($"resume {accountSid} '{batch}'"));

    public ValueTask<ControlResult> CancelTrafficAsync(string accountSid, string batch, bool byOperator = false) =>
        new(Wish($"cancel {accountSid} '{batch}'{By(byOperator)}"));

    public ValueTask<ControlResult> PaceTrafficAsync(string accountSid, string batch, double rate, bool byOperator = false) =>
        new(Wish(FormattableString.Invariant($"pace {accountSid} '{batch}' {rate}{By(byOperator)}")));

    private static string By(bool byOperator) => byOperator ? " by the operator" : "";

    private ControlResult Wish(string wish)
    {
        Wishes.Add(wish);
        return Control;
    }

    public ValueTask<IntakeResult> SendAsync(SendRequest request, IdempotencyInput? idempotency, CancellationToken cancellationToken) =>
        new(Send([request], idempotency)[0]);

    public ValueTask<IReadOnlyList<IntakeResult>> SendBatchAsync(
        IReadOnlyList<SendRequest> requests, IdempotencyInput? idempotency, CancellationToken cancellationToken) =>
        new(Send(requests, idempotency));

    public ValueTask<IntakeResult> SendPartAsync(SendRequest request, string partKey, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ChangeResult> ReplaceAsync(
        Account account, MessageId id, Replacement replacement, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken)
    {
        lock (_gate) return new([.. keys.Select(key => _messages.Find(message => message.Id.Key == key)).OfType<Message>()]);
    }

    /// <summary>What carriers call messages; null where the journal cannot answer.</summary>
    public Dictionary<string, long[]>? VendorIds { get; set; } = [];

    public ValueTask<IReadOnlyList<long>?> FindByVendorIdAsync(string vendorId) => new(VendorIds is null ? null : VendorIds.GetValueOrDefault(vendorId, []));

    /// <summary>What was asked to be sent again, and what that is answered; null accepts it.</summary>
    public ResendRequest? Resent { get; private set; }

    public IntakeResult? ResendAnswer { get; set; }

    public ValueTask<IntakeResult> ResendAsync(ResendRequest request, CancellationToken cancellationToken)
    {
        Resent = request;
        if (ResendAnswer is { } answer) return new(answer);
        lock (_gate)
        {
            MessageHead head = _messages.Find(message => message.Id == request.Id)!.Head with { Id = _ids.Next(), ResendOf = request.Id };
            _messages.Add(Message.Create(head, MessageState.Queued, EventKind.Accepted));
            return new(IntakeResult.Accepted(head));
        }
    }

    public ValueTask<ChangeResult> CancelAsync(MessageId id, CancellationToken cancellationToken) => CancelAsync(OwnerOf(id), id, cancellationToken);

    public ValueTask<ChangeResult> RedactAsync(MessageId id, CancellationToken cancellationToken) => RedactAsync(OwnerOf(id), id, cancellationToken);

    public ValueTask<ChangeResult> ReplayWebhookAsync(MessageId id, int eventNumber, CancellationToken cancellationToken) =>
        ReplayWebhookAsync(OwnerOf(id), id, eventNumber, cancellationToken);

    private Account OwnerOf(MessageId id)
    {
        lock (_gate) return ApiFixture.Demo with { Sid = _messages.Find(message => message.Id == id)?.Head.AccountSid ?? "" };
    }

    public ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The time that was asked for last.</summary>
    public DateTimeOffset? Rescheduled { get; private set; }

    public ValueTask<ChangeResult> RescheduleAsync(Account account, MessageId id, DateTimeOffset? sendAt, CancellationToken cancellationToken) =>
        Change(account, id, message =>
        {
            Rescheduled = sendAt;
            return message.State == MessageState.Scheduled;
        });

    public ValueTask<ChangeResult> CancelAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        Change(account, id, message => message.TryMove(MessageState.Canceled, time.GetUtcMicros(), EventKind.Canceled) is not null);

    public ValueTask<ChangeResult> RedactAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        Change(account, id, message =>
        {
            if (!MessageTransitions.IsFinal(message.State) && message.State != MessageState.Sent) return false;
            message.Head = message.Head with { Body = "" };
            return true;
        });

    public ValueTask<ChangeResult> DeleteAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        Change(account, id, message => MessageTransitions.IsFinal(message.State) && _messages.Remove(message));

    public ValueTask<ChangeResult> RecordFeedbackAsync(
        Account account, MessageId id, bool confirmed, CancellationToken cancellationToken) =>
        Change(account, id, message =>
        {
            if (message.Head.ProvideFeedback) message.FeedbackConfirmed = confirmed;
            return message.Head.ProvideFeedback;
        });

    public ValueTask<ChangeResult> ReplayWebhookAsync(
        Account account, MessageId id, int eventNumber, CancellationToken cancellationToken) =>
        FindDelivery(id, eventNumber) is not { } delivery
            ? new(new ChangeResult(Engine.Intake.ChangeOutcome.NotFound, null))
            : Change(account, id, message =>
            {
                if (delivery.State == DeliveryState.Pending) return false;
                Replayed = (id, eventNumber);
                return true;
            });

    public ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken)
    {
        lock (_gate) return new(_messages.Find(message => message.Id == id));
    }

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            List<Message> found =
            [
                .. _messages.Where(m => query.Passes(m) && m.Id.Key < (query.BeforeKey ?? long.MaxValue)).OrderByDescending(m => m.Id.Key).Take(query.Limit + 1),
            ];
            bool more = found.Count > query.Limit;
            if (more) found.RemoveAt(query.Limit);
            return new(new MessagePage(found, more ? found[^1].Id.Key : null));
        }
    }

    /// <summary>What a page of past messages waits for.</summary>
    public Task PastGate { get; set; } = Task.CompletedTask;

    public async ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken)
    {
        await PastGate.WaitAsync(cancellationToken);
        lock (_gate)
        {
            foreach (Message message in _messages)
            {
                if (message.Id.Key <= afterKey || message.Head.CreatedAt < fromMicros || message.Head.CreatedAt >= beforeMicros) continue;
                page.Add(new(message.Head, message.State, message.LastAttempt?.Connection));
                return message.Id.Key;
            }
        }

        return null;
    }

    public ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Puts a message there, as if it had come earlier.</summary>
    public Message Add(Account account, Func<MessageHead, MessageHead>? with = null, MessageState state = MessageState.Queued)
    {
        var request = new SendRequest { Account = account, To = "+15551234567", From = "+15550001000", Body = "hello" };
        lock (_gate)
        {
            MessageHead head = HeadOf(request);
            var message = Message.Create(with is null ? head : with(head), state, EventKind.Accepted);
            _messages.Add(message);
            return message;
        }
    }

    private WebhookDelivery? FindDelivery(MessageId id, int eventNumber)
    {
        lock (_gate) return _messages.Find(message => message.Id == id)?.Deliveries.Find(d => d.EventNumber == eventNumber);
    }

    private IntakeResult[] Send(IReadOnlyList<SendRequest> requests, IdempotencyInput? idempotency)
    {
        if (Fault is not null) throw Fault;
        lock (_gate)
        {
            string account = requests[0].Account.Sid;
            if (idempotency is { } key && _idempotent.TryGetValue((account, key.Key), out var known))
            {
                if (!known.Hash.AsSpan().SequenceEqual(key.BodyHash))
                    return [.. requests.Select(
                        _ => IntakeResult.Refused(IntakeError.IdempotencyConflict, "Idempotency-Key", "other body"))];
                return [.. known.Results.Select(r => r.Head is null ? r : IntakeResult.Accepted(r.Head, replayed: true))];
            }

            IntakeResult[] results = [.. requests.Select(Send)];
            if (idempotency is { } fresh) _idempotent.Add((account, fresh.Key), (fresh.BodyHash, results));
            return results;
        }
    }

    private IntakeResult Send(SendRequest request)
    {
        Requests.Add(request);
        if (Refuse(request) is { } refused) return refused;
        MessageHead head = HeadOf(request);
        var message = Message.Create(head, head.IsForLater ? MessageState.Scheduled : MessageState.Queued, EventKind.Accepted);
        _messages.Add(message);
        return IntakeResult.Accepted(message.Head);
    }

    private MessageHead HeadOf(SendRequest request)
    {
        long now = time.GetUtcMicros();
        return new()
        {
            Id = _ids.Next(),
            AccountSid = request.Account.Sid,
            Direction = request.Direction,
            From = request.From ?? "",
            To = request.To ?? "",
            Body = request.Body ?? "",
            Class = request.Class,
            SegmentCount = 1,
            CreatedAt = now,
            ValidUntil = now + (request.ValiditySeconds ?? 36_000) * Micros.PerSecond,
            CallbackUrl = request.CallbackUrl,
            CallbackForm = request.CallbackForm,
            Reference = request.Reference,
            Tags = request.Tags,
            Metadata = request.Metadata,
            ProvideFeedback = request.ProvideFeedback,
            SendAt = request.SendAt is { } at ? Micros.From(at) : 0,
        };
    }

    private ValueTask<ChangeResult> Change(Account account, MessageId id, Func<Message, bool> change)
    {
        lock (_gate)
        {
            Message? message = _messages.Find(m => m.Id == id && m.Head.AccountSid == account.Sid);
            if (message is null) return new(new ChangeResult(Engine.Intake.ChangeOutcome.NotFound, null));
            if (ChangeOutcome is { } forced) return new(new ChangeResult(forced, message));
            return new(
                new ChangeResult(change(message) ? Engine.Intake.ChangeOutcome.Done : Engine.Intake.ChangeOutcome.WrongState, message));
        }
    }
}
