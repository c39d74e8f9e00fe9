namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A carrier that goes away and comes back.</summary>
internal sealed class CarrierStopFault : Fault
{
    public override string Name => "carrier-stop";

    public override string Description => "the carrier closes its port and every connection, and comes back";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        rig.MayDouble();
        rig.Carrier.StopListening();
        rig.Carrier.DisconnectAll();
        await rig.PassAsync(rig.FaultTime, cancellationToken).ConfigureAwait(false);
        rig.Carrier.StartListening();
        rig.Lifted();
        await rig.WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
    }
}
