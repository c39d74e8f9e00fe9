namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A link to the carrier that goes down without a word.</summary>
internal sealed class NetworkFault : Fault
{
    private static readonly TimeSpan EnquireLink = TimeSpan.FromSeconds(1);

    // Two sessions bind at most 20 times a minute; a round takes up to eight of these.
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(40);
    private Namespaces? _namespaces;

    public override string Name => "network";

    public override string Description => "gateway and carrier in different network namespaces, the link between them down and up";

    public override async Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        (_namespaces, string? whyNot) = await Namespaces.CreateAsync(rig.Time, cancellationToken).ConfigureAwait(false);
        if (_namespaces is null) return whyNot;
        rig.ToolsAddress = _namespaces.ToolsAddress;
        rig.CarrierAddress = _namespaces.CarrierAddress;
        rig.Launch = rig.Launch with { Through = _namespaces.Through };
        rig.Config = rig.Config with
        {
            Http = new(_namespaces.GatewayAddress, 0),
            Smpp = new(_namespaces.GatewayAddress, 0),
            EnquireLink = EnquireLink,
        };
        return null;
    }

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)(rig.FaultTime / Round));
        for (int round = 0; round < rounds; round++)
        {
            rig.MayDouble();
            await _namespaces!.SetCarrierLinkAsync(isUp: false, cancellationToken).ConfigureAwait(false);
            try
            {
                await DeadLink.WaitUntilFoundAsync(rig, cancellationToken).ConfigureAwait(false);
                await rig.PassAsync(rig.FaultTime / rounds / 2, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await _namespaces.SetCarrierLinkAsync(isUp: true, CancellationToken.None).ConfigureAwait(false);
                rig.Lifted();
            }

            await rig.WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(rig.FaultTime / rounds / 4, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_namespaces is not null) await _namespaces.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
