using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Crosspoint.RabbitMq;

/// <summary>
/// From the subscription to a queue until the gateway can take no more. What it could not take is not answered: it goes back to the queue
/// with the end of the channel.
/// </summary>
internal sealed partial class ConsumerRound(
    IChannel channel, RequestIntakeOptions options, IIntake intake, AccountDirectory accounts, IRequestReader requests, RabbitMqMetrics metrics,
    ILogger logger)
{
    private const string AccountHeader = "account";
    private const string ProblemHeader = "problem";
    private const string ProblemCodeHeader = "problem_code";

    // Apart from what the account uses over HTTP.
    private const string KeyPrefix = "amqp:";
    private const int MostKeyCharacters = 255 - 5;

    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;
    private int _deferred;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += OnReceivedAsync;
        string tag = await channel.BasicConsumeAsync(options.Queue, autoAck: false, consumer, cancellationToken).ConfigureAwait(false);
        try
        {
            await _paused.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await channel.BasicCancelAsync(tag, noWait: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What is under way is answered as long as the channel lives: it may be on disk already. What comes now is left to the queue.
            _paused.TrySetResult();
            Leave();
            await _drained.Task.ConfigureAwait(false);
        }

        Log.Deferred(logger, Volatile.Read(ref _deferred));
    }

    private Task OnReceivedAsync(object sender, BasicDeliverEventArgs delivery)
    {
        Interlocked.Increment(ref _running);
        if (_paused.Task.IsCompleted)
        {
            Defer();
            Leave();
        }
        else
        {
            // Not waited for: the next one is taken meanwhile, so that many share a commit. The body is the channel's only until then.
            _ = ProcessAsync(delivery, delivery.Body.ToArray());
        }

        return Task.CompletedTask;
    }

    private async Task ProcessAsync(BasicDeliverEventArgs delivery, byte[] body)
    {
        try
        {
            await AnswerAsync(delivery, body).ConfigureAwait(false);
        }
        catch (Exception error) when (!channel.IsOpen)
        {
            // It was not acknowledged: it comes again, and its message id finds what was stored.
            Log.Unanswered(logger, $"{error.GetType().Name}: {error.Message}");
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
            Defer();
        }
        finally
        {
            Leave();
        }
    }

    private async Task AnswerAsync(BasicDeliverEventArgs delivery, byte[] body)
    {
        IReadOnlyBasicProperties properties = delivery.BasicProperties;
        if (Check(properties, out Account? account) is { } problem)
        {
            await RefuseAsync(delivery, body, problem).ConfigureAwait(false);
            return;
        }

        SendRequest? request = requests.Read(body, account!, TextOf(properties, "traceparent"), out problem);
        if (request is null)
        {
            await RefuseAsync(delivery, body, problem).ConfigureAwait(false);
            return;
        }

        var idempotency = new IdempotencyInput(KeyPrefix + properties.MessageId, SHA256.HashData(body));
        IntakeResult result = await intake.SendAsync(request, idempotency, CancellationToken.None).ConfigureAwait(false);
        if (result.Error is IntakeError.Overloaded or IntakeError.StoreUnavailable or IntakeError.OutcomeUnknown or IntakeError.Throttled)
        {
            Defer();
        }
        else if (result.Head is null)
        {
            await RefuseAsync(delivery, body, requests.ProblemOf(result)).ConfigureAwait(false);
        }
        else
        {
            await ReplyAsync(properties, "application/json", requests.AnswerOf(result.Head)).ConfigureAwait(false);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false).ConfigureAwait(false);
            metrics.Request(result.Replayed ? "replayed" : "accepted");
        }
    }

    private RequestProblem? Check(IReadOnlyBasicProperties properties, out Account? account)
    {
        string? sid = TextOf(properties, AccountHeader) ?? (options.Accounts.Count == 1 ? options.Accounts[0] : null);
        account = sid is not null && options.Accounts.Contains(sid) && accounts.Find(sid) is { IsEnabled: true } found ? found : null;
        if (account is null)
            return requests.ProblemOf(AccountHeader, "Expected a header with the SID of an account that may send over this queue.");
        string id = properties.MessageId ?? "";
        if (id.Length is 0 or > MostKeyCharacters || id.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return requests.ProblemOf("message_id", $"Expected a message_id of 1 to {MostKeyCharacters} printable ASCII characters, of this request alone.");
        return null;
    }

    /// <summary>Hands the request, with its problem, to the errors; then it is done with. Without a queue there it is rejected for good.</summary>
    private async Task RefuseAsync(BasicDeliverEventArgs delivery, byte[] body, RequestProblem problem)
    {
        await ReplyAsync(delivery.BasicProperties, "application/problem+json", problem.Json).ConfigureAwait(false);
        var properties = new BasicProperties(delivery.BasicProperties) { DeliveryMode = DeliveryModes.Persistent };
        properties.ClearExpiration();

        // The broker checks it against who publishes.
        properties.ClearUserId();
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
        {
            [ProblemHeader] = problem.Json,
            [ProblemCodeHeader] = problem.Code,
        };
        try
        {
            await channel.BasicPublishAsync(
                options.ErrorsExchange, options.ErrorsRoutingKey, mandatory: true, properties, body).ConfigureAwait(false);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false).ConfigureAwait(false);
        }
        catch (PublishException error) when (error.IsReturn)
        {
            Log.NoErrors(logger, problem.Code, options.ErrorsRoutingKey);
            await channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false).ConfigureAwait(false);
        }

        metrics.Request("refused");
    }

    // A reply whose queue is gone is nobody's loss: the errors have the problem, and the journal the message.
    private async Task ReplyAsync(IReadOnlyBasicProperties request, string contentType, byte[] body)
    {
        if (string.IsNullOrEmpty(request.ReplyTo)) return;
        var properties = new BasicProperties
        {
            ContentType = contentType,
            CorrelationId = request.CorrelationId ?? request.MessageId,
        };
        await channel.BasicPublishAsync("", request.ReplyTo, mandatory: false, properties, body).ConfigureAwait(false);
    }

    private void Defer()
    {
        Interlocked.Increment(ref _deferred);
        metrics.Request("deferred");
        _paused.TrySetResult();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0) _drained.TrySetResult();
    }

    private static string? TextOf(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers is { } headers && headers.TryGetValue(header, out object? value)
            ? value switch
            {
                byte[] octets => Encoding.UTF8.GetString(octets),
                string text => text,
                _ => null,
            }
            : null;

    private static partial class Log
    {
        [LoggerMessage(7020, LogLevel.Warning, "RabbitMQ intake: the gateway can take nothing now; {Count} requests went back to the queue")]
        public static partial void Deferred(ILogger logger, int count);

        [LoggerMessage(7021, LogLevel.Debug, "RabbitMQ intake: a request was not answered, it comes again: {Why}")]
        public static partial void Unanswered(ILogger logger, string why);

        [LoggerMessage(7022, LogLevel.Error, "RabbitMQ intake: a request could not be judged; it goes back to the queue")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(
            7023, LogLevel.Warning, "RabbitMQ intake: a request was refused ({Code}), and there is no queue for '{RoutingKey}': it was rejected for good")]
        public static partial void NoErrors(ILogger logger, string code, string routingKey);
    }
}
