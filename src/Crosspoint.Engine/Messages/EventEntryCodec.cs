namespace Crosspoint.Engine.Messages;

/// <summary>
/// Packs the entries of one commit: 5 to 9 octets each, most of them for the message's key, as a difference to the one before. Each is: the
/// sequence's distance to the next one that was due, times 4, plus 2 with an error code, plus 1 with another account than before; the account
/// (when it changes); the key's difference; number times 16 plus state; kind; error code (when there is one).
/// </summary>
public struct EventEntryCodec
{
    private const int ErrorFlag = 2;
    private const int AccountFlag = 1;
    private const int FlagBits = 2;
    private const int StateBits = 4;

    private long _sequence;
    private long _account;
    private long _key;

    /// <param name="first">Sequence of the first entry, which is kept beside what is packed.</param>
    public EventEntryCodec(long first) => (_sequence, _account) = (first - 1, -1);

    /// <summary>Appends an entry; sequences must rise.</summary>
    public void Write(MessageBuffer buffer, in EventEntry entry)
    {
        bool changes = entry.Account != _account;
        ulong gap = (ulong)(entry.Sequence - _sequence - 1);
        buffer.WriteUnsigned(gap << FlagBits | (entry.ErrorCode != 0 ? ErrorFlag : 0UL) | (changes ? AccountFlag : 0UL));
        if (changes) buffer.WriteUnsigned((ulong)entry.Account);
        buffer.WriteSigned(entry.Key - _key);
        buffer.WriteUnsigned((ulong)(uint)entry.Number << StateBits | (byte)entry.State);
        buffer.WriteByte((byte)entry.Kind);
        if (entry.ErrorCode != 0) buffer.WriteUnsigned((uint)entry.ErrorCode);
        (_sequence, _account, _key) = (entry.Sequence, entry.Account, entry.Key);
    }

    /// <summary>Reads the next entry and takes it off the front; false at the end.</summary>
    /// <exception cref="InvalidDataException">The octets are damaged.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> packed, out EventEntry entry)
    {
        entry = default;
        if (packed.IsEmpty) return false;
        var reader = new MessageBytes(packed);
        ulong first = reader.ReadUnsigned();
        _sequence += (long)(first >> FlagBits) + 1;
        if ((first & AccountFlag) != 0) _account = (long)reader.ReadUnsigned();
        _key += reader.ReadSigned();
        ulong number = reader.ReadUnsigned();
        var kind = (EventKind)reader.ReadByte();
        int error = (first & ErrorFlag) == 0 ? 0 : reader.ReadInt32();
        entry = new(_sequence, _account, _key, (int)(number >> StateBits), kind, (MessageState)(number & 0xF), error);
        packed = packed[^reader.Left..];
        return true;
    }
}
