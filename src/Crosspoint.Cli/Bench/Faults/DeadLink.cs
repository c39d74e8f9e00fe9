using System.Globalization;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>How soon the gateway finds that nothing comes over a link any more.</summary>
internal static class DeadLink
{
    // Two cores that load, carrier and other work share: what is due may be late.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the gateway holds no session for bound any more, as it must after enquire_link and its time-out.</summary>
    /// <exception cref="FaultFailedException">It took longer.</exception>
    public static async Task WaitUntilFoundAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        TimeSpan most = (rig.Config.EnquireLink * 2) + Slack;
        long started = rig.Time.GetTimestamp();
        while (await rig.BoundSessionsAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            if (rig.Time.GetElapsedTime(started) > most)
                throw new FaultFailedException($"the gateway holds a dead link for bound after {most.TotalSeconds} s");
            await Task.Delay(Poll, rig.Time, cancellationToken).ConfigureAwait(false);
        }

        rig.Notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"dead link found after {rig.Time.GetElapsedTime(started).TotalSeconds:0.0} s (enquire_link and its time-out: {rig.Config.EnquireLink.TotalSeconds * 2:0.#} s)"));
    }
}
