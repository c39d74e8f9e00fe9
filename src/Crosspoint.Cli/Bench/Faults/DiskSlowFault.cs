using System.Globalization;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A disk that takes its time.</summary>
internal sealed class DiskSlowFault : ShimFault
{
    private static readonly int[] Milliseconds = [50, 100, 200];

    public override string Name => "disk-slow";

    public override string Description => "every fsync takes 50, 100, 200 ms longer";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        long first = Shim.Syncs;
        foreach (int delay in Milliseconds)
        {
            long before = Shim.Syncs;
            Shim.SyncDelay = TimeSpan.FromMilliseconds(delay);
            await rig.PassAsync(rig.FaultTime / Milliseconds.Length, cancellationToken).ConfigureAwait(false);
            rig.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{delay} ms: {Shim.Syncs - before} fsyncs"));
        }

        Shim.SyncDelay = TimeSpan.Zero;
        if (Shim.Syncs == first) throw new FaultFailedException("the gateway did not call fsync under load");
        rig.Lifted();
    }
}
