using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The slices in order of time. The sequencer adds and removes; readers take the array that stands
/// (<see cref="Current"/>), in which every slice has its file.
/// </summary>
internal sealed class SliceCatalog
{
    private readonly string _directory;
    private readonly SqliteJournalOptions _options;
    private readonly List<Slice> _slices;
    private volatile Slice[] _current;

    private SliceCatalog(string directory, SqliteJournalOptions options, List<Slice> slices)
    {
        _directory = directory;
        _options = options;
        _slices = slices;
        _current = [.. slices];
        foreach (Slice slice in slices) slice.IsVisible = true;
    }

    /// <summary>Slices whose files exist, oldest first.</summary>
    public Slice[] Current => _current;

    /// <summary>The sequencer's view: also slices whose file is yet to be made.</summary>
    public List<Slice> All => _slices;

    public static string DirectoryOf(string journal) => Path.Combine(journal, "slices");

    public static SliceCatalog Open(SqliteJournalOptions options)
    {
        string directory = DirectoryOf(options.Directory);
        Directory.CreateDirectory(directory);
        return new(directory, options, List(directory));
    }

    /// <summary>The slices that have files, oldest first.</summary>
    public static List<Slice> List(string directory)
    {
        var slices = new List<Slice>();
        foreach (string path in Directory.EnumerateFiles(directory, "*.db"))
        {
            if (Slice.TryParse(path, out Slice? slice) && slice!.HasFile) slices.Add(slice);
        }

        slices.Sort(static (left, right) => left.StartMilliseconds.CompareTo(right.StartMilliseconds));
        return slices;
    }

    /// <summary>The slice of a key, or null when there is none.</summary>
    public static Slice? Find(ReadOnlySpan<Slice> slices, long key)
    {
        long milliseconds = key >> MessageId.CounterBits;
        int low = 0;
        int high = slices.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            Slice slice = slices[middle];
            if (milliseconds < slice.StartMilliseconds) high = middle - 1;
            else if (milliseconds >= slice.EndMilliseconds) low = middle + 1;
            else return slice;
        }

        return null;
    }

    public Slice? Find(long key)
    {
        // Nearly always the newest.
        if (_slices.Count > 0 && key >= _slices[^1].FirstKey && key <= _slices[^1].LastKey) return _slices[^1];
        return Find(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_slices), key);
    }

    /// <summary>The slice of a key; a new one gets the configured period, cut where a neighbour begins or ends.</summary>
    public Slice GetOrAdd(long key)
    {
        if (Find(key) is { } found) return found;
        long milliseconds = key >> MessageId.CounterBits;
        long period = (long)_options.SlicePeriod.TotalMilliseconds;
        long start = milliseconds - milliseconds % period;
        long end = start + period;
        int at = 0;
        for (; at < _slices.Count && _slices[at].StartMilliseconds <= milliseconds; at++)
        {
            start = Math.Max(start, _slices[at].EndMilliseconds);
        }
        if (at < _slices.Count) end = Math.Min(end, _slices[at].StartMilliseconds);
        var slice = new Slice(_directory, start, end) { Ids = new() { IsLoaded = true, Stored = new(new(0), []) } };
        _slices.Insert(at, slice);
        return slice;
    }

    public SliceWriter WriterOf(Slice slice, long group)
    {
        SliceWriter writer = slice.Writer ??= new(slice, _options);
        writer.LastGroup = group;
        return writer;
    }

    /// <summary>
    /// Makes a slice visible to readers after its first commit, which need not be the one for which its file was made: that may have found no
    /// space.
    /// </summary>
    public void Publish(Slice slice)
    {
        if (slice.IsVisible) return;
        slice.IsVisible = true;
        _current = [.. _slices.Where(each => each.IsVisible)];
    }

    public void Remove(Slice slice)
    {
        _slices.Remove(slice);
        _current = [.. _current.Where(each => each != slice)];
    }
}
