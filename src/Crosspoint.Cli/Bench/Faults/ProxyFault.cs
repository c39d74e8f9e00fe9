using System.Globalization;
using System.Net;
using Crosspoint.Simulator.Proxies;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>Lines that delay, drip, break and go silent, to the carrier and to the webhook receiver.</summary>
internal sealed class ProxyFault : Fault
{
    private const int Steps = 6;

    // About the first PDU of a session, or the second: in the middle of one nearly always.
    private const int CutLeast = 70;
    private const int CutMost = 400;
    private const int DripToCarrier = 6_000;
    private const int DripToReceiver = 60_000;
    private static readonly TimeSpan EnquireLink = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(60);

    // A connection binds at most 20 times a minute; a round of all steps takes up to 16 of these.
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(75);

    private TcpFaultProxy? _carrier;
    private TcpFaultProxy? _hooks;

    public override string Name => "proxy";

    public override string Description => "lines to carrier and receiver delay, drip, are cut inside a PDU, reset, and held half-open";

    public override Task ConnectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        _carrier = TcpFaultProxy.Start(new IPEndPoint(IPAddress.Loopback, 0), rig.Config.Carrier, rig.Time);
        _hooks = TcpFaultProxy.Start(new IPEndPoint(IPAddress.Loopback, 0), rig.Config.Hooks, rig.Time);
        rig.Config = rig.Config with { Carrier = _carrier.EndPoint, Hooks = _hooks.EndPoint, EnquireLink = EnquireLink };
        return Task.CompletedTask;
    }

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)(rig.FaultTime / Round));
        TimeSpan step = rig.FaultTime / rounds / Steps;
        for (int round = 0; round < rounds; round++)
        {
            Behave(ProxyBehaviour.Clean with { Delay = Delay }, ProxyBehaviour.Clean with { Delay = Delay });
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
            Behave(ProxyBehaviour.Clean with { BytesPerSecond = DripToCarrier }, ProxyBehaviour.Clean with { BytesPerSecond = DripToReceiver });
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
            await CutAsync(rig, byReset: false, cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
            await CutAsync(rig, byReset: true, cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
            await HoldAsync(rig, round % 2 == 0 ? ProxyDirections.ToClient : ProxyDirections.Both, cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(step, cancellationToken).ConfigureAwait(false);
        }

        rig.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_carrier!.Cut} connections to the carrier and {_hooks!.Cut} to the receiver cut"));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_carrier is not null) await _carrier.DisposeAsync().ConfigureAwait(false);
        if (_hooks is not null) await _hooks.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Both sessions are cut, each after some bytes.</summary>
    private async Task CutAsync(FaultRig rig, bool byReset, CancellationToken cancellationToken)
    {
        long before = _carrier!.Cut;
        ProxyBehaviour cut = ProxyBehaviour.Clean with { CutAfter = rig.Random.Next(CutLeast, CutMost), CutByReset = byReset };
        Behave(cut, cut);
        try
        {
            await rig.WaitAsync(() => _carrier.Cut - before >= FaultConfig.Sessions, "the sessions are cut", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Behave(ProxyBehaviour.Clean, ProxyBehaviour.Clean);
            rig.MayDouble((int)(_carrier.Cut - before));
            rig.Lifted();
        }

        await rig.WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task HoldAsync(FaultRig rig, ProxyDirections directions, CancellationToken cancellationToken)
    {
        rig.MayDouble();
        ProxyBehaviour held = ProxyBehaviour.Clean with { Held = directions };
        Behave(held, held);
        try
        {
            await DeadLink.WaitUntilFoundAsync(rig, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Behave(ProxyBehaviour.Clean, ProxyBehaviour.Clean);
            rig.Lifted();
        }

        await rig.WaitForBindsAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Behave(ProxyBehaviour carrier, ProxyBehaviour hooks) => (_carrier!.Behaviour, _hooks!.Behaviour) = (carrier, hooks);
}
