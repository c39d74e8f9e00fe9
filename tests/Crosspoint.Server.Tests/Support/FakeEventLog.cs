using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Tests.Support;

/// <summary>An event log in a list: a test says what happened.</summary>
internal sealed class FakeEventLog : IEventLog
{
    private readonly Lock _gate = new();
    private readonly List<LoggedEvent> _events = [];
    private Action<CommittedEvents>? _follower;

    public long LastSequence
    {
        get
        {
            lock (_gate) return _events.Count;
        }
    }

    /// <summary>As if retention had reached what is before.</summary>
    public long FirstSequence { get; set; } = 1;

    public void Publish(MessageHead head, MessageEvent entry, int errorCode)
    {
        LoggedEvent logged;
        lock (_gate) _events.Add(logged = new(_events.Count + 1, head, entry, errorCode));
        _follower?.Invoke(new(logged.Sequence, logged.Sequence, [logged]));
    }

    public ValueTask<EventPage> ReadAsync(EventQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            List<LoggedEvent> page = [.. _events.Where(each => each.Sequence > query.After && query.Filter.Passes(each)).Take(query.Limit)];
            return new(new EventPage(page, page.Count == query.Limit ? page[^1].Sequence : _events.Count));
        }
    }

    public void Follow(Action<CommittedEvents>? follower) => _follower = follower;

    public ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken) => new((long?)null);
}
