using Crosspoint.Cli.Bench.Accounting;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A carrier that throttles, refuses for the moment and for good, and reports failures.</summary>
internal sealed class CarrierErrorsFault : Fault
{
    public override string Name => "carrier-errors";

    public override string Description => "the carrier throttles, refuses for the moment and for good, and reports failures, twice";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        CarrierBehaviour before = rig.Carrier.Behaviour;
        rig.Carrier.Behaviour = before with
        {
            Errors =
            [
                new(CommandStatus.Throttled, 0.05),
                new(CommandStatus.MessageQueueFull, 0.03),
                new(CommandStatus.SystemError, 0.03),
                new(CommandStatus.InvalidDestinationAddress, 0.03),
            ],
            Receipts = before.Receipts with { States = [new("DELIVRD", "000", 0.9), new("UNDELIV", "001", 0.1)], Duplicate = 0.05 },
        };
        await rig.PassAsync(rig.FaultTime, cancellationToken).ConfigureAwait(false);
        rig.Carrier.Behaviour = before;
        rig.Lifted();
    }

    public override AccountTerms Terms(AccountTerms usual) => usual with { MayFail = true };
}
