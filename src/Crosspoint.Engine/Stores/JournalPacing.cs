namespace Crosspoint.Engine.Stores;

/// <summary>How work that nobody waits for keeps out of the way of that which somebody does.</summary>
internal static class JournalPacing
{
    /// <summary>How long such work waits before it looks again.</summary>
    public static readonly TimeSpan DepthWait = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Waits while <see cref="IJournal.BackgroundDepth"/> transitions or more wait: a journal that is flooded refuses new messages.
    /// </summary>
    public static async Task WaitForRoomAsync(this IJournal journal, TimeProvider time, CancellationToken cancellationToken)
    {
        while (journal.QueueDepth >= IJournal.BackgroundDepth) await Task.Delay(DepthWait, time, cancellationToken).ConfigureAwait(false);
    }
}
