using Crosspoint.Cli.Bench.Accounting;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A disk that cannot write: one fsync says so, and is never tried again.</summary>
internal sealed class FsyncFailFault : ShimFault
{
    // docs/operations.md: the journal broke.
    private const int ExitCode = 70;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);
    private int _failed;

    public override string Name => "fsync-fail";

    public override string Description => "an fsync fails once with EIO: the gateway refuses all, ends with 70, and recovers at its next start";

    public override bool EndsGateway => true;

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)(rig.FaultTime / Round));
        for (int round = 1; round <= rounds; round++)
        {
            await rig.PassAsync(rig.FaultTime / rounds * rig.Random.NextDouble(), cancellationToken).ConfigureAwait(false);

            // Under load, with the file there: one that fails while a file is made is not told apart from a failed request.
            int before = rig.Client.Acknowledged.Count();
            await rig.WaitAsync(() => rig.Client.Acknowledged.Count() > before, "something is accepted", cancellationToken).ConfigureAwait(false);
            rig.MayDouble();
            Shim.FailSyncs = 1;
            int? code = await rig.Gateway.WaitForExitAsync(EndLimit).ConfigureAwait(false);
            if (Shim.FailedSyncs != round) throw new FaultFailedException($"{Shim.FailedSyncs} calls of fsync failed, and it was to be {round}");
            await rig.Gateway.DisposeAsync().ConfigureAwait(false);
            _failed++;
            rig.Lifted();
            await rig.StartGatewayAsync(cancellationToken).ConfigureAwait(false);
            if (code != ExitCode)
                throw new FaultFailedException($"after a failed fsync the gateway {(code is null ? "went on" : $"ended with {code}")}, and not with {ExitCode}");
        }

        rig.Notes.Add($"{rounds} failed fsync, each ended with {ExitCode}");
    }

    // What was being written is refused, and the log may hold it: the next start finds it there and takes it up.
    public override AccountTerms Terms(AccountTerms usual) => usual with { RefusedAndKept = _failed * FaultRig.MostInFlight };
}
