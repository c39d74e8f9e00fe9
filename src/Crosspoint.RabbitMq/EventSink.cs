using System.Threading.RateLimiting;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq;

/// <summary>
/// Publishes the event log to an exchange, at least once: the position is stored only when the broker has confirmed everything up to it.
/// While the broker is away the events wait in the log.
/// </summary>
internal sealed partial class EventSink(
    RabbitMqOptions options, EventFeed feed, EventPositions positions, EventDataWriter writeData, RabbitMqMetrics metrics, TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(1);

    // A broker that takes longer is as good as gone (its own delivery to disk takes milliseconds).
    private static readonly TimeSpan ConfirmsMayTake = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ConfirmsMayTakeAtStop = TimeSpan.FromSeconds(2);

    private readonly EventSinkOptions _options = options.Events!;
    private readonly string _name = $"rabbitmq:{options.Events!.Exchange}";
    private readonly CloudEventWriter _cloud = new(options.Events!.Source, writeData);
    private readonly List<Task> _confirms = new(EventReader.MostAtOnce);
    private long _confirmed;
    private long _saved;
    private long _savedAt;
    private bool _hasBegun;

    /// <summary>Numbers of the log between the newest and what the broker confirmed.</summary>
    public long Behind => Volatile.Read(ref _hasBegun) ? Math.Max(0, feed.LastSequence - Volatile.Read(ref _confirmed)) : 0;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!_hasBegun) await TryBeginAsync(stopping).ConfigureAwait(false);
        var link = new BrokerLink(options, "events", metrics.EventsConnected, time, logger);
        await link.RunAsync(PublishAsync, stopping).ConfigureAwait(false);
        await SaveAsync().ConfigureAwait(false);
    }

    private async Task TryBeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.NotBegun(logger, error);
            await Task.Delay(options.ReconnectMost, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        long newest = feed.LastSequence;
        if (await positions.FindAsync(_name, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            // After a restore of an older copy: what it lacks was published long ago.
            if (stored > newest) Log.Ahead(logger, stored, newest);
            _confirmed = _saved = Math.Min(stored, newest);
        }
        else
        {
            // On record at once: what happens from now on is sent, also when the broker is first reached after the next start.
            _confirmed = _options.FromBeginning ? feed.FirstSequence - 1 : newest;
            _saved = -1;
            await SaveAsync().ConfigureAwait(false);
        }

        Volatile.Write(ref _hasBegun, true);
    }

    private async Task PublishAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using var limiter = new ConcurrencyLimiter(new() { PermitLimit = EventReader.MostAtOnce, QueueLimit = EventReader.MostAtOnce });
        var confirms = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: limiter);
        await using IChannel channel = await connection.CreateChannelAsync(confirms, cancellationToken).ConfigureAwait(false);
        if (_options.Declare)
        {
            await channel.ExchangeDeclareAsync(
                _options.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await channel.ExchangeDeclarePassiveAsync(_options.Exchange, cancellationToken).ConfigureAwait(false);
        }

        using EventReader reader = feed.Open(_options.Filter, _confirmed);
        if (reader.IsTooOld) Log.Missed(logger, reader.Position, feed.FirstSequence);
        while (true)
        {
            IReadOnlyList<LoggedEvent> events = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (events.Count > 0) await PublishAsync(channel, events, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _confirmed, Math.Max(_confirmed, reader.Position));
            if (time.GetElapsedTime(_savedAt) >= SavePeriod) await SaveAsync().ConfigureAwait(false);
            if (events.Count > 0) continue;
            Task more = reader.WaitAsync();
            if (_saved < _confirmed)
            {
                await Task.WhenAny(more, Task.Delay(SavePeriod, time, cancellationToken)).ConfigureAwait(false);
                if (!more.IsCompleted) await SaveAsync().ConfigureAwait(false);
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PublishAsync(IChannel channel, IReadOnlyList<LoggedEvent> events, CancellationToken cancellationToken)
    {
        _confirms.Clear();
        for (int i = 0; i < events.Count; i++)
        {
            LoggedEvent entry = events[i];
            var properties = new BasicProperties
            {
                ContentType = CloudEventWriter.ContentType,
                DeliveryMode = DeliveryModes.Persistent,
                MessageId = CloudEventWriter.IdOf(entry),
                Type = CloudEventWriter.TypeOf(entry),
            };
            ValueTask publish = channel.BasicPublishAsync(
                _options.Exchange, _options.RoutingKey.Of(entry), mandatory: false, properties, _cloud.Write(entry), CancellationToken.None);
            _confirms.Add(publish.AsTask());
        }

        await ConfirmedAsync(Task.WhenAll(_confirms), cancellationToken).ConfigureAwait(false);
        metrics.Published(events.Count);
    }

    private async Task ConfirmedAsync(Task confirms, CancellationToken cancellationToken)
    {
        try
        {
            await confirms.WaitAsync(ConfirmsMayTake, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What went out just before a stop is waited for a little longer: unconfirmed, the next start would send it again.
            await confirms.WaitAsync(ConfirmsMayTakeAtStop, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // What cannot be stored now is stored later; until then a restart would send some events again.
    private async Task SaveAsync()
    {
        _savedAt = time.GetTimestamp();
        long position = _confirmed;
        if (_saved != position && await positions.PutAsync(_name, position).ConfigureAwait(false)) _saved = position;
    }

    private static partial class Log
    {
        [LoggerMessage(7010, LogLevel.Warning, "RabbitMQ events: the stored position {Stored} is ahead of the log, which ends at {Newest}; it goes on there")]
        public static partial void Ahead(ILogger logger, long stored, long newest);

        [LoggerMessage(7012, LogLevel.Error, "RabbitMQ events: the stored position cannot be read; it is tried again")]
        public static partial void NotBegun(ILogger logger, Exception exception);

        [LoggerMessage(7011, LogLevel.Error, "RabbitMQ events: events after {Position} were deleted by retention before the broker took them; it goes on at {Oldest}")]
        public static partial void Missed(ILogger logger, long position, long oldest);
    }
}
