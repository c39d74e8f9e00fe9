using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// How much room a row is given for what changes. A change that keeps the row's size is written in place; one that
/// grows it among its neighbours splits pages.
/// So a new row is given at once what an ordinary life needs (bench/results/journal-life.md).
/// </summary>
internal static class RowRoom
{
    // Version, state, times and counts; four events; one attempt with its decision; one webhook.
    private const int OrdinaryLife = 130;

    // Per segment: its fields and a vendor id of ordinary length.
    private const int OrdinarySegment = 26;

    private const int Step = 64;

    public static int Estimate(Message message) => message.Head.IsInbound
        ? 80
        : OrdinaryLife + OrdinarySegment * Math.Max(message.Segments.Count, message.Head.SegmentCount);

    /// <summary>More than asked, so that the next change may fit.</summary>
    public static int Grow(int needed) => (needed + Step - 1) / Step * Step;
}
