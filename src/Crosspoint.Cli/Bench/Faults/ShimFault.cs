namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A fault for which the gateway runs with the <see cref="FaultShim"/>.</summary>
internal abstract class ShimFault : Fault
{
    private FaultShim? _shim;

    protected FaultShim Shim => _shim!;

    public override async Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        (_shim, string? whyNot) = await FaultShim.LoadAsync(rig, cancellationToken).ConfigureAwait(false);
        return whyNot;
    }

    public override ValueTask DisposeAsync()
    {
        _shim?.Dispose();
        return base.DisposeAsync();
    }
}
