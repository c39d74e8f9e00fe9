namespace Crosspoint.Engine.Accounts;

/// <summary>How many native events one POST to a receiver may hold, and how long the first of them may wait for others.</summary>
/// <param name="Events">1 to 100.</param>
/// <param name="Wait">0 to 1 s; zero sends what is there at once.</param>
public sealed record WebhookBatch(int Events, TimeSpan Wait)
{
    /// <summary>A body of 100 status events is about 50 KB, which every web framework takes as it comes.</summary>
    public const int MostEvents = 100;

    /// <summary>Beyond it a status would be felt to be late.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Long enough to gather at 1,000 events a second, and not felt by anybody.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMilliseconds(20);
}
