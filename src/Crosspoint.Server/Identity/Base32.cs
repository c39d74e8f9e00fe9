using System.Text;

namespace Crosspoint.Server.Identity;

/// <summary>RFC 4648 §6, in capitals and without padding, as authenticator apps take it.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsOfLetter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + BitsOfLetter - 1) / BitsOfLetter);
        int bits = 0;
        int held = 0;
        foreach (byte next in bytes)
        {
            held = (held << 8 | next) & 0xFFFF;
            for (bits += 8; bits >= BitsOfLetter; bits -= BitsOfLetter) text.Append(Alphabet[held >> (bits - BitsOfLetter) & 31]);
        }

        if (bits > 0) text.Append(Alphabet[held << (BitsOfLetter - bits) & 31]);
        return text.ToString();
    }
}
