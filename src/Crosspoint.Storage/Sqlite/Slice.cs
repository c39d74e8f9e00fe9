using System.Globalization;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// One period of time and its file. The period is in the file's name, so that files stay right when the configured
/// period changes.
/// </summary>
internal sealed class Slice(string directory, long startMilliseconds, long endMilliseconds)
{
    private const string NameFormat = "yyyyMMdd'T'HHmm";
    private const string Extension = ".db";

    private long _writes;
    private long _emptyAtWrite = -1;
    private long _firstEvent;
    private long _lastEvent;

    public long StartMilliseconds { get; } = startMilliseconds;

    public long EndMilliseconds { get; } = endMilliseconds;

    public string Path { get; } = System.IO.Path.Combine(directory, Name(startMilliseconds) + "-" + Name(endMilliseconds) + Extension);

    public long FirstKey => MessageId.FirstKeyAt(StartMilliseconds);

    public long LastKey => MessageId.FirstKeyAt(EndMilliseconds) - 1;

    /// <summary>Its vendor ids.</summary>
    public SliceIds Ids { get; set; } = new();

    /// <summary>The sequencer's connection; null while it has none.</summary>
    public SliceWriter? Writer { get; set; }

    /// <summary>Number of the commit log's record up to which everything is in the file. The sequencer's own.</summary>
    public long Applied { get; set; }

    /// <summary>Whether readers know it. The sequencer's own.</summary>
    public bool IsVisible { get; set; }

    /// <summary>Idle read connections.</summary>
    public SliceReaderPool Readers { get; } = new();

    /// <summary>How soon a message above the mark can be due.</summary>
    public OpenAbove OpenAbove { get; } = new();

    /// <summary>The first event in the file; 0 for none. Read <see cref="LastEvent"/> first.</summary>
    public long FirstEvent => Volatile.Read(ref _firstEvent);

    /// <summary>The last event in the file; 0 for none.</summary>
    public long LastEvent => Volatile.Read(ref _lastEvent);

    /// <summary>Whether the file may hold such rows: false saves opening it.</summary>
    public bool HasParked { get; set => Volatile.Write(ref field, value); }

    public bool HasOrphans { get; set => Volatile.Write(ref field, value); }

    public bool HasParts { get; set => Volatile.Write(ref field, value); }

    /// <summary>Whether the last reader that looked found nothing open, and nothing was written since.</summary>
    public bool HasNothingOpen => Volatile.Read(ref _emptyAtWrite) == Volatile.Read(ref _writes);

    /// <summary>Commits of this process. A reader takes it before it looks.</summary>
    public long Writes => Volatile.Read(ref _writes);

    public void NoteWrite() => Interlocked.Increment(ref _writes);

    public void NoteNothingOpen(long writesBefore) => Volatile.Write(ref _emptyAtWrite, writesBefore);

    public void NoteEvents(long first, long last)
    {
        if (_firstEvent == 0) Volatile.Write(ref _firstEvent, first);
        Volatile.Write(ref _lastEvent, last);
    }

    /// <summary>Not while it is only begun: SQLite makes it before it finds that there is no space for anything in it.</summary>
    public bool HasFile => new FileInfo(Path) is { Exists: true, Length: > 0 };

    public bool HasOpenMessages()
    {
        using var reader = new SliceReader(Path);
        return reader.HasOpen();
    }

    /// <summary>
    /// Deletes the file with its log. Reads that are under way still end well, where the operating system lets open
    /// files be deleted.
    /// </summary>
    public void Delete()
    {
        Readers.Close();
        File.Delete(Path + "-wal");
        File.Delete(Path + "-shm");
        File.Delete(Path);
    }

    public static bool TryParse(string path, out Slice? slice)
    {
        slice = null;
        ReadOnlySpan<char> name = System.IO.Path.GetFileNameWithoutExtension(path.AsSpan());
        int dash = name.IndexOf('-');
        if (dash < 0 || !path.EndsWith(Extension, StringComparison.Ordinal)) return false;
        if (!TryParseTime(name[..dash], out long start) || !TryParseTime(name[(dash + 1)..], out long end) || end <= start) return false;
        slice = new(System.IO.Path.GetDirectoryName(path)!, start, end);
        return true;
    }

    public override string ToString() => System.IO.Path.GetFileName(Path);

    private static string Name(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString(NameFormat, CultureInfo.InvariantCulture);

    private static bool TryParseTime(ReadOnlySpan<char> text, out long milliseconds)
    {
        bool isTime = DateTimeOffset.TryParseExact(
            text,
            NameFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time);
        milliseconds = isTime ? time.ToUnixTimeMilliseconds() : 0;
        return isTime;
    }
}
