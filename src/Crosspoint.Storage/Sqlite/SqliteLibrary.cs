using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Binds SQLitePCL to the SQLite of the operating system, which gets its security fixes from there
/// (docs/adr/0001-sqlite-binding.md).
/// </summary>
internal static class SqliteLibrary
{
    /// <summary>The version that brought UPSERT, window functions and RETURNING; every supported system has it.</summary>
    private const int OldestVersion = 3_035_000;

    private const string ImportName = "e_sqlite3";

    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <exception cref="InvalidOperationException">No SQLite, or one that is too old, is on this system.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (_loaded) return;
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            if (raw.sqlite3_libversion_number() < OldestVersion)
            {
                throw new InvalidOperationException(
                    $"SQLite {raw.sqlite3_libversion().utf8_to_string()} is too old; 3.35 or later is needed.");
            }

            if (raw.sqlite3_threadsafe() == 0)
            {
                throw new InvalidOperationException("The system's SQLite is built for a single thread; another build is needed.");
            }
            _loaded = true;
        }
    }

    /// <summary><c>errno</c> of the connection's last failed system call; SQLitePCL does not offer it.</summary>
    public static int SystemError(sqlite3 database)
    {
        bool held = false;
        try
        {
            database.DangerousAddRef(ref held);
            return NativeMethods.sqlite3_system_errno(database.DangerousGetHandle());
        }
        finally
        {
            if (held) database.DangerousRelease();
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name == DiskSync.ImportName) return NativeLibrary.GetMainProgramHandle();
        if (name != ImportName) return IntPtr.Zero;
        string[] candidates = OperatingSystem.IsWindows() ? ["winsqlite3.dll", "sqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib", "/usr/lib/libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out IntPtr handle)) return handle;
        }

        throw new InvalidOperationException("SQLite was not found. Install the system's package (Debian: libsqlite3-0).");
    }

    private static class NativeMethods
    {
        [DllImport(ImportName)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int sqlite3_system_errno(IntPtr database);
    }
}
