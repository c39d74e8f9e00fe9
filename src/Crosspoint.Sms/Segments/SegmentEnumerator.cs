namespace Crosspoint.Sms.Segments;

/// <summary>Gives the text of one segment after another; made by <see cref="Segmenter.Split"/> and <see cref="WireForm.Split"/>.</summary>
public ref struct SegmentEnumerator
{
    private readonly WireForm _form;
    private readonly bool _isOne;
    private ReadOnlySpan<char> _rest;
    private bool _isDone;

    internal SegmentEnumerator(ReadOnlySpan<char> text, WireForm form, bool isOne)
    {
        _rest = text;
        _form = form;
        _isOne = isOne;
    }

    /// <summary>The text of the segment, a slice of the whole; valid after <see cref="MoveNext"/> gave true.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Goes on to the next segment.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveNext()
    {
        if (_isDone)
            return false;
        var taken = _isOne ? _rest.Length : _form.Take(_rest, isPart: true);
        Current = _rest[..taken];
        _rest = _rest[taken..];
        _isDone = _rest.IsEmpty;
        return true;
    }

    /// <summary>Gives itself, so that foreach takes it.</summary>
    public readonly SegmentEnumerator GetEnumerator() => this;
}
