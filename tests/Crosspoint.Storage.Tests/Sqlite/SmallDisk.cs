using System.Diagnostics;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>A file system of some megabytes in memory. Needs root; without it the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    private SmallDisk(string path)
    {
        Path = path;
        _ballast = System.IO.Path.Combine(path, "ballast");
    }

    public string Path { get; }

    public static SmallDisk Mount(string root, int megabytes)
    {
        string path = Directory.CreateDirectory(System.IO.Path.Combine(root, "disk")).FullName;
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) != 0)
        {
            Assert.Skip("A small file system cannot be mounted here (it needs Linux and root).");
        }

        return new(path);
    }

    public void Fill()
    {
        using FileStream stream = new(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[4096];
        try
        {
            while (true) stream.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Empty(int extraMegabytes)
    {
        File.Delete(_ballast);
        Run("mount", "-o", $"remount,size={extraMegabytes + 12}m", Path).ShouldBe(0);
    }

    public void Dispose() => Run("umount", "--lazy", Path);

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit(10_000);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
