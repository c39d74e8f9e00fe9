using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Crosspoint.Cli.Bench.Accounting;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// A data directory that a build with schema version 1 left behind when it was killed: messages delivered, sent, in flight and queued. This
/// build opens it and goes on, at the moment at which the other ended.
/// </summary>
internal sealed class UpgradeFault : ShimFault
{
    private const string Journal = "Crosspoint.Cli.Bench.Faults.journal-schema-1.zip";

    // SQLite's file format: user_version is at this offset of the header.
    private const int VersionOffset = 60;
    private static readonly TimeSpan Downtime = TimeSpan.FromMinutes(1);
    private readonly HashSet<int> _elsewhere = [];
    private readonly HashSet<int> _stays = [];

    public override string Name => "upgrade";

    public override string Description => "the data of a killed gateway with schema version 1 is opened by this build and goes on";

    public override async Task<string?> PrepareAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        if (await base.PrepareAsync(rig, cancellationToken).ConfigureAwait(false) is { } whyNot) return whyNot;
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Journal)!;
        using var archive = new ZipArchive(resource);
        await archive.ExtractToDirectoryAsync(rig.Folder, cancellationToken).ConfigureAwait(false);
        if (Version(rig) != 1) throw new FaultFailedException($"the old journal has schema version {Version(rig)}, and not 1");
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(rig.Folder, "manifest.json"), cancellationToken).ConfigureAwait(false));
        DateTimeOffset ended = manifest.RootElement.GetProperty("at").GetDateTimeOffset();
        Shim.ClockOffset = ended + Downtime - rig.Time.GetUtcNow();
        foreach (JsonElement message in manifest.RootElement.GetProperty("messages").EnumerateArray())
        {
            int number = message.GetProperty("number").GetInt32();
            rig.Client.Acknowledge(number, Callback.None, message.GetProperty("id").GetString()!);
            string status = message.GetProperty("status").GetString()!;

            // Its own carrier had them; and no receipt will come for those that it had not reported.
            if (status is "delivered" or "sent") _elsewhere.Add(number);
            if (status == "sent") _stays.Add(number);
        }

        return null;
    }

    public override Task InjectAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        rig.Lifted();
        return rig.PassAsync(rig.FaultTime, cancellationToken);
    }

    public override AccountTerms Terms(AccountTerms usual) => usual with { Elsewhere = _elsewhere, Stays = _stays };

    public override async Task CheckAsync(FaultRig rig, GatewayRecord record, CancellationToken cancellationToken)
    {
        await rig.WaitAsync(() => Version(rig) > 1, "the file of the old journal has a newer schema version", cancellationToken).ConfigureAwait(false);
        string[] changed = [.. _stays.Where(number => record.Messages.GetValueOrDefault(number)?.Status != "sent").Select(SubmissionLog.TextOf)];
        if (changed.Length > 0) throw new FaultFailedException($"sent before the upgrade, and not any more: {string.Join(", ", changed)}");
        rig.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"schema version 1 to {Version(rig)}"));
    }

    private static int Version(FaultRig rig)
    {
        string file = Directory.GetFiles(Path.Combine(rig.Config.Data, "journal", "slices"), "*.db").Order(StringComparer.Ordinal).First();
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> version = stackalloc byte[sizeof(int)];
        stream.Seek(VersionOffset, SeekOrigin.Begin);
        stream.ReadExactly(version);
        return BinaryPrimitives.ReadInt32BigEndian(version);
    }
}
