using System.Net.Http.Headers;
using System.Text;

namespace Crosspoint.Engine.Webhooks;

/// <summary>What an answer to an inbound message may be.</summary>
internal enum ReplyKind : byte
{
    /// <summary>Nobody looks at it.</summary>
    None,

    /// <summary>A document with replies.</summary>
    Document,

    /// <summary>A document with replies, if it is one: frameworks send everything as HTML unless told otherwise.</summary>
    Html,

    /// <summary>The reply itself.</summary>
    Text,
    NotSupported,
}

/// <summary>Reads replies by the content types that Twilio takes them in.</summary>
internal static class ReplyContent
{
    private const int MaxTypeLength = 40;

    public static ReplyKind KindOf(string? mediaType) => mediaType?.ToLowerInvariant() switch
    {
        "text/xml" or "application/xml" => ReplyKind.Document,
        "text/html" => ReplyKind.Html,
        "text/plain" => ReplyKind.Text,
        { } type when type.EndsWith("+xml", StringComparison.Ordinal) => ReplyKind.Document,
        _ => ReplyKind.NotSupported,
    };

    /// <summary>What is noted of an answer of another type.</summary>
    public static string NotSupported(string? mediaType)
    {
        string shown = string.IsNullOrEmpty(mediaType) ? "none" : mediaType;
        if (shown.Length > MaxTypeLength) shown = shown[..MaxTypeLength];
        return $"content type not supported: {shown}";
    }

    /// <summary>Fills in the texts to send and what is to be noted.</summary>
    public static void Read(
        ReadOnlyMemory<byte> content, ReplyKind kind, MediaTypeHeaderValue type, List<string> bodies, List<string> ignored)
    {
        if (kind == ReplyKind.Text)
        {
            string text = TextOf(content.Span, type.CharSet).Trim();
            if (text.Length > 0) bodies.Add(text);
            return;
        }

        ReplyDocument.Read(content, bodies, ignored);
        if (kind != ReplyKind.Html || !ignored.Contains(ReplyDocument.Unparsable)) return;
        ignored.Clear();
        ignored.Add(NotSupported(type.MediaType));
    }

    private static string TextOf(ReadOnlySpan<byte> octets, string? charset)
    {
        Encoding encoding = Encoding.UTF8;
        try
        {
            if (charset is not null) encoding = Encoding.GetEncoding(charset.Trim('"'));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // A name that is not known, or UTF-7: UTF-8 is what nearly everybody means.
        }

        ReadOnlySpan<byte> mark = encoding.Preamble;
        return encoding.GetString(mark.Length > 0 && octets.StartsWith(mark) ? octets[mark.Length..] : octets);
    }
}
