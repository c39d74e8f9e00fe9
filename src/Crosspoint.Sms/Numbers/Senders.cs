namespace Crosspoint.Sms.Numbers;

/// <summary>Sorts senders by kind and gives the usual rule for sending from them.</summary>
public static class Senders
{
    /// <summary>Most characters of an alphanumeric sender: 11 septets fit into the address field (3GPP TS 23.040 §9.1.2.5).</summary>
    public const int MaxAlphanumericLength = 11;

    /// <summary>Tells what kind of sender a text is.</summary>
    /// <param name="text">
    /// A plus and an international number; 3 to 8 digits; or 1 to 11 letters, digits, blanks and <c>-_.&amp;+</c> with at least one
    /// letter, neither beginning nor ending with a blank.
    /// </param>
    /// <param name="kind">The kind; meaningful when the result is true.</param>
    /// <param name="normalized">The sender as it is stored: a number without separators, anything else as it stands.</param>
    /// <returns>False when the text is no sender.</returns>
    public static bool TryClassify(ReadOnlySpan<char> text, out SenderKind kind, out string normalized)
    {
        kind = default;
        normalized = "";
        if (text.IsEmpty)
            return false;
        if (IsShortCode(text))
        {
            kind = SenderKind.ShortCode;
            normalized = new string(text);
            return true;
        }

        if (IsAlphanumeric(text))
        {
            kind = SenderKind.Alphanumeric;
            normalized = new string(text);
            return true;
        }

        if (text[0] != '+' || !E164.TryNormalize(text, out var number))
            return false;
        kind = NumberPlan.Lookup(number).Type == NumberType.TollFree ? SenderKind.TollFree : SenderKind.LongCode;
        normalized = number.ToString();
        return true;
    }

    /// <summary>Gives type of number and numbering plan by the usual sending rule; carriers may want others.</summary>
    /// <returns>Numbers 1/1, to be sent without their plus; short codes 3/0; names 5/0.</returns>
    public static TonNpi For(SenderKind kind) => kind switch
    {
        SenderKind.ShortCode => new TonNpi(3, 0),
        SenderKind.Alphanumeric => new TonNpi(5, 0),
        _ => new TonNpi(1, 1),
    };

    private static bool IsShortCode(ReadOnlySpan<char> text) => text.Length is >= 3 and <= 8 && !text.ContainsAnyExceptInRange('0', '9');

    private static bool IsAlphanumeric(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxAlphanumericLength || text[0] == ' ' || text[^1] == ' ')
            return false;
        var hasLetter = false;
        foreach (var c in text)
        {
            if (char.IsAsciiLetter(c))
                hasLetter = true;
            else if (!char.IsAsciiDigit(c) && c is not (' ' or '-' or '_' or '.' or '&' or '+'))
                return false;
        }

        return hasLetter;
    }
}
