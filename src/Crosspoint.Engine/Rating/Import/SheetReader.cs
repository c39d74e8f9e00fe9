namespace Crosspoint.Engine.Rating.Import;

/// <summary>The file as a whole cannot be read.</summary>
internal sealed class SheetFaultException(string message) : Exception(message);

/// <summary>
/// The text of a sheet with a bound on the length of its lines: a file of one endless line would otherwise be held in memory whole.
/// </summary>
internal sealed class SheetReader(TextReader text) : TextReader
{
    /// <summary>Longest line in characters; a row of prices has some hundred.</summary>
    public const int MostLineCharacters = 64 * 1024;

    private const int HeadCharacters = 4096;

    private readonly char[] _head = new char[HeadCharacters];
    private int _headFrom;
    private int _headTo;
    private int _line = 1;
    private int _inLine;
    private bool _wasReturn;

    public int Line => _line;

    /// <summary>What comes next, as far as it was looked at.</summary>
    public ReadOnlySpan<char> Head => _head.AsSpan(_headFrom, _headTo - _headFrom);

    public override int Read(char[] buffer, int index, int count)
    {
        int taken = TakeHead(buffer.AsSpan(index, count));
        return taken > 0 ? taken : Pass(buffer.AsSpan(index, text.Read(buffer, index, count)));
    }

    public override async Task<int> ReadAsync(char[] buffer, int index, int count) =>
        await ReadAsync(buffer.AsMemory(index, count), CancellationToken.None).ConfigureAwait(false);

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        int taken = TakeHead(buffer.Span);
        if (taken > 0) return taken;
        int count = await text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Pass(buffer.Span[..count]);
    }

    /// <summary>Passes over lines as an editor counts them, empty ones too, and looks at what follows.</summary>
    /// <returns>False when the text ends before.</returns>
    public async Task<bool> SkipLinesAsync(int lines, CancellationToken cancellationToken)
    {
        bool wasReturn = false;
        while (true)
        {
            // The second half of the last line's end may come with the next piece.
            while (_headFrom < _headTo && (lines > 0 || (wasReturn && _head[_headFrom] == '\n')))
            {
                char read = _head[_headFrom++];
                bool isSecondHalf = read == '\n' && wasReturn;
                wasReturn = read == '\r';
                if (read is '\n' or '\r' && !isSecondHalf) lines--;
            }

            if (lines == 0 && _headTo == HeadCharacters && _headFrom == 0) return true;
            Head.CopyTo(_head);
            (_headFrom, _headTo) = (0, _headTo - _headFrom);
            if (_headTo == HeadCharacters) return true;
            int count = await text.ReadAsync(_head.AsMemory(_headTo), cancellationToken).ConfigureAwait(false);
            if (count == 0) return _headTo > 0;
            Pass(_head.AsSpan(_headTo, count));
            _headTo += count;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) text.Dispose();
        base.Dispose(disposing);
    }

    private int TakeHead(Span<char> buffer)
    {
        int count = Math.Min(buffer.Length, _headTo - _headFrom);
        _head.AsSpan(_headFrom, count).CopyTo(buffer);
        _headFrom += count;
        return count;
    }

    private int Pass(ReadOnlySpan<char> read)
    {
        ReadOnlySpan<char> rest = read;
        while (true)
        {
            int end = rest.IndexOfAny('\n', '\r');
            _inLine += end < 0 ? rest.Length : end;
            if (_inLine > MostLineCharacters)
                throw new SheetFaultException($"line {_line} is longer than {MostLineCharacters} characters: this is no rate sheet");
            if (end < 0)
            {
                if (!rest.IsEmpty) _wasReturn = false;
                return read.Length;
            }

            bool isSecondHalf = rest[end] == '\n' && end == 0 && _wasReturn;
            if (!isSecondHalf) _line++;
            _wasReturn = rest[end] == '\r';
            _inLine = 0;
            rest = rest[(end + 1)..];
        }
    }
}

/// <summary>A stream whose first octets were read already; counts what is read.</summary>
internal sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _head = head;

    public long Octets { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = TakeHead(buffer.Span);
        if (count == 0) count = await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Octets += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = TakeHead(buffer.AsSpan(offset, count));
        if (read == 0) read = rest.Read(buffer, offset, count);
        Octets += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int TakeHead(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _head.Length);
        _head.Span[..count].CopyTo(buffer);
        _head = _head[count..];
        return count;
    }
}
