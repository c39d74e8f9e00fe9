using System.Buffers.Binary;

namespace Crosspoint.Smpp.Explain;

/// <summary>
/// Goes over the octets of one PDU and notes each field. After a fault behind which nothing can be placed it
/// notes no more.
/// </summary>
internal sealed class PduWalk(ReadOnlyMemory<byte> pdu, int offset, PduExplainOptions options)
{
    private readonly List<PduField> _fields = [];
    private int _at;
    private bool _isStopped;

    public IReadOnlyList<PduField> Fields => _fields;

    public PduExplainOptions Options => options;

    public bool IsStopped => _isStopped;

    public bool IsAtEnd => _at >= pdu.Length;

    public int At => _at;

    public ReadOnlySpan<byte> Rest => pdu.Span[_at..];

    public void Add(int at, string name, string value, string? section, string? fault = null, int depth = 0) =>
        _fields.Add(new PduField(offset + at, depth, name, value, section, fault));

    public void Skip(int octets) => _at += octets;

    public void Stop() => _isStopped = true;

    public byte Byte(string name, string section, Func<byte, string>? meaning = null, Func<byte, string?>? fault = null, int depth = 0)
    {
        if (!Has(1, name, section, depth)) return 0;
        byte value = Rest[0];
        string words = meaning?.Invoke(value) ?? "";
        Add(_at, name, $"{PduWords.Number(value, 1)} {words}".TrimEnd(), section, fault?.Invoke(value), depth);
        _at++;
        return value;
    }

    public uint UInt32(string name, string section, Func<uint, string> meaning, int depth)
    {
        if (!Has(sizeof(uint), name, section, depth)) return 0;
        uint value = BinaryPrimitives.ReadUInt32BigEndian(Rest);
        Add(_at, name, $"{PduWords.Number(value, sizeof(uint))} {meaning(value)}", section, null, depth);
        _at += sizeof(uint);
        return value;
    }

    /// <summary>A C-octet string.</summary>
    /// <param name="name">The field.</param>
    /// <param name="section">Where it is specified.</param>
    /// <param name="maxBytes">The longest form, null included.</param>
    /// <param name="show">How a value is shown; null for quotes.</param>
    /// <param name="check">What is wrong with a value; null for nothing.</param>
    /// <param name="hideBroken">True where a broken value may hold the password that should stand behind it.</param>
    /// <param name="depth">See <see cref="PduField.Depth"/>.</param>
    public void CString(
        string name, string section, int maxBytes, Func<ReadOnlySpan<byte>, string>? show = null,
        Func<ReadOnlySpan<byte>, string?>? check = null,
        bool hideBroken = false, int depth = 0)
    {
        if (!Has(1, name, section, depth)) return;
        ReadOnlySpan<byte> rest = Rest;
        int end = rest.IndexOf((byte)0);
        ReadOnlySpan<byte> value = end < 0 ? rest : rest[..end];
        string? fault = null;
        if (end < 0) fault = "has no null at its end: the PDU ends first";
        else if (end >= maxBytes) fault = $"{end + 1} octets with its null; {maxBytes} are allowed";
        else fault = check?.Invoke(value);
        string shown = show is null ? PduText.Quote(value) : show(value);
        if (hideBroken && fault is not null && !options.ShowPasswords) shown = "******** (hidden: it may hold the password)";
        Add(_at, name, shown, section, fault, depth);
        if (end < 0)
        {
            _at = pdu.Length;
            _isStopped = true;
            return;
        }

        _at += end + 1;
    }

    /// <summary>Notes what is left and was not placed; ends the walk.</summary>
    public void Finish()
    {
        if (IsAtEnd) return;
        string what = _isStopped ? "cannot be placed behind the fault" : "left over: the operation has no field there";
        Add(_at, "octets", PduText.Hex(Rest), null, $"{PduText.Octets(Rest.Length)} {what}");
        _at = pdu.Length;
    }

    /// <summary>True when so many octets are there; else the first missing field is noted, and the walk stops.</summary>
    public bool Has(int octets, string name, string? section, int depth = 0)
    {
        if (_isStopped) return false;
        if (Rest.Length >= octets) return true;
        string shown = Rest.IsEmpty ? "" : PduText.Hex(Rest);
        string fault = Rest.IsEmpty ? "missing: the PDU ends here" : $"cut: it takes {PduText.Octets(octets)}, {Rest.Length} left";
        Add(_at, name, shown, section, fault, depth);
        _at = pdu.Length;
        _isStopped = true;
        return false;
    }
}
