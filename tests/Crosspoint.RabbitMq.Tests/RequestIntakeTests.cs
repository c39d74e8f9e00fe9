using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq.Tests;

public sealed class RequestIntakeTests(PrivateBroker broker) : BrokerTest(broker)
{
    private string Queue => $"{Name}.requests";

    [Fact]
    public async Task Requests_AreAcceptedOrToldWhyNot()
    {
        await using IConnection connection = await Broker.ConnectAsync();
        await using IChannel channel = await ConfirmingAsync(connection);
        await using GatewayHost host = await StartAsync($"intake: {{ queue: {Queue}, accounts: [ {Demo}, {Other} ] }}");
        await DeclareAsync(channel);
        QueueDeclareOk replies = await channel.QueueDeclareAsync(cancellationToken: Token);

        await PublishAsync(channel, Queue, Request(1), "one", Other, replies.QueueName);
        (BasicGetResult answer, JsonNode message) = (await TakeAsync(channel, replies.QueueName, all => all.Count == 1))[0];
        (answer.BasicProperties.ContentType, answer.BasicProperties.CorrelationId).ShouldBe(("application/json", "one"));
        message["account_sid"]!.ToString().ShouldBe(Other);
        MessageId.TryParse(message["id"]!.ToString(), out MessageId id).ShouldBeTrue();
        (await host.Gateway.Messages.FindAsync(id, Token))!.Head.Reference.ShouldBe("r1");

        await PublishAsync(channel, Queue, Request(1), "one", Other, replies.QueueName);
        (await TakeAsync(channel, replies.QueueName, all => all.Count == 1))[0].Json["id"]!.ToString().ShouldBe(id.ToString());

        (string Body, string? Id, string? Account, string Code)[] bad =
        [
            ("{", "a", Demo, "json_invalid"),
            ("""{"to":"1","from":"+15550001000","body":"x"}""", "b", Demo, "to_invalid"),
            ("""{"to":"+15551234567","from":"+15550001000","body":"x","color":"red"}""", "c", Demo, "field_unknown"),
            (Request(2), "d", null, "request_invalid"),
            (Request(2), "e", Third, "request_invalid"),
            (Request(2), null, Demo, "request_invalid"),
            (Request(2), "one", Other, "idempotency_conflict"),
        ];
        foreach ((string body, string? requestId, string? account, string code) in bad)
        {
            await PublishAsync(channel, Queue, body, requestId, account, replies.QueueName);
            (BasicGetResult told, JsonNode problem) = (await TakeAsync(channel, replies.QueueName, all => all.Count == 1))[0];
            told.BasicProperties.ContentType.ShouldBe("application/problem+json");
            problem["code"]!.ToString().ShouldBe(code);
            BasicGetResult? error = null;
            await UntilAsync(async () => (error = await channel.BasicGetAsync($"{Queue}.errors", autoAck: true, Token)) is not null);
            Encoding.UTF8.GetString(error!.Body.Span).ShouldBe(body);
            error.BasicProperties.MessageId.ShouldBe(requestId);
            Encoding.UTF8.GetString((byte[])error.BasicProperties.Headers!["problem_code"]!).ShouldBe(code);
            JsonNode.Parse((byte[])error.BasicProperties.Headers!["problem"]!)!["code"]!.ToString().ShouldBe(code);
        }

        await UntilAsync(async () => await channel.MessageCountAsync(Queue, Token) == 0);
        host.Gateway.Events.LastSequence.ShouldBe(1);
    }

    [Fact]
    public async Task Consumer_KilledInTheMiddle_NothingIsLostAndNothingDoubled()
    {
        const int Requests = 1_500;
        await using IConnection connection = await Broker.ConnectAsync();
        await using IChannel channel = await ConfirmingAsync(connection);
        await DeclareAsync(channel);
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(n => PublishAsync(channel, Queue, Request(n), $"id-{n}", null)));
        string options = $"intake: {{ queue: {Queue}, accounts: [ {Demo} ], prefetch: 50 }}";
        long before = 0;
        for (int kill = 0; kill < 3; kill++)
        {
            // Without the orderly stop: what is under way at this moment is not answered.
            await using var relay = new Relay(Broker.Url);
            await using GatewayHost host = await StartAsync(options, relay.Url);
            long enough = before + 200;
            await UntilAsync(() => Task.FromResult(host.Gateway.Events.LastSequence >= enough));
            await relay.CutAsync();
            before = host.Gateway.Events.LastSequence;
        }

        await using GatewayHost last = await StartAsync(options);
        await UntilAsync(() => Task.FromResult(last.Gateway.Events.LastSequence >= Requests));
        await UntilAsync(async () => await channel.MessageCountAsync(Queue, Token) == 0);
        last.Gateway.Events.LastSequence.ShouldBe(Requests);
    }

    [Fact]
    public async Task Overload_ConsumptionPausesAndNothingIsLost()
    {
        const int Requests = 300;
        await using IConnection connection = await Broker.ConnectAsync();
        await using IChannel channel = await ConfirmingAsync(connection);
        await DeclareAsync(channel);
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(n => PublishAsync(channel, Queue, Request(n), $"id-{n}", null)));
        var options = new RabbitMqOptions
        {
            Url = Broker.Url,
            Intake = new() { Queue = Queue, Accounts = [Demo], ErrorsRoutingKey = $"{Queue}.errors", Prefetch = 20 },
        };
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var intake = new StubbornIntake(overloadedAt: [10, 120]);
        var account = new Account { Sid = Demo, Name = "demo", AuthToken = "x", WebhookSecret = new byte[24] };
        var consumer = new RequestConsumer(
            options, intake, new AccountDirectory([account]), new QueueRequests(), () => true,
            new RabbitMqMetrics(services.GetRequiredService<IMeterFactory>(), options, () => 0), TimeProvider.System, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task running = consumer.RunAsync(stop.Token);
        await UntilAsync(() => Task.FromResult(intake.Accepted.Count == Requests));
        await UntilAsync(async () => await channel.MessageCountAsync(Queue, Token) == 0);
        await stop.CancelAsync();
        await running;
        intake.Accepted.Count.ShouldBe(Requests);
        intake.Refusals.ShouldBeInRange(2, 2 * 20, "what is refused is not asked again at once");
        (await channel.MessageCountAsync($"{Queue}.errors", Token)).ShouldBe(0u);
    }

    private async Task DeclareAsync(IChannel channel) =>
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);

    /// <summary>An intake that is overloaded for a moment, each time that so many were accepted.</summary>
    private sealed class StubbornIntake(int[] overloadedAt) : IIntake
    {
        private readonly Lock _gate = new();
        private readonly MessageIdSource _ids = new(TimeProvider.System);
        private readonly Queue<int> _overloadedAt = new(overloadedAt);
        private long _overloadedSince;

        public ConcurrentDictionary<string, bool> Accepted { get; } = new();

        public int Refusals { get; private set; }

        public ValueTask<IntakeResult> SendAsync(SendRequest request, IdempotencyInput? idempotency, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (_overloadedAt.TryPeek(out int at) && Accepted.Count >= at)
                {
                    _overloadedAt.Dequeue();
                    _overloadedSince = TimeProvider.System.GetTimestamp();
                }

                if (_overloadedSince != 0 && TimeProvider.System.GetElapsedTime(_overloadedSince) < TimeSpan.FromMilliseconds(500))
                {
                    Refusals++;
                    return new(IntakeResult.Refused(IntakeError.Overloaded, "", "Too much."));
                }

                Accepted.TryAdd(request.Reference!, true).ShouldBeTrue();
                return new(IntakeResult.Accepted(new() { Id = _ids.Next(), AccountSid = Demo, From = "a", To = "b", Body = "c" }));
            }
        }

        public ValueTask<IntakeResult> SendPartAsync(SendRequest request, string partKey, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<IntakeResult>> SendBatchAsync(
            IReadOnlyList<SendRequest> requests, IdempotencyInput? idempotency, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangeResult> CancelAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IntakeResult> ResendAsync(ResendRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ChangeResult> CancelAsync(MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ChangeResult> RedactAsync(MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ChangeResult> ReplayWebhookAsync(MessageId id, int eventNumber, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangeResult> ReplaceAsync(
            Account account, MessageId id, Replacement replacement, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ChangeResult> RescheduleAsync(
            Account account, MessageId id, DateTimeOffset? sendAt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ChangeResult> RedactAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangeResult> DeleteAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangeResult> RecordFeedbackAsync(
            Account account, MessageId id, bool confirmed, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ReplayResult> ReplayWebhooksAsync(Account account, ReplayQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangeResult> ReplayWebhookAsync(
            Account account, MessageId id, int eventNumber, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
