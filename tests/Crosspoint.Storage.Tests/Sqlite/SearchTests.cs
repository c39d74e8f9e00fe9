using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class SearchTests : SqliteTest
{
    [Fact]
    public async Task List_WhenItsTimeIsUp_EndsAndSaysWhereToGoOn()
    {
        var time = new HastyTime();
        await using SqliteJournal journal = await OpenAsync(time: time);
        MessageId oldest = default;
        await CommitAsync(journal, transaction => oldest = Sample.Accept(transaction, "+491").Id);
        for (int made = 0; made < 12; made++)
        {
            await CommitAsync(journal, static transaction =>
            {
                for (int i = 0; i < 1_000; i++) Sample.Accept(transaction, "+492");
            });
        }

        // Each look is over after its first piece, and the next goes on behind it.
        time.IsHasty = true;
        var query = new MessageQuery(null, "+491", null, null, null, null, 10);
        int pages = 0;
        MessagePage page;
        do
        {
            page = await journal.ListAsync(query, Token);
            pages++;
            if (page.NextBeforeKey is not null) page.NextBeforeKey.Value.ShouldBeLessThan(query.BeforeKey ?? long.MaxValue);
            query = query with { BeforeKey = page.NextBeforeKey };
        }
        while (page.Messages.Count == 0);
        page.Messages.ShouldHaveSingleItem().Id.ShouldBe(oldest);
        page.NextBeforeKey.ShouldBeNull();
        pages.ShouldBe(3);
    }

    /// <summary>The system's clock; when hasty, a second goes by between two looks at it.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long _looks;

        public bool IsHasty { get; set; }

        public override long TimestampFrequency => System.TimestampFrequency;

        public override long GetTimestamp() => System.GetTimestamp() + (IsHasty ? Interlocked.Increment(ref _looks) * TimestampFrequency : 0);
    }
}
