using System.Buffers.Binary;
using System.Text;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Simulator.Handsets;

/// <summary>A message on a phone, its parts as octets one after another. Used again for the next message.</summary>
internal sealed class StoredMessage
{
    // Part, data coding, single shift, locking shift, length.
    private const int PartHeader = 6;

    private PartSet _parts = new(0);
    private DateTimeOffset _time;
    private string _carrier = "";
    private byte[] _source = new byte[24];
    private int _sourceLength;
    private byte[] _data = new byte[192];
    private int _length;
    private byte _total;
    private ushort _reference;
    private int _received;
    private int _duplicates;

    public bool IsEmpty => _received == 0;

    public bool IsComplete => _received == Math.Max((int)_total, 1);

    public void Begin(string carrier, DateTimeOffset time, in SubmitFacts facts)
    {
        _carrier = carrier;
        _time = time;
        ReadOnlySpan<byte> source = facts.Source.Digits;
        if (_source.Length < source.Length) _source = new byte[source.Length];
        source.CopyTo(_source);
        _sourceLength = source.Length;
        _total = facts.Total > 1 ? facts.Total : (byte)0;
        _reference = facts.Reference;
        _length = 0;
        _received = 0;
        _duplicates = 0;
        if (_total > 0) _parts = new PartSet(_total);
        if (_data.Length > 4096) _data = new byte[192];
    }

    /// <summary>True when the part belongs to this message and the message still waits for parts, or has this one already.</summary>
    public bool Fits(in SubmitFacts facts)
    {
        if (_total != facts.Total || _reference != facts.Reference) return false;
        if (!facts.Source.Digits.SequenceEqual(_source.AsSpan(0, _sourceLength))) return false;
        // A complete message and the same reference again: the reference has come round, unless it is the very same part.
        return !IsComplete || Holds(facts);
    }

    public void Add(in SubmitFacts facts)
    {
        if (_total > 0 && _parts.Add(facts.Part) == PartAddition.Duplicate)
        {
            _duplicates++;
            return;
        }

        ReadOnlySpan<byte> text = facts.Text[facts.HeaderLength..];
        if (text.Length > ushort.MaxValue) text = text[..ushort.MaxValue];
        int needed = _length + PartHeader + text.Length;
        if (_data.Length < needed) Array.Resize(ref _data, Math.Max(needed, _data.Length * 2));
        Span<byte> place = _data.AsSpan(_length);
        place[0] = facts.Part;
        place[1] = facts.DataCoding;
        place[2] = facts.SingleShift;
        place[3] = facts.LockingShift;
        BinaryPrimitives.WriteUInt16BigEndian(place[4..], (ushort)text.Length);
        text.CopyTo(place[PartHeader..]);
        _length = needed;
        _received++;
    }

    /// <summary>Takes out a part; false when it is not in this message.</summary>
    public bool TryRemove(string carrier, DateTimeOffset time, in SubmitFacts facts)
    {
        bool isIt = _carrier == carrier && facts.Source.Digits.SequenceEqual(_source.AsSpan(0, _sourceLength)) && (_total == 0
            ? facts.Total <= 1 && _time == time
            : _total == facts.Total && _reference == facts.Reference);
        int at = isIt ? IndexOf(facts) : -1;
        if (at < 0) return false;
        int end = at + PartHeader + BinaryPrimitives.ReadUInt16BigEndian(_data.AsSpan(at + 4));
        _data.AsSpan(end, _length - end).CopyTo(_data.AsSpan(at));
        _length -= end - at;
        _received--;
        if (_total == 0) return true;
        _parts = new PartSet(_total);
        for (at = 0; at < _length; at += PartHeader + BinaryPrimitives.ReadUInt16BigEndian(_data.AsSpan(at + 4))) _parts.Add(_data[at]);
        return true;
    }

    public HandsetMessage Read()
    {
        var text = new StringBuilder();
        for (var part = 0; part <= _total; part++)
        {
            if (Find((byte)part) is { Length: > 0 } found) text.Append(found);
        }

        string from = Encoding.Latin1.GetString(_source.AsSpan(0, _sourceLength));
        return new HandsetMessage(_time, _carrier, from, text.ToString(), Math.Max((int)_total, 1), _received, _duplicates);
    }

    private string? Find(byte part)
    {
        for (var at = 0; at < _length;)
        {
            ReadOnlySpan<byte> head = _data.AsSpan(at, PartHeader);
            int length = BinaryPrimitives.ReadUInt16BigEndian(head[4..]);
            // A message of one part may bear part number 0 or 1.
            if (head[0] == part || (_total == 0 && part == 0))
                return HandsetText.Decode(_data.AsSpan(at + PartHeader, length), head[1], head[2], head[3]);
            at += PartHeader + length;
        }

        return null;
    }

    private bool Holds(in SubmitFacts facts) => IndexOf(facts) >= 0;

    private int IndexOf(in SubmitFacts facts)
    {
        ReadOnlySpan<byte> text = facts.Text[facts.HeaderLength..];
        for (var at = 0; at < _length;)
        {
            ReadOnlySpan<byte> head = _data.AsSpan(at, PartHeader);
            int length = BinaryPrimitives.ReadUInt16BigEndian(head[4..]);
            if (head[0] == facts.Part && text.SequenceEqual(_data.AsSpan(at + PartHeader, length))) return at;
            at += PartHeader + length;
        }

        return -1;
    }
}
