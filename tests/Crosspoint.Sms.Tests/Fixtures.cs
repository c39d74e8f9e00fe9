namespace Crosspoint.Sms.Tests;

internal static class Fixtures
{
    public static string Text(string name)
    {
        using var stream = typeof(Fixtures).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
