using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq;

/// <summary>
/// Takes requests to send from a queue. A request is acknowledged when its message is on disk, or when it is refused and its problem is
/// with the broker. While the gateway can take nothing, nothing is consumed, and what was handed over goes back to the queue.
/// </summary>
internal sealed class RequestConsumer(
    RabbitMqOptions options, IIntake intake, AccountDirectory accounts, IRequestReader requests, Func<bool> isReady, RabbitMqMetrics metrics,
    TimeProvider time, ILogger logger)
{
    // As HTTP's Retry-After.
    private static readonly TimeSpan PauseFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMost = TimeSpan.FromSeconds(10);

    private readonly RequestIntakeOptions _options = options.Intake!;

    public Task RunAsync(CancellationToken stopping)
    {
        var link = new BrokerLink(options, "intake", metrics.IntakeConnected, time, logger);
        return link.RunAsync(ConsumeAsync, stopping);
    }

    private async Task ConsumeAsync(IConnection connection, CancellationToken cancellationToken)
    {
        TimeSpan pause = PauseFirst;
        while (true)
        {
            while (!isReady()) await Task.Delay(PauseFirst, time, cancellationToken).ConfigureAwait(false);
            long started = time.GetTimestamp();
            await ConsumeRoundAsync(connection, cancellationToken).ConfigureAwait(false);
            if (time.GetElapsedTime(started) > PauseMost) pause = PauseFirst;
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < PauseMost ? pause * 2 : PauseMost;
        }
    }

    /// <summary>A channel for each round: when it closes, the broker puts back into the queue whatever was not answered.</summary>
    private async Task ConsumeRoundAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken).ConfigureAwait(false);
        if (_options.Declare)
        {
            await DeclareAsync(channel, _options.Queue, cancellationToken).ConfigureAwait(false);
            if (_options.ErrorsExchange.Length == 0) await DeclareAsync(channel, _options.ErrorsRoutingKey, cancellationToken).ConfigureAwait(false);
        }

        await channel.BasicQosAsync(0, _options.Prefetch, global: false, cancellationToken).ConfigureAwait(false);
        var round = new ConsumerRound(channel, _options, intake, accounts, requests, metrics, logger);
        await round.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Task<QueueDeclareOk> DeclareAsync(IChannel channel, string queue, CancellationToken cancellationToken) => channel.QueueDeclareAsync(
        queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
}
