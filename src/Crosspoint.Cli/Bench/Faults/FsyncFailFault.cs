namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A disk that cannot write: one fsync says so, and is never tried again.</summary>
internal sealed class FsyncFailFault : ShimFault
{
    // docs/operations.md: the journal broke.
    private const int ExitCode = 70;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    public override string Name => "fsync-fail";

    public override string Description => "an fsync fails once with EIO: the gateway refuses all, ends with 70, and recovers at its next start";

    public override bool EndsGateway => true;

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)(rig.FaultTime / Round));
        for (int round = 1; round <= rounds; round++)
        {
            await rig.PassAsync(rig.FaultTime / rounds * rig.Random.NextDouble(), cancellationToken).ConfigureAwait(false);

            // Under load, and with the journal's files written to: of the directory that a new one is in, SQLite does not mind a failed fsync.
            string slices = Path.Combine(rig.Config.Data, "journal", "slices");
            await rig.WaitAsync(
                () => Directory.Exists(slices) && Directory.GetFiles(slices, "*-wal").Any(static file => new FileInfo(file).Length > 0),
                "the journal's files are written to", cancellationToken).ConfigureAwait(false);
            long synced = Shim.Syncs + 3;
            await rig.WaitAsync(() => Shim.Syncs >= synced, "the journal syncs", cancellationToken).ConfigureAwait(false);
            int before = rig.Client.Acknowledged.Count();
            await rig.WaitAsync(() => rig.Client.Acknowledged.Count() > before, "something is accepted", cancellationToken).ConfigureAwait(false);
            rig.MayDouble();
            Shim.FailSyncs = 1;
            int? code = await rig.Gateway.WaitForExitAsync(EndLimit).ConfigureAwait(false);
            if (Shim.FailedSyncs != round) throw new FaultFailedException($"{Shim.FailedSyncs} calls of fsync failed, and it was to be {round}");
            await rig.Gateway.DisposeAsync().ConfigureAwait(false);
            rig.Lifted();
            await rig.StartGatewayAsync(cancellationToken).ConfigureAwait(false);
            if (code != ExitCode)
                throw new FaultFailedException($"after a failed fsync the gateway {(code is null ? "went on" : $"ended with {code}")}, and not with {ExitCode}");
        }

        rig.Notes.Add($"{rounds} failed fsync, each ended with {ExitCode}");
    }
}
