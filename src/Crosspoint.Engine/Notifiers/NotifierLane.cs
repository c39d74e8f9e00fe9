using System.Threading.Channels;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Messages;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Notifiers;

/// <summary>How a notifier does.</summary>
/// <param name="Waiting">Notifications that wait for it.</param>
/// <param name="Delivered">Since the start, like the other counts.</param>
/// <param name="GivenUp">Notifications for which all tries failed.</param>
/// <param name="Dropped">Notifications for which there was no room.</param>
/// <param name="FailingSince">Wall time in microseconds; 0 when the last try was taken, or none was made.</param>
/// <param name="Failures">Tries that failed since then.</param>
/// <param name="LastDelivered">Wall time in microseconds; 0 for never.</param>
public sealed record NotifierStatus(
    NotifierOptions Options, int Waiting, long Delivered, long GivenUp, long Dropped, long FailingSince, int Failures, string? LastError, long LastDelivered);

/// <summary>A notifier with its queue and a task of its own: one that hangs costs nobody else anything.</summary>
internal sealed partial class NotifierLane : IAsyncDisposable
{
    private readonly INotifier _notifier;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Notification> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _worker;
    private NotifierStatus _status;
    private int _waiting;

    public NotifierLane(NotifierOptions options, INotifier notifier, TimeProvider time, ILogger logger)
    {
        Options = options;
        (_notifier, _time, _logger) = (notifier, time, logger);
        _status = new(options, 0, 0, 0, 0, 0, 0, null, 0);
        _queue = Channel.CreateBounded<Notification>(new BoundedChannelOptions(options.Queue) { SingleReader = true });
        _worker = Task.Run(WorkAsync);
    }

    public NotifierOptions Options { get; }

    public NotifierStatus Status
    {
        get
        {
            lock (_gate) return _status with { Waiting = Volatile.Read(ref _waiting) };
        }
    }

    /// <summary>Whether it is told of this: an alert that is bad enough, of a rule that it wants, and not about itself.</summary>
    public bool Wants(Notification notification) =>
        notification.Alert.Severity >= Options.Least
        && (Options.Rules.Count == 0 || Options.Rules.Contains(notification.Alert.Rule))
        && notification.About != Options.Name;

    public void Tell(Notification notification)
    {
        Interlocked.Increment(ref _waiting);
        if (_queue.Writer.TryWrite(notification)) return;
        Interlocked.Decrement(ref _waiting);
        lock (_gate) _status = _status with { Dropped = _status.Dropped + 1 };
        Log.Dropped(_logger, Options.Name, notification.Alert.Id);
    }

    /// <summary>One try, at once and beside the queue. Null when it was taken.</summary>
    public async Task<string?> TestAsync(Notification notification, CancellationToken cancellationToken) =>
        (await TryAsync(notification, cancellationToken).ConfigureAwait(false)).Error;

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _notifier.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_queue.Reader.TryRead(out Notification? notification))
                {
                    await DeliverAsync(notification).ConfigureAwait(false);
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private async Task DeliverAsync(Notification notification)
    {
        for (int tries = 0; ; tries++)
        {
            NotifyOutcome outcome = await TryAsync(notification, _stop.Token).ConfigureAwait(false);
            if (outcome.Error is null) return;
            Log.Failed(_logger, Options.Name, outcome.Error);
            if (outcome.IsFinal || tries >= Options.Retries.Count)
            {
                lock (_gate) _status = _status with { GivenUp = _status.GivenUp + 1 };
                Log.GivenUp(_logger, Options.Name, notification.Alert.Id, outcome.Error);
                return;
            }

            await Task.Delay(Options.Retries[tries], _time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<NotifyOutcome> TryAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        NotifyOutcome outcome;
        try
        {
            outcome = await _notifier.SendAsync(notification, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = new("no answer in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Unexpected(_logger, Options.Name, e);
            outcome = new("internal error");
        }

        long now = _time.GetUtcMicros();
        lock (_gate)
        {
            _status = outcome.Error is null
                ? _status with { Delivered = _status.Delivered + 1, LastDelivered = now, FailingSince = 0, Failures = 0, LastError = null }
                : _status with
                {
                    FailingSince = _status.FailingSince == 0 ? now : _status.FailingSince,
                    Failures = _status.Failures + 1,
                    LastError = outcome.Error,
                };
        }

        return outcome;
    }

    private static partial class Log
    {
        [LoggerMessage(4480, LogLevel.Debug, "The notifier {Notifier} could not tell: {Why}")]
        public static partial void Failed(ILogger logger, string notifier, string why);

        [LoggerMessage(4481, LogLevel.Warning, "The notifier {Notifier} has given up telling of the alert {Alert}: {Why}")]
        public static partial void GivenUp(ILogger logger, string notifier, string alert, string why);

        [LoggerMessage(4482, LogLevel.Warning, "The notifier {Notifier} has too much waiting: it will not tell of the alert {Alert}")]
        public static partial void Dropped(ILogger logger, string notifier, string alert);

        [LoggerMessage(4483, LogLevel.Error, "The notifier {Notifier} failed in a way that it should not")]
        public static partial void Unexpected(ILogger logger, string notifier, Exception error);
    }
}
