namespace Crosspoint.Smpp.Sessions;

/// <summary>Checks options before the first octet flows; the message names the option.</summary>
internal static class OptionsCheck
{
    public static void InRange(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name} must be from {least} to {most}, not {value}.", name);
    }

    public static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero) throw new ArgumentException($"{name} must be more than zero, not {value}.", name);
    }

    public static void Text(string value, int most, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.Length > most) throw new ArgumentException($"{name} must be at most {most} characters long, not {value.Length}.", name);
        foreach (char letter in value)
        {
            if (letter is '\0' or > '\u00FF') throw new ArgumentException($"{name} holds a character that SMPP cannot carry.", name);
        }
    }
}
