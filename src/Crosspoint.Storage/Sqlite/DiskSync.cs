using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// fsync that says when it failed. That of .NET (RandomAccess.FlushToDisk, FileStream.Flush) does not on Unix as of version 10: the native part
/// returns 1 for a failure, and the managed part looks for less than 0. Shown by CrashTests with an fsync that fails.
/// </summary>
internal static class DiskSync
{
    /// <summary>Of the process itself: a library that was loaded before libc stays in between (tests do that).</summary>
    public const string ImportName = "crosspoint-libc";

    private const int Interrupted = 4;

    static DiskSync() => SqliteLibrary.Load();

    /// <exception cref="IOException">What was written may be gone: an fsync is never to be tried again.</exception>
    public static void Flush(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        bool isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            Flush((int)file.DangerousGetHandle(), path);
        }
        finally
        {
            if (isHeld) file.DangerousRelease();
        }
    }

    /// <summary>Makes the names in a directory durable: after a file in it was made or renamed.</summary>
    public static void FlushDirectory(string path)
    {
        // There is no such thing on Windows.
        if (OperatingSystem.IsWindows()) return;
        int directory = NativeMethods.open(Encoding.UTF8.GetBytes(path + '\0'), 0);
        if (directory < 0) throw Fault("opened", path);
        try
        {
            Flush(directory, path);
        }
        finally
        {
            _ = NativeMethods.close(directory);
        }
    }

    private static void Flush(int file, string path)
    {
        while (NativeMethods.fsync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted) throw Fault("synced", path);
        }
    }

    private static IOException Fault(string what, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new($"{path} cannot be {what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
    }

    private static class NativeMethods
    {
        [DllImport(ImportName, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int fsync(int file);

        [DllImport(ImportName, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int open(byte[] path, int flags);

        [DllImport(ImportName)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int close(int file);
    }
}
