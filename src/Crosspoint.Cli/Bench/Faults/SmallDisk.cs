using System.Globalization;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>A file system of its own in memory, which can be filled to the last block.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly string _ballast;

    private SmallDisk(string path, TimeProvider time)
    {
        (Path, _time) = (path, time);
        _ballast = System.IO.Path.Combine(path, "ballast");
    }

    public string Path { get; }

    /// <returns>The disk; or why there is none on this machine.</returns>
    public static async Task<(SmallDisk? Disk, string? WhyNot)> MountAsync(int megabytes, TimeProvider time, CancellationToken cancellationToken)
    {
        string path = Directory.CreateTempSubdirectory("crosspoint-disk-").FullName;
        string size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");
        (int code, string text) = await Tool.RunAsync(time, "mount", ["-t", "tmpfs", "-o", size, "tmpfs", path], cancellationToken).ConfigureAwait(false);
        if (code == 0) return (new SmallDisk(path, time), null);
        Directory.Delete(path);
        return (null, $"a small file system cannot be mounted here: {text}");
    }

    /// <summary>Takes all space that is left: what does not fit as a megabyte may fit as a page.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int block = 1024 * 1024; block >= 4096; block /= 16)
        {
            while (TryWrite(file, new byte[block]))
            {
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(_ballast);

    public async ValueTask DisposeAsync()
    {
        (int code, string text) = await Tool.RunAsync(_time, "umount", [Path], CancellationToken.None).ConfigureAwait(false);
        if (code != 0) throw new IOException($"{Path} cannot be unmounted: {text}");
        Directory.Delete(Path);
    }

    private static bool TryWrite(FileStream file, byte[] bytes)
    {
        try
        {
            file.Write(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
