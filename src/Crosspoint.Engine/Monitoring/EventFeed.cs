using System.Threading.Channels;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>A committed event, for those who follow live.</summary>
public readonly record struct FeedEvent(MessageHead Head, MessageEvent Event, int ErrorCode);

/// <summary>
/// Live events as they are committed. It has no memory: whoever subscribes sees what happens from then on, and a reader that does not keep
/// up loses the oldest events that wait for it. The durable record is the message's own timeline.
/// </summary>
public sealed class EventFeed
{
    private readonly Lock _gate = new();
    private volatile Subscription[] _subscriptions = [];

    /// <summary>Subscribes to one account's events, or to all when <paramref name="accountSid"/> is null. Dispose to end.</summary>
    /// <param name="capacity">Events that may wait for the reader.</param>
    public (IDisposable Handle, ChannelReader<FeedEvent> Reader) Subscribe(string? accountSid, int capacity)
    {
        var channel = Channel.CreateBounded<FeedEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        var subscription = new Subscription(this, accountSid, channel);
        lock (_gate) _subscriptions = [.. _subscriptions, subscription];
        return (subscription, channel.Reader);
    }

    public void Publish(MessageHead head, MessageEvent entry, int errorCode)
    {
        foreach (Subscription subscription in _subscriptions)
        {
            if (subscription.AccountSid is null || subscription.AccountSid == head.AccountSid)
                subscription.Channel.Writer.TryWrite(new(head, entry, errorCode));
        }
    }

    private sealed class Subscription(EventFeed owner, string? accountSid, Channel<FeedEvent> channel) : IDisposable
    {
        public string? AccountSid => accountSid;

        public Channel<FeedEvent> Channel => channel;

        public void Dispose()
        {
            lock (owner._gate) owner._subscriptions = Array.FindAll(owner._subscriptions, other => other != this);
            channel.Writer.TryComplete();
        }
    }
}
