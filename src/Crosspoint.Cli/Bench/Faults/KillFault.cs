namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A process that ends in the middle of everything.</summary>
internal sealed class KillFault : Fault
{
    private const int LeastKills = 2;
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    public override string Name => "kill";

    public override string Description => "the gateway is killed (SIGKILL) at random moments and started again";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        long started = rig.Time.GetTimestamp();
        int kills = 0;
        TimeSpan most = TimeSpan.FromTicks(Math.Min(Most.Ticks, (rig.FaultTime / LeastKills).Ticks));
        while (kills < LeastKills || rig.Time.GetElapsedTime(started) < rig.FaultTime)
        {
            await rig.PassAsync(most * (0.1 + (0.9 * rig.Random.NextDouble())), cancellationToken).ConfigureAwait(false);
            await rig.CrashAsync(cancellationToken).ConfigureAwait(false);
            kills++;
        }

        rig.Notes.Add($"{kills} kills");
    }
}
