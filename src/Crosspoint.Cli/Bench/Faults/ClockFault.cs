namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A wall clock that jumps, as one does that is set by hand or by a bad time server.</summary>
internal sealed class ClockFault : ShimFault
{
    private static readonly TimeSpan[] Offsets = [TimeSpan.FromHours(1), TimeSpan.Zero, TimeSpan.FromHours(-1)];

    public override string Name => "clock";

    public override string Description => "the wall clock jumps an hour ahead, back, an hour behind; a crash there; and back";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        TimeSpan step = rig.FaultTime / (Offsets.Length + 1);
        foreach (TimeSpan offset in Offsets)
        {
            Shim.ClockOffset = offset;
            rig.Lifted();
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
        }

        // All that is on record is of the future now.
        await rig.CrashAsync(cancellationToken).ConfigureAwait(false);
        await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
        Shim.ClockOffset = TimeSpan.Zero;
        rig.Lifted();
        if (Shim.ClockReads == 0) throw new FaultFailedException("the gateway never read a clock that was off");
    }
}
