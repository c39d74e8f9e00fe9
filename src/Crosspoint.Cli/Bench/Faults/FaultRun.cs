using Crosspoint.Cli.Bench.Accounting;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>One fault from start to account. Bounded in time, whatever happens, and it always cleans up.</summary>
internal static class FaultRun
{
    // Answers that mean "later" or "not now": the only refusals that a fault may cause. 429 and ESME_RTHROTTLED are overload.
    private static readonly HashSet<string> Allowed = ["429", "503", "ESME_RMSGQFUL", "ESME_RTHROTTLED", "store_unavailable", "overloaded"];

    public static async Task<FaultResult> RunAsync(
        Fault fault, FaultSettings settings, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        var reasons = new List<string>();
        FaultVerdict verdict = FaultVerdict.Pass;
        Account? account = null;
        var rig = new FaultRig(settings, loggers, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = time.CreateTimer(
            _ => limit.Cancel(), null, (settings.Seconds * 2) + (settings.Limit * 3) + TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        try
        {
            if (await fault.PrepareAsync(rig, limit.Token).ConfigureAwait(false) is { } reason)
            {
                verdict = FaultVerdict.Skipped;
                reasons.Add(reason);
            }
            else
            {
                account = await PlayAsync(fault, rig, reasons, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reasons.Add("the whole run took too long");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, it is of this fault; the others have their turn.
            reasons.Add(e is FaultFailedException ? e.Message : e.ToString());
        }
        finally
        {
            if (verdict != FaultVerdict.Skipped && (reasons.Count > 0 || account is not { IsClosed: true }))
            {
                verdict = FaultVerdict.Fail;
                reasons.AddRange(rig.LogTail());
            }

            foreach (IAsyncDisposable resource in new IAsyncDisposable[] { rig, fault })
            {
                try
                {
                    await resource.DisposeAsync().ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    verdict = FaultVerdict.Fail;
                    reasons.Add($"not cleaned up: {e.Message}");
                }
            }
        }

        return new(fault.Name, verdict, account, account is null ? null : rig.Recovery(), time.GetElapsedTime(started), rig.Client.Refusals,
            rig.Hooks.Repeated, reasons, rig.Notes);
    }

    private static async Task<Account> PlayAsync(Fault fault, FaultRig rig, List<string> reasons, CancellationToken cancellationToken)
    {
        await rig.StartToolsAsync(cancellationToken).ConfigureAwait(false);
        await fault.ConnectAsync(rig, cancellationToken).ConfigureAwait(false);
        await rig.StartAsync(cancellationToken).ConfigureAwait(false);
        await rig.PassAsync(rig.Settings.Seconds * 0.15, cancellationToken).ConfigureAwait(false);
        try
        {
            await fault.InjectAsync(rig, cancellationToken).ConfigureAwait(false);
            await rig.PassAsync(rig.Settings.Seconds * 0.15, cancellationToken).ConfigureAwait(false);
            await rig.WaitForRecoveryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FaultFailedException e)
        {
            // The account is still worth having, if the gateway is there to ask.
            reasons.Add(e.Message);
        }

        await rig.StopLoadAsync().ConfigureAwait(false);
        AccountTerms terms = fault.Terms(new() { SecondCopies = rig.SecondCopiesAllowed });
        GatewayRecord record = await rig.SettleAsync(terms.Stays, cancellationToken).ConfigureAwait(false);
        try
        {
            await fault.CheckAsync(rig, record, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultFailedException e)
        {
            reasons.Add(e.Message);
        }

        reasons.AddRange(await rig.AskAboutHooksAsync(cancellationToken).ConfigureAwait(false));
        int? code = await rig.Gateway.StopAsync().ConfigureAwait(false);
        if (code != 0) reasons.Add($"the gateway was to drain and end with 0, and {(code is null ? "did not end" : $"ended with {code}")}");
        foreach ((string answer, int count) in rig.Client.Refusals)
        {
            if (!Allowed.Contains(answer) && !(fault.EndsGateway && answer == "ESME_RSYSERR")) reasons.Add($"{count} refused with {answer}");
        }

        var logs = new AccountLogs(rig.Client, record, await rig.ReadCarrierAsync().ConfigureAwait(false)) { Hooks = rig.Hooks, HasReceipt = rig.HasReceipt };
        Account account = Account.Close(logs, terms);
        if (account.AcknowledgedOverSmpp == 0 || account.Acknowledged == account.AcknowledgedOverSmpp)
            reasons.Add("nothing was accepted over one of the protocols");
        return account;
    }
}
