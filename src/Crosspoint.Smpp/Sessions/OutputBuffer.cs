using System.Buffers;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Gathers PDUs while the last batch is being sent. Two pooled arrays change places; the session's lock guards all calls.
/// </summary>
internal sealed class OutputBuffer
{
    // Idle sessions give back anything larger, so that a thousand of them stay small.
    private const int KeepBytes = 16 * 1024;
    private const int FirstBytes = 512;

    private byte[] _gathering = [];
    private byte[] _sending = [];

    /// <summary>Octets gathered and not handed to the socket.</summary>
    public int Pending { get; private set; }

    /// <summary>Room for a PDU; <see cref="Advance"/> keeps what was written there.</summary>
    public Span<byte> GetSpan(int bytes)
    {
        if (_gathering.Length - Pending < bytes) Grow(bytes);
        return _gathering.AsSpan(Pending);
    }

    /// <summary>The most octets that were ever gathered.</summary>
    public int MostPending { get; private set; }

    public void Advance(int bytes) => Pending += bytes;

    /// <summary>Hands out all that has gathered; it stays valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        (_gathering, _sending) = (_sending, _gathering);
        int bytes = Pending;
        if (bytes > MostPending) MostPending = bytes;
        Pending = 0;
        return _sending.AsMemory(0, bytes);
    }

    /// <summary>Nothing is being sent: gives large arrays back.</summary>
    public void Trim()
    {
        if (_sending.Length > KeepBytes) Replace(ref _sending);
        if (_gathering.Length > KeepBytes && Pending == 0) Replace(ref _gathering);
    }

    public void Return()
    {
        Replace(ref _gathering);
        Replace(ref _sending);
        Pending = 0;
    }

    private static void Replace(ref byte[] array)
    {
        if (array.Length > 0) ArrayPool<byte>.Shared.Return(array);
        array = [];
    }

    private void Grow(int bytes)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _gathering.Length * 2), Pending + bytes));
        _gathering.AsSpan(0, Pending).CopyTo(larger);
        if (_gathering.Length > 0) ArrayPool<byte>.Shared.Return(_gathering);
        _gathering = larger;
    }
}
