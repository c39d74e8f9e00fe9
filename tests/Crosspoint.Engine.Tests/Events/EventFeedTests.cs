using Crosspoint.Engine.Events;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Tests.Events;

public sealed class EventFeedTests
{
    private const string Mine = "AC00000000000000000000000000000001";
    private const string Other = "AC00000000000000000000000000000002";

    // More than the feed keeps.
    private const int Many = 10_000;

    private readonly MemoryLog _log = new();

    [Fact]
    public async Task ReaderAtTheEnd_IsWokenByItsOwnAccountAlone_AndMovesOverTheRest()
    {
        var feed = new EventFeed(_log);
        using EventReader mine = feed.Open(new() { AccountSid = Mine }, 0);
        using EventReader all = feed.Open(EventFilter.All, 0);
        Task waiting = mine.WaitAsync();
        Task first = all.WaitAsync();
        _log.Commit(Other, 3);
        await first;
        (await all.ReadAsync(CancellationToken.None)).Count.ShouldBe(3);
        Task more = all.WaitAsync();
        _log.Commit(Other, 2);
        await more;
        waiting.IsCompleted.ShouldBeFalse();
        mine.Position.ShouldBe(5);

        _log.Commit(Mine, 1);
        await waiting;
        (await mine.ReadAsync(CancellationToken.None)).ShouldHaveSingleItem().Sequence.ShouldBe(6);
        _log.Reads.ShouldBe(0, "all of it was in memory");
    }

    [Fact]
    public async Task ReaderFarBehind_ReadsTheLogAndThenMemory_WithoutGapOrRepetition()
    {
        var feed = new EventFeed(_log);
        using EventReader reader = feed.Open(EventFilter.All, 0);
        for (int i = 0; i < Many / 100; i++) _log.Commit(i % 2 == 0 ? Mine : Other, 100);

        // Once the last one has come to memory, the first ones are no longer there.
        using EventReader last = feed.Open(EventFilter.All, Many - 1);
        while (last.Position < Many)
        {
            await last.WaitAsync();
            await last.ReadAsync(CancellationToken.None);
        }

        int before = _log.Reads;
        for (long next = 1; next <= Many;)
        {
            await reader.WaitAsync();
            foreach (LoggedEvent entry in await reader.ReadAsync(CancellationToken.None)) entry.Sequence.ShouldBe(next++);
        }

        reader.Position.ShouldBe(Many);
        _log.Reads.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Readers_ThatComeAndGo_MissNothing()
    {
        var feed = new EventFeed(_log);
        long position = 0;
        for (int i = 1; i <= 200; i++)
        {
            Task committing = Task.Run(() => _log.Commit(Mine, 5));
            using (EventReader reader = feed.Open(EventFilter.All, position))
            {
                while (position < i * 3)
                {
                    await reader.WaitAsync();
                    foreach (LoggedEvent entry in await reader.ReadAsync(CancellationToken.None)) entry.Sequence.ShouldBe(++position);
                }
            }

            await committing;
        }

        feed.ReaderCount.ShouldBe(0);
    }

    [Fact]
    public void Reader_ThatRetentionHasPassed_IsTooOld()
    {
        var feed = new EventFeed(_log);
        _log.Commit(Mine, 10);
        _log.FirstSequence = 5;
        using EventReader old = feed.Open(EventFilter.All, 3);
        old.IsTooOld.ShouldBeTrue();
        using EventReader oldest = feed.Open(EventFilter.All, 4);
        oldest.IsTooOld.ShouldBeFalse();
        using EventReader beginning = feed.Open(EventFilter.All, 0);
        (beginning.IsTooOld, beginning.Position).ShouldBe((false, 4));
    }

    /// <summary>A log in memory; commits may come from any thread, one at a time.</summary>
    private sealed class MemoryLog : IEventLog
    {
        private readonly Lock _gate = new();
        private readonly List<LoggedEvent> _events = [];
        private volatile Action<CommittedEvents>? _follower;

        public int Reads { get; private set; }

        public long LastSequence
        {
            get
            {
                lock (_gate) return _events.Count;
            }
        }

        public long FirstSequence { get; set; } = 1;

        public void Commit(string account, int count)
        {
            var head = new MessageHead { Id = default, AccountSid = account, From = "a", To = "b", Body = "" };
            var events = new LoggedEvent[count];
            lock (_gate)
            {
                for (int i = 0; i < count; i++)
                {
                    events[i] = new(_events.Count + 1, head, new(1, 0, EventKind.Accepted, MessageState.Queued), 0);
                    _events.Add(events[i]);
                }
            }

            _follower?.Invoke(new(events[0].Sequence, events[^1].Sequence, events));
        }

        public ValueTask<EventPage> ReadAsync(EventQuery query, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                Reads++;
                List<LoggedEvent> page = [];
                long position = query.After;
                while (position < _events.Count && page.Count < query.Limit)
                {
                    LoggedEvent entry = _events[(int)position++];
                    if (query.Filter.Passes(entry)) page.Add(entry);
                }

                return new(new EventPage(page, position));
            }
        }

        public void Follow(Action<CommittedEvents>? follower) => _follower = follower;

        public ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken) => new((long?)null);
    }
}
