using System.Text;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// A small, lossy table of texts that repeat from message to message. Two threads may race for a slot: both get a
/// correct text, one of them is kept.
/// </summary>
internal static class SharedText
{
    private const int Slots = 4096;
    private const int MostBytes = 64;
    private static readonly string?[] Table = new string?[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostBytes) return Encoding.UTF8.GetString(utf8);
        uint hash = 2_166_136_261;
        foreach (byte octet in utf8) hash = (hash ^ octet) * 16_777_619;
        ref string? slot = ref Table[hash % Slots];
        string? known = Volatile.Read(ref slot);
        if (known is not null && Ascii.Equals(utf8, known)) return known;
        string text = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, text);
        return text;
    }
}
