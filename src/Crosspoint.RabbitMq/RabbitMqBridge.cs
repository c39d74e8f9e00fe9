using System.Diagnostics.Metrics;
using Crosspoint.Engine;
using Microsoft.Extensions.Logging;

namespace Crosspoint.RabbitMq;

/// <summary>What goes out to the broker and comes in from it, while the gateway runs. The broker may be away: nobody waits for it.</summary>
public sealed class RabbitMqBridge : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopIntake = new();
    private readonly CancellationTokenSource _stopEvents = new();
    private readonly EventSink? _sink;
    private readonly RequestConsumer? _consumer;
    private Task _publishing = Task.CompletedTask;
    private Task _consuming = Task.CompletedTask;

    /// <param name="isReady">Whether new messages are taken.</param>
    public RabbitMqBridge(
        RabbitMqOptions options, Gateway gateway, EventDataWriter writeData, IRequestReader requests, Func<bool> isReady, TimeProvider time,
        ILoggerFactory loggers, IMeterFactory meters)
    {
        ILogger logger = loggers.CreateLogger<RabbitMqBridge>();
        var metrics = new RabbitMqMetrics(meters, options, () => _sink?.Behind ?? 0);
        if (options.Events is not null)
            _sink = new(options, gateway.Events, gateway.EventPositions, writeData, metrics, time, logger);
        if (options.Intake is not null)
            _consumer = new(options, gateway.Intake, gateway.Accounts, requests, isReady, metrics, time, logger);
    }

    /// <summary>Begins; does not wait for the broker.</summary>
    public void Start()
    {
        if (_sink is not null) _publishing = Task.Run(() => _sink.RunAsync(_stopEvents.Token), CancellationToken.None);
        if (_consumer is not null) _consuming = Task.Run(() => _consumer.RunAsync(_stopIntake.Token), CancellationToken.None);
    }

    /// <summary>Takes no more requests, and waits for the answers to those that were taken.</summary>
    public Task StopIntakeAsync(CancellationToken cancellationToken) => StopAsync(_stopIntake, _consuming, cancellationToken);

    /// <summary>Publishes no more; what is left is published after the next start.</summary>
    public Task StopEventsAsync(CancellationToken cancellationToken) => StopAsync(_stopEvents, _publishing, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopIntakeAsync(CancellationToken.None).ConfigureAwait(false);
        await StopEventsAsync(CancellationToken.None).ConfigureAwait(false);
        _stopIntake.Dispose();
        _stopEvents.Dispose();
    }

    private static async Task StopAsync(CancellationTokenSource stop, Task task, CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It was stopped before it had begun.
        }
    }
}
