namespace Crosspoint.Engine.Health;

/// <summary>
/// The codes that a cell tells apart: those that it met first, until another shows up more often than the rarest of them. Not thread-safe.
/// </summary>
internal struct CodeTable()
{
    private uint[] _codes = [];
    private byte _count;

    // Among the codes that have no place: the one that most of them are, if one is (Boyer and Moore's vote).
    private uint _candidate;
    private uint _votes;

    public readonly ReadOnlySpan<uint> Codes => _codes.AsSpan(0, _count);

    /// <summary>The place of a code; -1 when it has none.</summary>
    public bool TryFind(uint code, out int place)
    {
        place = Codes.IndexOf(code);
        if (place >= 0 || _count == CellCounts.Codes) return place >= 0;
        if (_count == _codes.Length) Array.Resize(ref _codes, Math.Min(CellCounts.Codes, Math.Max(2, _count * 2)));
        _codes[place = _count++] = code;
        return true;
    }

    /// <summary>Counts a code without a place. Whether it is more frequent now than one that was counted so often in the last hour.</summary>
    public bool Outvotes(uint code, long rarest)
    {
        if (_votes == 0) _candidate = code;
        if (_candidate == code) _votes++;
        else _votes--;
        return _candidate == code && _votes > rarest;
    }

    /// <summary>Gives a place to another code.</summary>
    public void Replace(int place, uint code) => (_codes[place], _votes) = (code, 0);
}
