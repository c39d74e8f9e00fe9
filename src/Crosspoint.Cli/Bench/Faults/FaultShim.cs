using System.IO.MemoryMappedFiles;
using System.Reflection;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// The library that fault-shim.c is built to: faults of fsync and of the wall clock in the gateway's process, steered from here through a
/// small file that both map.
/// </summary>
internal sealed class FaultShim : IDisposable
{
    private const string Source = "Crosspoint.Cli.Bench.Faults.fault-shim.c";
    private const int Fields = 6;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _control;

    private FaultShim(string library, string control)
    {
        Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["CROSSPOINT_FAULT_CONTROL"] = control };
        _file = MemoryMappedFile.CreateFromFile(control, FileMode.Create, null, Fields * sizeof(long));
        _control = _file.CreateViewAccessor();
    }

    /// <summary>What loads it into a process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>How many of the next calls of fsync and fdatasync fail with EIO.</summary>
    public long FailSyncs
    {
        get => _control.ReadInt64(0);
        set => _control.Write(0, value);
    }

    /// <summary>Time that each of them takes in addition.</summary>
    public TimeSpan SyncDelay
    {
        set => _control.Write(sizeof(long), (long)value.TotalMilliseconds);
    }

    /// <summary>How far the wall clock is off. The monotonic clock goes on as it is.</summary>
    public TimeSpan ClockOffset
    {
        set => _control.Write(2 * sizeof(long), value.Ticks * 100);
    }

    /// <summary>Calls of fsync and fdatasync so far.</summary>
    public long Syncs => _control.ReadInt64(3 * sizeof(long));

    public long FailedSyncs => _control.ReadInt64(4 * sizeof(long));

    /// <summary>Reads of the wall clock while it was off.</summary>
    public long ClockReads => _control.ReadInt64(5 * sizeof(long));

    /// <summary>Builds the library in the rig's folder, and has the gateway started with it.</summary>
    /// <returns>The shim; or why there is none on this machine.</returns>
    public static async Task<(FaultShim? Shim, string? WhyNot)> LoadAsync(FaultRig rig, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux()) return (null, "needs Linux: the library is loaded with LD_PRELOAD");
        if (await Tool.NeedAsync(rig.Time, "cc", "--version", ["gcc", "libc6-dev"], cancellationToken).ConfigureAwait(false) is { } missing) return (null, missing);
        string source = Path.Combine(rig.Folder, "fault-shim.c");
        string library = Path.Combine(rig.Folder, "fault-shim.so");
        using (Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Source)!)
        using (FileStream file = File.Create(source))
        {
            await resource.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        }

        (int code, string text) = await Tool.RunAsync(
            rig.Time, "cc", ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], cancellationToken).ConfigureAwait(false);
        if (code != 0) return (null, $"fault-shim.c cannot be built here: {text}");
        var shim = new FaultShim(library, Path.Combine(rig.Folder, "fault-control"));
        rig.Launch = rig.Launch with { Environment = shim.Environment };
        return (shim, null);
    }

    public void Dispose()
    {
        _control.Dispose();
        _file.Dispose();
    }
}
