namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The earliest end of validity among a slice's messages that are above the mark of the list of open ones, or earlier: what is due later
/// than a reader asks for need not be walked. The sequencer writes, readers read without a lock.
/// </summary>
internal sealed class OpenAbove
{
    // Two generations, parted by a key: when the mark passes the border, the older one is done with.
    private long _older = long.MinValue;
    private long _newer = long.MaxValue;
    private long _border = long.MaxValue;
    private long _last = -1;
    private long _earliest = long.MinValue;
    private long _generation;

    /// <summary>
    /// Microseconds since 1970; the least value while it is not known. Holds for what a reader sees when <see cref="Generation"/> is the
    /// same after its snapshot began, and after this was read, as before both.
    /// </summary>
    public long Earliest => Volatile.Read(ref _earliest);

    public long Generation => Volatile.Read(ref _generation);

    /// <summary>What the file holds above the mark when the sequencer opens it.</summary>
    public void Opened(long lastKey, int rowsAbove)
    {
        _last = Math.Max(_last, lastKey);
        if (rowsAbove == 0) Start(long.MaxValue);
        else if (_border == long.MaxValue) _border = lastKey;
    }

    /// <summary>An open message above the mark is about to be written.</summary>
    public void Add(long key, long until)
    {
        _last = Math.Max(_last, key);
        if (key > _border) _newer = Math.Min(_newer, until);
        else _older = Math.Min(_older, until);
        Publish();
    }

    /// <summary>Everything up to this key is in the list now.</summary>
    public void MarkMoved(long mark)
    {
        if (mark >= _border) Start(_newer);
    }

    private void Start(long older)
    {
        _older = older;
        _newer = long.MaxValue;
        _border = _last;
        Interlocked.Increment(ref _generation);
        Publish();
    }

    private void Publish() => Volatile.Write(ref _earliest, Math.Min(_older, _newer));
}
