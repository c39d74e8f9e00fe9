using System.Globalization;
using System.Net;
using Crosspoint.Cli.Bench.Accounting;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// Backup and retention under load. The clock is put ahead so that the files of the first messages are past their retention; then a backup is
/// made, and at the end a gateway works on the copy.
/// </summary>
internal sealed class BackupFault : ShimFault
{
    // More than the ten minutes after which a message that lacks a part of its sender's is closed: an open one keeps its file.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DeletionLimit = TimeSpan.FromSeconds(15);
    private readonly HashSet<string> _inBackup = [];
    private GatewayRecord? _beforeDeletion;

    public override string Name => "backup";

    public override string Description => "a file past its retention is deleted, and an online backup made, under load; the copy has all that was accepted before";

    public override bool EndsGateway => true;

    public override async Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        rig.Config = rig.Config with { Journal = string.Create(CultureInfo.InvariantCulture, $"slice: 1m, retention: {Retention(rig).TotalMinutes}m, reserve: 4MiB") };
        return await base.PrepareAsync(rig, cancellationToken).ConfigureAwait(false);
    }

    public override async Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        await rig.PassAsync(rig.FaultTime / 3, cancellationToken).ConfigureAwait(false);

        // The gateway looks for files past their retention right after its start, then once a minute: not between the jump and the record.
        // Its end in order has brought the files up to date.
        await RestartAsync(rig, cancellationToken).ConfigureAwait(false);
        string oldest = Slices(rig.Config.Data)[0];
        await rig.PassAsync(SweepPeriod * 3, cancellationToken).ConfigureAwait(false);

        // Everything of the old files has to end before one may go. What is accepted from here on is in new ones.
        var old = rig.Client.Acknowledged.Select(message => message.MessageId!).ToHashSet();
        Shim.ClockOffset = Retention(rig) + Ahead;
        await rig.WaitAsync(() => AllTold(rig, old), "the messages of the old files are told", cancellationToken).ConfigureAwait(false);
        await rig.PassAsync(SweepPeriod * 2, cancellationToken).ConfigureAwait(false);
        _beforeDeletion = await rig.ReadRecordAsync(cancellationToken).ConfigureAwait(false);

        await RestartAsync(rig, cancellationToken).ConfigureAwait(false);
        await rig.WaitAsync(() => !File.Exists(oldest), $"{Path.GetFileName(oldest)} is deleted", cancellationToken, DeletionLimit).ConfigureAwait(false);
        await rig.PassAsync(rig.FaultTime / 3, cancellationToken).ConfigureAwait(false);
        await BackUpAsync(rig, cancellationToken).ConfigureAwait(false);
        await rig.PassAsync(rig.FaultTime / 3, cancellationToken).ConfigureAwait(false);
    }

    public override async Task CheckAsync(FaultRig rig, GatewayRecord record, CancellationToken cancellationToken)
    {
        if (_beforeDeletion is not null) record.AddMissing(_beforeDeletion);
        if (_inBackup.Count == 0) return;
        string folder = Path.Combine(rig.Folder, "restored");
        Directory.CreateDirectory(folder);
        string config = Path.Combine(folder, "crosspoint.yaml");

        // No carrier and no receiver: what the copy holds unfinished is not to be done a second time.
        FaultConfig restored = rig.Config with
        {
            Data = Path.Combine(folder, "data"),
            Journal = "slice: 1m",
            Http = new(IPAddress.Loopback, Ports.Free()),
            Smpp = new(IPAddress.Loopback, Ports.Free()),
            Carrier = new(IPAddress.Loopback, Ports.Free()),
        };
        await File.WriteAllTextAsync(config, restored.ToYaml(), cancellationToken).ConfigureAwait(false);
        await CrosspointAsync(rig, ["restore", "--config", config, Copy(rig)], cancellationToken).ConfigureAwait(false);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(config, rig.Launch, rig.Time, cancellationToken).ConfigureAwait(false);
        GatewayRecord copy = await GatewayRecord.ReadAsync(restored.Http, FaultConfig.AccountSid, FaultConfig.Token, cancellationToken).ConfigureAwait(false);
        var found = copy.Messages.Values.Select(message => message.Id).ToHashSet();
        string[] missing = [.. _inBackup.Where(id => !found.Contains(id)).Take(10)];
        if (missing.Length > 0) throw new FaultFailedException($"accepted before the backup, and not in it: {string.Join(", ", missing)}");
        rig.Notes.Add($"the copy has all {_inBackup.Count} that were accepted before it and not deleted");
    }

    // Past the end of the run for what is accepted after the jump.
    private static TimeSpan Retention(FaultRig rig) =>
        TimeSpan.FromMinutes(Math.Ceiling(((rig.Settings.Seconds * 2) + rig.Settings.Limit).TotalMinutes) + 1);

    private static string Copy(FaultRig rig) => Path.Combine(rig.Folder, "copy");

    private static string[] Slices(string data)
    {
        string[] files = Directory.GetFiles(Path.Combine(data, "journal", "slices"), "*.db");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static bool AllTold(FaultRig rig, HashSet<string> ids) => rig.Client.Acknowledged.Where(message => ids.Contains(message.MessageId!)).All(
        message => message.Callback == Callback.Webhook ? rig.Hooks.HasFinal(message.Number) : message.PartIds.All(rig.HasReceipt));

    /// <summary>In order: nothing is left unknown.</summary>
    private static async Task RestartAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        int? code = await rig.Gateway.StopAsync().ConfigureAwait(false);
        rig.Lifted();
        if (code != 0) throw new FaultFailedException($"the gateway was to drain and end with 0, and it was {code}");
        await rig.Gateway.DisposeAsync().ConfigureAwait(false);
        await rig.StartGatewayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task BackUpAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        foreach (Submission message in rig.Client.Acknowledged)
        {
            if (!_beforeDeletion!.Messages.ContainsKey(message.Number)) _inBackup.Add(message.MessageId!);
        }

        await CrosspointAsync(rig, ["backup", "--config", rig.ConfigFile, Copy(rig)], cancellationToken).ConfigureAwait(false);
    }

    private static async Task CrosspointAsync(FaultRig rig, string[] arguments, CancellationToken cancellationToken)
    {
        (int code, string text) = await Tool.RunAsync(rig.Time, Environment.ProcessPath!, arguments, cancellationToken).ConfigureAwait(false);
        if (code != 0) throw new FaultFailedException($"crosspoint {arguments[0]} ended with {code}: {text}");
    }
}
