using Crosspoint.Cli.Bench.Accounting;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// One kind of trouble. Each run has a gateway, a carrier and a receiver of its own; the calls below come in their order.
/// </summary>
internal abstract class Fault : IAsyncDisposable
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What happens, in a line.</summary>
    public abstract string Description { get; }

    /// <summary>Whether the gateway ends in the course of it, other than by a kill: what it takes no more is then refused with ESME_RSYSERR.</summary>
    public virtual bool EndsGateway => false;

    /// <summary>Before anything is started. A reason to leave the fault out on this machine; null to go on.</summary>
    public virtual Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>When carrier and receiver run, and the gateway does not yet.</summary>
    public virtual Task ConnectAsync(FaultRig rig, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does it, under load, in about <see cref="FaultRig.FaultTime"/>; afterwards all is mended.</summary>
    /// <exception cref="FaultFailedException">Something did not happen that must.</exception>
    public abstract Task InjectAsync(FaultRig rig, CancellationToken cancellationToken);

    /// <summary>Terms of the account; more than what <see cref="FaultRig.MayDouble"/> has allowed.</summary>
    public virtual AccountTerms Terms(AccountTerms usual) => usual;

    /// <summary>After everything has come to its end, while the gateway still runs.</summary>
    /// <param name="record">What the gateway has on record; may be added to.</param>
    /// <exception cref="FaultFailedException">Something is not as it must be.</exception>
    public virtual Task CheckAsync(FaultRig rig, GatewayRecord record, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes away what the fault has set up outside the rig's folder, whatever happened before.</summary>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
