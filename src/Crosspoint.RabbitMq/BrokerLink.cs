using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq;

/// <summary>Holds one connection to the broker, and makes a new one with growing pauses when it is gone.</summary>
internal sealed partial class BrokerLink(
    RabbitMqOptions options, string use, Action<bool> connected, TimeProvider time, ILogger logger)
{
    // A connection that held so long was right: the next failure is a new one.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    // Half of the broker's default of 60 s: a dead link is noticed within a minute.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    // Of the broker's answers to what is no message, such as the end of a channel.
    private static readonly TimeSpan AnswersMayTake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClosingMayTake = TimeSpan.FromSeconds(2);

    private readonly ConnectionFactory _factory = new()
    {
        Uri = options.Url,
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedHeartbeat = Heartbeat,
        RequestedConnectionTimeout = AnswersMayTake,
        ContinuationTimeout = AnswersMayTake,
        ClientProvidedName = $"crosspoint {use}",
    };

    /// <summary>Does the work on a connection, again and again, until it is told to stop.</summary>
    /// <param name="work">Its token is cancelled when the connection is gone.</param>
    public async Task RunAsync(Func<IConnection, CancellationToken, Task> work, CancellationToken stopping)
    {
        TimeSpan pause = options.ReconnectFirst;
        while (!stopping.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            try
            {
                await RunOnceAsync(work, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is: the log keeps what is to be sent, and the broker what is to be taken.
                Log.Lost(logger, use, $"{error.GetType().Name}: {error.Message}", pause.TotalSeconds);
            }

            connected(false);
            if (time.GetElapsedTime(started) > Settled) pause = options.ReconnectFirst;
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < options.ReconnectMost ? pause * 2 : options.ReconnectMost;
        }
    }

    private async Task RunOnceAsync(Func<IConnection, CancellationToken, Task> work, CancellationToken stopping)
    {
        IConnection connection = await _factory.CreateConnectionAsync(stopping).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            string? why = null;
            connection.ConnectionShutdownAsync += async (_, reason) =>
            {
                why = reason.ReplyText;
                await gone.CancelAsync().ConfigureAwait(false);
            };
            connected(true);
            Log.Connected(logger, use, options.Url.Host);
            try
            {
                await work(connection, gone.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                throw new IOException(why ?? "the connection was closed");
            }
            finally
            {
                await connection.CloseAsync(
                    RabbitMQ.Client.Constants.ReplySuccess, "done", ClosingMayTake, abort: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7000, LogLevel.Information, "RabbitMQ {Use}: connected to {Host}")]
        public static partial void Connected(ILogger logger, string use, string host);

        [LoggerMessage(7001, LogLevel.Warning, "RabbitMQ {Use}: not connected ({Why}); next try in {Seconds} s")]
        public static partial void Lost(ILogger logger, string use, string why, double seconds);
    }
}
