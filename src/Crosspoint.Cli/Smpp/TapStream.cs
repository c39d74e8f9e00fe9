using Crosspoint.Smpp.Codec;

namespace Crosspoint.Cli.Smpp;

/// <summary>A connection whose PDUs are shown as they pass, both ways, and into which octets of one's own can be written.</summary>
/// <param name="inner">The connection.</param>
/// <param name="saw">Gets each whole PDU: true for one that was sent.</param>
internal sealed class TapStream(Stream inner, Action<bool, ReadOnlyMemory<byte>> saw) : Stream
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Cutter _in = new(pdu => saw(false, pdu));
    private readonly Cutter _out = new(pdu => saw(true, pdu));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _in.Take(buffer.Span[..read]);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Shown first: the answer may be here before the write returns.
            _out.Take(buffer.Span);
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class Cutter(Action<ReadOnlyMemory<byte>> whole)
    {
        private byte[] _kept = [];

        public void Take(ReadOnlySpan<byte> octets)
        {
            _kept = [.. _kept, .. octets];
            var at = 0;
            while (at < _kept.Length)
            {
                FrameResult frame = PduFrame.TryRead(_kept.AsSpan(at), PduFrame.DefaultMaxBytes, out int length);
                if (frame == FrameResult.NeedMoreData) break;

                // Octets that cannot be cut are shown as they came: the session ends over them.
                if (frame == FrameResult.InvalidLength) length = _kept.Length - at;
                whole(_kept.AsMemory(at, length).ToArray());
                at += length;
            }

            _kept = _kept[at..];
        }
    }
}
