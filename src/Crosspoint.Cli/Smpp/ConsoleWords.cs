namespace Crosspoint.Cli.Smpp;

/// <summary>
/// A command line of the console: its words one by one, with quotes, options before the last argument, and the
/// rest as it stands.
/// </summary>
internal sealed class ConsoleWords(string line)
{
    private int _at;

    public bool IsAtEnd
    {
        get
        {
            while (_at < line.Length && char.IsWhiteSpace(line[_at])) _at++;
            return _at >= line.Length;
        }
    }

    /// <summary>The next word; null at the end. Quotes hold blanks together.</summary>
    public string? Next()
    {
        if (IsAtEnd) return null;
        if (line[_at] == '"')
        {
            int close = line.IndexOf('"', _at + 1);
            string quoted = close < 0 ? line[(_at + 1)..] : line[(_at + 1)..close];
            _at = close < 0 ? line.Length : close + 1;
            return quoted;
        }

        int from = _at;
        while (_at < line.Length && !char.IsWhiteSpace(line[_at])) _at++;
        return line[from.._at];
    }

    /// <summary>Takes the options that come next, of those that are known.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? TakeOptions(IReadOnlyCollection<string> known, Dictionary<string, string> taken)
    {
        while (!IsAtEnd && line.AsSpan(_at).StartsWith("--", StringComparison.Ordinal))
        {
            int before = _at;
            string name = Next()!;
            if (!known.Contains(name))
            {
                _at = before;
                return $"{name} is no option here; there are {string.Join(", ", known)}";
            }

            if (Next() is not { } value) return $"{name} needs a value";
            taken[name] = value;
        }

        return null;
    }

    /// <summary>All that is left; quotes around the whole of it are taken off.</summary>
    public string Rest()
    {
        string rest = IsAtEnd ? "" : line[_at..].TrimEnd();
        _at = line.Length;
        return rest.Length >= 2 && rest[0] == '"' && rest[^1] == '"' ? rest[1..^1] : rest;
    }
}
