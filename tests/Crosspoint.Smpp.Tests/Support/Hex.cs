namespace Crosspoint.Smpp.Tests.Support;

/// <summary>Octets written as hex with blanks, as captures show them.</summary>
internal static class Hex
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(letter => !char.IsWhiteSpace(letter))));

    public static string Of(string ascii) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(ascii));
}
