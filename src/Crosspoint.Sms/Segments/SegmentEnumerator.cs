using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>Gives the text of one segment after another; made by <see cref="Segmenter.Split"/>.</summary>
public ref struct SegmentEnumerator
{
    private readonly SmsEncoding _encoding;
    private readonly int _limit;
    private ReadOnlySpan<char> _rest;
    private bool _isDone;

    internal SegmentEnumerator(ReadOnlySpan<char> text, SmsEncoding encoding, int limit)
    {
        _rest = text;
        _encoding = encoding;
        _limit = limit;
    }

    /// <summary>The text of the segment, a slice of the whole; valid after <see cref="MoveNext"/> gave true.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Goes on to the next segment.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveNext()
    {
        if (_isDone)
            return false;
        var taken = _limit == int.MaxValue ? _rest.Length : Segmenter.Take(_rest, _encoding, _limit);
        Current = _rest[..taken];
        _rest = _rest[taken..];
        _isDone = _rest.IsEmpty;
        return true;
    }

    /// <summary>Gives itself, so that foreach takes it.</summary>
    public readonly SegmentEnumerator GetEnumerator() => this;
}
