using System.Globalization;
using System.Text;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>
/// The test program started as an operator: with the variable set to a file it makes and activates revisions, prints each step once it is
/// acknowledged, and waits to be killed.
/// </summary>
internal static class RevisionChild
{
    public const string Variable = "CROSSPOINT_REVISION_CHILD";

    public static byte[] PayloadOf(ResourceName resource, long number) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{resource} {number}\n", 500)));

    public static async Task RunAsync(string file)
    {
        await using SqliteRevisionStore store = SqliteRevisionStore.Open(file, TimeProvider.System);
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        var resource = new ResourceName("deck", "north-1");
        while (!end.IsCancellationRequested)
        {
            RevisionHead head = await store.HeadAsync(resource, CancellationToken.None);
            IReadOnlyList<Revision> newest = await store.ListAsync(resource, 0, 1, CancellationToken.None);
            long next = newest.Count == 0 ? 1 : newest[0].Number + 1;
            RevisionChange draft = await store.PutDraftAsync(resource, PayloadOf(resource, next), null, new("child"), CancellationToken.None);
            if (!draft.IsDone) Environment.Exit(draft.Outcome == RevisionOutcome.Unknown ? 3 : 4);
            Say("draft", next);
            RevisionChange active = await store.ActivateAsync(resource, next, head.LastActivated, null, new("child"), CancellationToken.None);
            if (!active.IsDone) Environment.Exit(active.Outcome == RevisionOutcome.Unknown ? 3 : 4);
            Say("activate", next);
        }

        static void Say(string action, long number)
        {
            Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{action} {number}\n"));
            Console.Out.Flush();
        }
    }
}
