namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A carrier that drops its binds again and again.</summary>
internal sealed class CarrierDropsFault : Fault
{
    // A connection binds at most 20 times a minute: quick at first, then as fast as two sessions may come back.
    private const int QuickDrops = 4;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    public override string Name => "carrier-drops";

    public override string Description => "the carrier drops every bind, again and again";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        long started = rig.Time.GetTimestamp();
        int drops = 0;
        while (drops < QuickDrops || rig.Time.GetElapsedTime(started) < rig.FaultTime - Slow)
        {
            TimeSpan wait = drops < QuickDrops ? rig.FaultTime / QuickDrops : Slow;
            await rig.PassAsync(wait < Slow ? wait : Slow, cancellationToken).ConfigureAwait(false);
            rig.MayDouble(rig.Carrier.DisconnectAll());
            rig.Lifted();
            drops++;
        }

        rig.Notes.Add($"{drops} drops");
    }
}
