using SQLitePCL;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// SQLite refused a call. What it means for the journal is told by <see cref="IsDiskFull"/>; everything else is damage
/// or a fault of ours.
/// </summary>
internal sealed class SqliteFaultException : Exception
{
    // errno of POSIX systems; the same on Linux and macOS (EDQUOT differs).
    private const int NoSpace = 28;
    private const int QuotaLinux = 122;
    private const int QuotaMac = 69;

    public SqliteFaultException(string action, int extendedCode, int systemError, string message)
        : base($"SQLite could not {action}: {message} (code {extendedCode}, errno {systemError}).")
    {
        ExtendedCode = extendedCode;
        SystemError = systemError;
    }

    public int ExtendedCode { get; }

    public int SystemError { get; }

    public int Code => ExtendedCode & 0xFF;

    public bool IsBusy => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>
    /// The write itself found no room. A failed fsync is never this, whatever its errno: the kernel may have dropped the pages.
    /// </summary>
    public bool IsDiskFull => Code == raw.SQLITE_FULL
        || (ExtendedCode is raw.SQLITE_IOERR_WRITE or raw.SQLITE_IOERR_SHMSIZE or raw.SQLITE_IOERR_SHMMAP or raw.SQLITE_IOERR_TRUNCATE
                || Code == raw.SQLITE_CANTOPEN)
            && IsNoSpace(SystemError);

    /// <summary>ENOSPC or EDQUOT.</summary>
    public static bool IsNoSpace(int systemError) => systemError is NoSpace or QuotaLinux or QuotaMac;
}
