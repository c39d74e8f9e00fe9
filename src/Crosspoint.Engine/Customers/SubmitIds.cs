using System.Globalization;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Customers;

/// <summary>
/// Message ids as SMPP customers know them. A number is the message's key followed by eight bits that name the part of a long message
/// which the customer cut itself (0 for a message that came whole); the UUID is that of the message, with the part behind it.
/// </summary>
public static class SubmitIds
{
    private const int PartBits = 8;
    private const int UuidLength = 36;

    /// <summary>Writes an id.</summary>
    /// <param name="part">1 to 255 for a part; 0 for the whole.</param>
    public static string Format(MessageId id, int part, SubmitIdForm form)
    {
        if (form == SubmitIdForm.Uuid)
        {
            Span<byte> octets = stackalloc byte[16];
            id.WriteBytes(octets);
            var uuid = new Guid(octets, bigEndian: true);
            return part == 0 ? uuid.ToString("D") : string.Create(CultureInfo.InvariantCulture, $"{uuid:D}-{part}");
        }

        long number = (id.Key << PartBits) | (uint)part;
        return number.ToString(form == SubmitIdForm.Hex ? "x16" : "D", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads an id in the form in which it was given.</summary>
    /// <param name="key">The message's key.</param>
    /// <param name="id">The whole id where the form holds it; null otherwise.</param>
    /// <param name="part">The part, or 0.</param>
    public static bool TryParse(ReadOnlySpan<char> text, SubmitIdForm form, out long key, out MessageId? id, out int part)
    {
        (key, id, part) = (0, null, 0);
        if (form == SubmitIdForm.Uuid)
        {
            if (text.Length < UuidLength || !Guid.TryParseExact(text[..UuidLength], "D", out Guid uuid)) return false;
            if (!MessageId.TryParse($"SM{uuid:N}", out MessageId whole)) return false;
            (key, id) = (whole.Key, whole);
            if (text.Length == UuidLength) return true;
            return text[UuidLength] == '-'
                && int.TryParse(text[(UuidLength + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out part) && part is >= 1 and <= 255;
        }

        NumberStyles style = form == SubmitIdForm.Hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!long.TryParse(text, style, CultureInfo.InvariantCulture, out long number) || number <= 0) return false;
        (key, part) = (number >> PartBits, (int)(number & 0xFF));
        return true;
    }
}
