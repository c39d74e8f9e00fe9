namespace Crosspoint.Server.Identity;

/// <summary>
/// What a password must be: long, and not the name. No rules about kinds of characters, which make passwords that are written down (NIST SP
/// 800-63B §3.1.1).
/// </summary>
internal static class PasswordRules
{
    public const int LeastCharacters = 12;

    // Long passphrases fit; what is longer only costs CPU.
    public const int MostCharacters = 256;

    public const string Expected = "Expected 12 to 256 characters that are not the user's name, and not one character over and over.";

    public static bool Allows(string password, string name, string displayName)
    {
        if (password.Length is < LeastCharacters or > MostCharacters) return false;
        if (Same(password, name) || Same(password, displayName)) return false;
        return password.AsSpan().ContainsAnyExcept(password[0]);
    }

    private static bool Same(string password, string name) => string.Equals(password.Trim(), name, StringComparison.OrdinalIgnoreCase);
}
