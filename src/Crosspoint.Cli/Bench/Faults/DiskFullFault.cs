namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A disk that fills up and is freed.</summary>
internal sealed class DiskFullFault : Fault
{
    // What the journal needs for a message at most, with its log.
    private const double KilobytesAMessage = 8;
    private const int LeastMegabytes = 48;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);
    private SmallDisk? _disk;

    public override string Name => "disk-full";

    public override string Description => "the disk of the journal fills up and is freed; 503 and ESME_RMSGQFUL meanwhile";

    public override async Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int megabytes = LeastMegabytes + (int)(rig.Settings.Rate * rig.Settings.Seconds.TotalSeconds * 2 * KilobytesAMessage / 1024);
        (_disk, string? whyNot) = await SmallDisk.MountAsync(megabytes, rig.Time, cancellationToken).ConfigureAwait(false);
        if (_disk is not null) rig.Config = rig.Config with { Data = Path.Combine(_disk.Path, "data") };
        return whyNot;
    }

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)(rig.FaultTime / Round));
        for (int round = 0; round < rounds; round++)
        {
            int http = Refused(rig, "503"), smpp = Refused(rig, "ESME_RMSGQFUL");
            _disk!.Fill();
            try
            {
                await rig.WaitAsync(
                    () => Refused(rig, "503") > http && Refused(rig, "ESME_RMSGQFUL") > smpp, "503 over HTTP and ESME_RMSGQFUL over SMPP",
                    cancellationToken).ConfigureAwait(false);
                if (rig.Gateway.HasExited) throw new FaultFailedException("a full disk is no reason to end, and the gateway did");
                await rig.PassAsync(rig.FaultTime / rounds / 2, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _disk.Free();
            }

            rig.Lifted();
            await rig.PassAsync(rig.FaultTime / rounds / 2, cancellationToken).ConfigureAwait(false);
        }

        rig.Notes.Add($"full {rounds} times");
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disk is not null) await _disk.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private static int Refused(FaultRig rig, string answer) => rig.Client.Refusals.GetValueOrDefault(answer);
}
