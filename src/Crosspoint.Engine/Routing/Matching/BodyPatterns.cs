using System.Text.RegularExpressions;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>The body patterns of a plan. Without backtracking their time grows with the text alone, and is bounded besides.</summary>
internal sealed class BodyPatterns
{
    /// <summary>Characters of a pattern.</summary>
    public const int MostCharacters = 500;

    // Counted repetitions are written out when a pattern is read, those within others once for each.
    private const int MostRepetitions = 2_000;

    /// <summary>How long one pattern may take on one text: a thousand times what 1,600 characters need, for machines stall.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    private const string FirstText = "Your code is 1234";

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Regex> _patterns = [];
    private readonly TimeSpan _limit;
    private long _timeouts;

    public BodyPatterns(TimeSpan limit) => _limit = limit;

    public int Count => _patterns.Count;

    /// <summary>How often a pattern was given up because of its time: its rule was then passed over.</summary>
    public long Timeouts => Volatile.Read(ref _timeouts);

    /// <summary>Reads a pattern; null, and what is wrong with it, when it cannot be taken.</summary>
    public static Regex? TryRead(string pattern, TimeSpan limit, out string problem)
    {
        problem = "";
        if (pattern.Length is 0 or > MostCharacters)
        {
            problem = $"has {pattern.Length} characters; expected 1 to {MostCharacters}";
            return null;
        }

        if (RepetitionsOf(pattern) > MostRepetitions)
        {
            problem = $"repeats too much; expected counts such as {{1,20}} whose product is {MostRepetitions} at most";
            return null;
        }

        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, limit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problem = $"is no pattern that can be taken: {e.Message}";
            return null;
        }
    }

    /// <summary>The place of a pattern, which is added when it is new.</summary>
    public int PlaceOf(string pattern)
    {
        if (_places.TryGetValue(pattern, out int place)) return place;
        Regex regex = TryRead(pattern, _limit, out string problem) ?? throw new ArgumentException($"The pattern {problem}.");
        if (_patterns.Count == RuleMatch.MostBodyPatterns) throw new ArgumentException($"More than {RuleMatch.MostBodyPatterns} body patterns.");
        _patterns.Add(regex);

        // What a first match makes for itself must not be charged to a message.
        try
        {
            regex.IsMatch(FirstText);
        }
        catch (RegexMatchTimeoutException)
        {
            // Then the first message may find it so too.
        }

        return _places[pattern] = _patterns.Count - 1;
    }

    /// <summary>Whether a text fits a pattern; null when that took too long to find out.</summary>
    /// <param name="known">What was found before: one place for each pattern, 0 at first.</param>
    public bool? Fits(int place, string text, Span<byte> known)
    {
        if (known[place] == 0)
        {
            try
            {
                known[place] = _patterns[place].IsMatch(text) ? (byte)1 : (byte)2;
            }
            catch (RegexMatchTimeoutException)
            {
                Interlocked.Increment(ref _timeouts);
                known[place] = 3;
            }
        }

        return known[place] switch { 1 => true, 2 => false, _ => null };
    }

    // An upper bound: the counts of all repetitions multiplied, as if each stood within the one before.
    private static double RepetitionsOf(string pattern)
    {
        double product = 1;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == '{')
            {
                int end = pattern.IndexOf('}', i);
                if (end < 0) break;
                ReadOnlySpan<char> counts = pattern.AsSpan(i + 1, end - i - 1);
                int comma = counts.IndexOf(',');
                ReadOnlySpan<char> most = comma < 0 || comma == counts.Length - 1 ? counts.TrimEnd(',') : counts[(comma + 1)..];
                if (int.TryParse(most, out int count)) product *= Math.Max(1, count);
            }
        }

        return product;
    }
}
