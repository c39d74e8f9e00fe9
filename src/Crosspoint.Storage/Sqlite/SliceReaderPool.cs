using System.Collections.Concurrent;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Idle read connections of one slice.</summary>
internal sealed class SliceReaderPool
{
    private readonly ConcurrentBag<SliceReader> _idle = [];
    private volatile bool _isClosed;

    public SliceReader Rent(string path) => _idle.TryTake(out SliceReader? reader) ? reader : new(path);

    public void Return(SliceReader reader, bool keep)
    {
        if (keep && !_isClosed) _idle.Add(reader);
        else reader.Dispose();
        if (_isClosed) Close();
    }

    public void Close()
    {
        _isClosed = true;
        while (_idle.TryTake(out SliceReader? reader)) reader.Dispose();
    }
}
