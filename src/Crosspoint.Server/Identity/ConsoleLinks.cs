namespace Crosspoint.Server.Identity;

/// <summary>Links to pages of the console that do something once. The token is behind the hash, which browsers send to nobody, so no proxy logs it.</summary>
public static class ConsoleLinks
{
    public static string SetUp(Uri console, string token) => new Uri(console, $"/console/setup#{token}").ToString();

    public static string Invitation(Uri console, string token) => new Uri(console, $"/console/invitation#{token}").ToString();

    public static string SignIn(Uri console, string token) => new Uri(console, $"/console/sign-in#{token}").ToString();
}
