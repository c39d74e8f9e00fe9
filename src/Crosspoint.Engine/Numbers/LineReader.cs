using System.Text;

namespace Crosspoint.Engine.Numbers;

/// <summary>Reads the lines of a UTF-8 text into one buffer. A line that is longer than the buffer is given cut, and said to be.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Most bytes of a line.</summary>
    public const int MostBytes = 16 * 1024;

    private readonly byte[] _bytes = new byte[256 * 1024];
    private readonly char[] _chars = new char[MostBytes];
    private int _at;
    private int _end;
    private bool _isStarted;

    /// <summary>Gives the next line without its end. It is valid until the next call.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool TryRead(out ReadOnlySpan<char> line, out bool isCut)
    {
        isCut = false;
        if (!_isStarted) Start();
        while (true)
        {
            ReadOnlySpan<byte> rest = _bytes.AsSpan(_at, _end - _at);
            int end = rest.IndexOf((byte)'\n');
            if (end >= 0)
            {
                _at += end + 1;
                line = Decode(rest[..end], ref isCut);
                return true;
            }

            if (rest.Length > MostBytes)
            {
                line = Decode(rest, ref isCut);
                SkipLine();
                return true;
            }

            if (Fill()) continue;
            _at = _end;
            line = Decode(rest, ref isCut);
            return rest.Length > 0;
        }
    }

    private void Start()
    {
        _isStarted = true;
        while (_end < Encoding.UTF8.Preamble.Length && Fill()) ;
        if (_bytes.AsSpan(0, _end).StartsWith(Encoding.UTF8.Preamble)) _at = Encoding.UTF8.Preamble.Length;
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> line, scoped ref bool isCut)
    {
        if (line.Length > MostBytes)
        {
            isCut = true;
            line = line[..MostBytes];
        }

        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        return _chars.AsSpan(0, Encoding.UTF8.GetChars(line, _chars));
    }

    private void SkipLine()
    {
        while (true)
        {
            int end = _bytes.AsSpan(_at, _end - _at).IndexOf((byte)'\n');
            _at = end < 0 ? _end : _at + end + 1;
            if (end >= 0 || !Fill()) return;
        }
    }

    private bool Fill()
    {
        _bytes.AsSpan(_at, _end - _at).CopyTo(_bytes);
        _end -= _at;
        _at = 0;
        int read = stream.Read(_bytes, _end, _bytes.Length - _end);
        _end += read;
        return read > 0;
    }
}
