using System.Buffers;

namespace Crosspoint.Smpp.Sessions;

/// <summary>What was read and not used yet, always in one piece. Grows as octets arrive, never by an announced length.</summary>
internal sealed class InputBuffer
{
    // One read of 16 KB holds about a hundred submit_sm, a full window of most binds.
    private const int BoundBytes = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public void Consume(int bytes) => _start += bytes;

    public void Filled(int bytes) => _end += bytes;

    /// <summary>Room to read into: behind what is unread, in a larger array when that fills the present one.</summary>
    /// <param name="maxPduBytes">The longest PDU that may have to fit.</param>
    public Memory<byte> GetFree(int maxPduBytes)
    {
        int unread = _end - _start;
        int wanted = Math.Min(BoundBytes, maxPduBytes);
        if (unread >= wanted) wanted = Math.Min(maxPduBytes, unread * 2);
        if (_bytes.Length < wanted || (_bytes.Length > BoundBytes * 2 && unread < BoundBytes / 2)) Resize(wanted, unread);
        else if (_start > 0)
        {
            Buffer.BlockCopy(_bytes, _start, _bytes, 0, unread);
            _start = 0;
            _end = unread;
        }

        return _bytes.AsMemory(_end);
    }

    public void Return()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    private void Resize(int bytes, int unread)
    {
        byte[] other = ArrayPool<byte>.Shared.Rent(bytes);
        Unread.CopyTo(other);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = other;
        _start = 0;
        _end = unread;
    }
}
