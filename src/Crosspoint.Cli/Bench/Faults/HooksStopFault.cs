namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A webhook receiver in trouble.</summary>
internal sealed class HooksStopFault : Fault
{
    private const int Steps = 3;

    public override string Name => "hooks-stop";

    public override string Description => "the webhook receiver closes its port, then answers 500, then hangs, and returns";

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        await rig.StopReceiverAsync().ConfigureAwait(false);
        await rig.PassAsync(rig.FaultTime / Steps, cancellationToken).ConfigureAwait(false);
        rig.StartReceiver();
        rig.Receiver.Answers = HookAnswer.Error;
        await rig.PassAsync(rig.FaultTime / Steps, cancellationToken).ConfigureAwait(false);
        rig.Receiver.Answers = HookAnswer.None;
        await rig.PassAsync(rig.FaultTime / Steps, cancellationToken).ConfigureAwait(false);
        rig.Receiver.Answers = HookAnswer.Success;
        rig.Lifted();
    }
}
