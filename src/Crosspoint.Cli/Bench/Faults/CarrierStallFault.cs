namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A carrier that takes everything and says nothing.</summary>
internal sealed class CarrierStallFault : Fault
{
    private static readonly TimeSpan EnquireLink = TimeSpan.FromSeconds(1);

    public override string Name => "carrier-stall";

    public override string Description => "the carrier takes connections and bytes, and answers nothing";

    public override Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        rig.Config = rig.Config with { EnquireLink = EnquireLink };
        return Task.FromResult<string?>(null);
    }

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        rig.MayDouble();
        rig.Carrier.Behaviour = rig.Carrier.Behaviour with { Stall = true };
        try
        {
            await DeadLink.WaitUntilFoundAsync(rig, cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(rig.FaultTime / 2, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            rig.Carrier.Behaviour = rig.Carrier.Behaviour with { Stall = false };
            rig.Lifted();
        }

        await rig.WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
    }
}
